import { expect } from "chai";
import { concat, dataLength, dataSlice, id, toBeHex, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import {
  buildEnvelope,
  callPermission,
  ecdsaKey,
  encodeExecute,
  MAX_UINT256,
  MODES,
  packUserOp,
  permissionTree,
  proofFor,
  signUse,
  type Call,
  type Envelope,
  type Grant,
  type Mode,
  type PackedUserOperation,
  type Permission,
  type PermissionOptions,
  type Rule,
  type Session,
  type SessionKey,
  type UserOperation,
} from "../../sdk";
import { encodeEnvelope } from "../../sdk/envelope";
import { decodeEnvelope } from "../../sdk/envelope";
import { GAS, asAccount } from "./operations";
import type { World } from "./world";

// Tests of one rule call the validator as the account would, without an EntryPoint in between: it takes any hash.

/** What the account says the hash of the operation is. */
export const OP_HASH = id("the hash of the operation");

/** The selector of the function that most tests call; the recorder takes anything. */
export const SELECTOR = id("act(uint256,uint256)").slice(0, 10);

/** `value` as a word. */
export function word(value: bigint | number | string): string {
  return toBeHex(BigInt(value), 32);
}

/** `value` as that many bytes. */
export function bytes(value: bigint | number, size: number): string {
  return size === 0 ? "0x" : toBeHex(value, size);
}

/** `data` with the bytes at `at` replaced. */
export function patch(data: string, at: number, replacement: string): string {
  return concat([dataSlice(data, 0, at), replacement, dataSlice(data, at + dataLength(replacement))]);
}

/** The word of `data` at that byte. */
export function wordAt(data: string, at: number): bigint {
  return BigInt(dataSlice(data, at, at + 32));
}

/** A call of {@link SELECTOR} with these words as arguments. */
export function callOf(world: World, words: readonly (bigint | number | string)[] = [], value = 0n): Call {
  return { target: world.targetAddress, value, data: concat([SELECTOR, ...words.map(word)]) };
}

/** The permission for {@link callOf}. */
export function permissionFor(world: World, options: PermissionOptions = {}): Permission {
  return callPermission(world.targetAddress, SELECTOR, options);
}

/** What can differ from an ordinary attempt to use a session. */
export interface AttemptOptions {
  readonly mode?: Mode;
  readonly time?: number;
  readonly grant?: Grant;
  readonly grantIndex?: number;
  readonly key?: SessionKey;
  readonly fields?: Partial<UserOperation>;
  /** Replaces fields of the packed operation as they are. */
  readonly packed?: Partial<PackedUserOperation>;
  readonly callData?: string;
  readonly envelope?: string;
  /** Replaces fields of the envelope; the key signs the result. */
  readonly edit?: (fields: EnvelopeFields) => Partial<EnvelopeFields>;
}

/** An operation of the session, signed by its key over {@link OP_HASH}. */
export async function attempt(
  world: World,
  session: Session,
  calls: readonly Call[],
  options: AttemptOptions = {},
): Promise<PackedUserOperation> {
  const { fields, packed, edit, key = ecdsaKey(world.key) } = options;
  const callData = options.callData ?? encodeExecute(calls);
  const op = packUserOp({ ...GAS, sender: session.account, nonce: 0n, callData, signature: "0x", ...fields });
  let envelope = options.envelope ?? envelopeOf(session, calls, options);
  if (edit) {
    const before = fieldsOf(decodeEnvelope(envelope, calls.length));
    envelope = joinFields({ ...before, ...edit(before) });
  }
  const signature = await signUse({ envelope, userOpHash: OP_HASH, validator: world.validatorAddress, key });
  return { ...op, signature, ...packed };
}

/** The SDK's envelope for an attempt. */
export function envelopeOf(session: Session, calls: readonly Call[], options: AttemptOptions = {}): string {
  const { mode = "use", time, grant, grantIndex = 0 } = options;
  return buildEnvelope({
    session,
    calls,
    mode,
    ...(time === undefined ? {} : { time }),
    ...(grant === undefined ? {} : { grant: proofFor(grant, grantIndex) }),
  });
}

/** The seconds between which the answer says that the operation is valid. */
export interface Range {
  readonly validAfter: number;
  readonly validUntil: number;
}

/** What a call without a transaction returned or reverted with. */
export interface RawAnswer {
  readonly reverted: boolean;
  readonly data: string;
}

/** The envelope that claims permission `index` for each call, whether it allows the call or not. */
export function claim(session: Session, indices: readonly number[], override: Partial<Permission> = {}): string {
  const tree = permissionTree(session);
  return encodeEnvelope({
    mode: "use",
    session,
    height: tree.height,
    calls: indices.map((index) => ({
      permission: { ...session.permissions[index]!, ...override },
      proof: tree.proof(index),
    })),
  });
}

/** The calldata of `validateUserOp`. */
export function validationCall(world: World, op: PackedUserOperation, hash = OP_HASH): string {
  return world.validator.interface.encodeFunctionData("validateUserOp", [op, hash]);
}

/** Calls as anybody, changes nothing, never throws for a revert. */
export async function rawCall(to: string, data: string, from: string): Promise<RawAnswer> {
  try {
    const answer = (await ethers.provider.send("eth_call", [{ from, to, data }, "latest"])) as string;
    return { reverted: false, data: answer };
  } catch (error) {
    const { data: inner } = error as { data?: string | { data?: string } };
    const revert = typeof inner === "object" ? inner.data : inner;
    if (revert === undefined) throw error;
    return { reverted: true, data: revert };
  }
}

/** What `validateUserOp` answers, or the name and the arguments of its error. */
export async function validate(
  world: World,
  op: PackedUserOperation,
  from: string = op.sender,
): Promise<bigint | [string, readonly unknown[]]> {
  return readAnswer(world, await rawCall(world.validatorAddress, validationCall(world, op), from));
}

/** The answer to the operation if its signature is said to be so long, whatever follows. */
export async function validateSaying(world: World, op: PackedUserOperation, said: number): ReturnType<typeof validate> {
  const whole = validationCall(world, op);
  const length = dataLength(op.signature);
  // The signature is the last part of the calldata; its length comes right before.
  const at = dataLength(whole) - Math.ceil(length / 32) * 32 - 32;
  expect(BigInt(dataSlice(whole, at, at + 32))).to.equal(BigInt(length));
  const data = concat([dataSlice(whole, 0, at), word(said), dataSlice(whole, at + 32)]);
  return readAnswer(world, await rawCall(world.validatorAddress, data, op.sender));
}

/** The answer of `validateUserOp`, decoded. */
export function readAnswer(world: World, answer: RawAnswer): bigint | [string, readonly unknown[]] {
  if (!answer.reverted) return BigInt(answer.data);
  const error = world.validator.interface.parseError(answer.data);
  if (error === null) throw new Error(`reverted without an error of the interface: ${answer.data}`);
  return [error.name, [...(error.args as unknown as unknown[])]];
}

/** The name of the error, `undefined` if it is none. */
export function refusalName(answer: bigint | [string, readonly unknown[]]): string | undefined {
  return typeof answer === "bigint" ? undefined : answer[0];
}

/** The operation is valid; returns when. */
export async function expectAccepted(world: World, op: PackedUserOperation): Promise<Range> {
  const answer = await validate(world, op);
  if (typeof answer !== "bigint") throw new Error(`refused: ${answer[0]}(${answer[1].join(", ")})`);
  return readRange(answer);
}

/** The range in validation data that says "signed". It always ends, and never means block numbers. */
export function readRange(answer: bigint): Range {
  expect(answer & ((1n << 160n) - 1n), "the signature is right, there is no aggregator").to.equal(0n);
  const validAfter = answer >> 208n;
  const validUntil = (answer >> 160n) & 0xffffffffffffn;
  expect(validUntil).to.not.equal(0n);
  expect(validAfter <= validUntil).to.equal(true);
  for (const time of [validAfter, validUntil]) expect(time >> 47n, "block numbers").to.equal(0n);
  return { validAfter: Number(validAfter), validUntil: Number(validUntil) };
}

/** The key's signature is wrong, and nothing else. */
export async function expectWrongKey(world: World, op: PackedUserOperation): Promise<void> {
  expect(await validate(world, op)).to.deep.equal(1n);
}

/** The operation is refused with this error and these arguments. Numbers may stand for bigints. */
export async function expectRevert(
  world: World,
  op: PackedUserOperation,
  name: string,
  args: readonly (bigint | number | string)[],
  from?: string,
): Promise<void> {
  expectError(await validate(world, op, from), name, args);
}

/** The answer is this error with these arguments. */
export function expectError(
  answer: bigint | [string, readonly unknown[]],
  name: string,
  args: readonly (bigint | number | string)[],
): void {
  const expected = [name, args.map((arg) => (typeof arg === "number" ? BigInt(arg) : arg))];
  expect(answer, `expected ${name}`).to.deep.equal(expected);
}

/** The envelope of `length` bytes ends too early: the field that does not fit ends behind it. */
export async function expectTruncated(
  world: World,
  op: PackedUserOperation,
  length: number,
  end?: number,
): Promise<void> {
  expectTruncatedAnswer(await validate(world, op), length, end);
}

/** {@link expectTruncated} for an answer that is at hand; the field ends at `end` or before. */
export function expectTruncatedAnswer(
  answer: bigint | [string, readonly unknown[]],
  length: number,
  end = Number.MAX_SAFE_INTEGER,
): void {
  if (typeof answer === "bigint") throw new Error(`an envelope cut at ${length} was read to its end: ${answer}`);
  const [name, [needed, found]] = answer as [string, [bigint, bigint]];
  expect(name, `cut at ${length}`).to.equal("EnvelopeTruncated");
  expect(found).to.equal(BigInt(length));
  expect(needed > BigInt(length) && needed <= BigInt(end), `needs ${needed}, cut at ${length} of ${end}`).to.equal(
    true,
  );
}

/** The account has the operation validated for real, with all that this stores; whatever it answers but a revert. */
export async function commit(world: World, op: PackedUserOperation): Promise<bigint> {
  const answer = await validate(world, op);
  if (typeof answer !== "bigint") throw new Error(`refused: ${answer[0]}(${answer[1].join(", ")})`);
  const account = await asAccount(world, op.sender);
  await account.validateUserOp(op, OP_HASH);
  return answer;
}

// -------------------------------------------------------------------------------------------------- raw envelopes

/** The envelope's fields as bytes, each of which a test can replace. The order is that of the wire. */
export interface EnvelopeFields {
  readonly head: string;
  readonly salt: string;
  readonly validAfter: string;
  readonly validUntil: string;
  readonly paymaster: string;
  readonly feeBudget: string;
  readonly signerLength: string;
  readonly signer: string;
  readonly budgetCount: string;
  readonly budgets: string;
  readonly time: string;
  readonly height: string;
  readonly permissions: readonly PermissionFields[];
  readonly grant: GrantFields;
}

/** The fields of one permission. */
export interface PermissionFields {
  readonly kind: string;
  readonly maxValue: string;
  readonly ruleCount: string;
  readonly rules: string;
  readonly chargeCount: string;
  readonly charges: string;
  readonly index: string;
  readonly siblings: string;
}

/** The fields of the grant, all empty in mode USE. */
export interface GrantFields {
  readonly height: string;
  readonly index: string;
  readonly siblings: string;
  readonly length: string;
  readonly signature: string;
}

/** `n(x)`. */
export function minimal(value: bigint): string {
  if (value === 0n) return "0x00";
  const digits = toBeHex(value);
  return concat([bytes(dataLength(digits), 1), digits]);
}

/** A path with its count. */
export function pathField(path: readonly number[]): string {
  return concat([bytes(path.length, 1), ...path.map((element) => bytes(element, 2))]);
}

/** One rule. */
export function ruleField({ op, path, other, mask, value }: Rule): string {
  const maskField = mask === MAX_UINT256 ? "0x00" : concat(["0x01", word(mask)]);
  return concat([bytes(op, 1), pathField(path), pathField(other), maskField, minimal(value)]);
}

/** The fields of an envelope, written from the design and not from the SDK's encoder. */
export function fieldsOf(envelope: Envelope): EnvelopeFields {
  const { session, mode, time, height, calls, grant } = envelope;
  const { paymaster, budgets } = session;
  const paid = paymaster !== ZeroAddress;
  return {
    head: bytes(MODES[mode] + (paid ? 4 : 0) + (time === undefined ? 0 : 8), 1),
    salt: bytes(session.salt, 8),
    validAfter: bytes(session.validAfter, 6),
    validUntil: bytes(session.validUntil, 6),
    paymaster: paid ? paymaster : "0x",
    feeBudget: bytes(session.feeBudget, 1),
    signerLength: bytes(dataLength(session.signer), 2),
    signer: session.signer,
    budgetCount: bytes(budgets.length, 1),
    budgets: concat(
      budgets.map(({ kind, limit, period }) => concat([bytes(kind, 1), minimal(limit), bytes(period, 4)])),
    ),
    time: time === undefined ? "0x" : bytes(time, 6),
    height: bytes(height, 1),
    permissions: calls.map(({ permission, proof }) => ({
      kind: bytes(permission.kind, 1),
      maxValue: minimal(permission.maxValue),
      ruleCount: bytes(permission.rules.length, 1),
      rules: concat(permission.rules.map(ruleField)),
      chargeCount: bytes(permission.charges.length, 1),
      charges: concat(
        permission.charges.map(({ budget, source, path }) =>
          concat([bytes(budget, 1), bytes(source, 1), pathField(path)]),
        ),
      ),
      index: height === 0 ? "0x" : bytes(proof.index, 2),
      siblings: concat(proof.siblings),
    })),
    grant: grantFields(grant),
  };
}

function grantFields(grant: Envelope["grant"]): GrantFields {
  if (grant === undefined) return { height: "0x", index: "0x", siblings: "0x", length: "0x", signature: "0x" };
  const { proof, signature } = grant;
  return {
    height: bytes(proof.siblings.length, 1),
    index: proof.siblings.length === 0 ? "0x" : bytes(proof.index, 2),
    siblings: concat(proof.siblings),
    length: bytes(dataLength(signature), 2),
    signature,
  };
}

/** The bytes of the fields, one after the other. */
export function joinFields(fields: EnvelopeFields): string {
  const { permissions, grant, ...head } = fields;
  return concat([
    ...Object.values(head),
    ...permissions.flatMap((part) => Object.values(part)),
    ...Object.values(grant),
  ]);
}

/** Replaces fields of the first (or another) permission. */
export function editPermission(change: Partial<PermissionFields>, index = 0): AttemptOptions["edit"] {
  return ({ permissions }) => ({
    permissions: permissions.map((fields, i) => (i === index ? { ...fields, ...change } : fields)),
  });
}
