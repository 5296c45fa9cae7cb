import { expect } from "chai";
import { getBytes, ZeroAddress, type Wallet } from "ethers";
import { ethers } from "hardhat";
import {
  buildEnvelope,
  decodeFailedOp,
  ecdsaKey,
  encodeExecute,
  ENTRY_POINTS,
  FEES_UNLIMITED,
  getNonce,
  modularAccount,
  packUserOp,
  sendUserOp,
  sessionId,
  ownerSignature,
  signUse,
  userOpHash,
  type Call,
  type Grant,
  type Mode,
  type PackedUserOperation,
  type Permission,
  type PlainAccountAdapter,
  proofFor,
  grantTypedData,
  type SendResult,
  type Session,
  type SessionKey,
  type UserOperation,
} from "../../sdk";
import { expectLawful, untraced } from "./lawful";
import type { World } from "./world";
import { now } from "./world";

/** Gas and fees of the operations of the tests; every one of them leaves room. */
export const GAS = {
  callGasLimit: 500_000n,
  verificationGasLimit: 900_000n,
  preVerificationGas: 60_000n,
  maxFeePerGas: 2_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
} as const;

/** The most that an operation with {@link GAS} can cost, in wei. */
export const MAX_FEE = (GAS.callGasLimit + GAS.verificationGasLimit + GAS.preVerificationGas) * GAS.maxFeePerGas;

const GAS_LIMIT = 8_000_000n;
const DAY = 86_400;

/** A session of the world's account and key, alive since a little while and for 30 days, with unlimited fees. */
export async function sessionOf(
  world: World,
  permissions: readonly Permission[],
  overrides: Partial<Session> = {},
): Promise<Session> {
  const start = await now();
  return {
    account: world.accountAddress,
    chainId: world.chainId,
    epoch: await world.validator.epochOf(overrides.account ?? world.accountAddress),
    salt: 0n,
    signer: world.key.address.toLowerCase(),
    validAfter: start - 100,
    validUntil: start + 30 * DAY,
    paymaster: ZeroAddress,
    feeBudget: FEES_UNLIMITED,
    budgets: [],
    permissions,
    ...overrides,
  };
}

/** The account itself as a signer: for what the owner does with the module. */
export async function asAccount(world: World, account: string = world.accountAddress) {
  return world.validator.connect(await ethers.getImpersonatedSigner(account));
}

/** Enables the session by a call of the account. */
export async function enable(world: World, session: Session): Promise<string> {
  const id = sessionId(session);
  await (await asAccount(world, session.account)).enableSession(id, "0x");
  return id;
}

/** The owner's grant of the sessions, as ECDSA over the EIP-712 digest. */
export async function grantBy(world: World, sessions: readonly Session[], owner: Wallet = world.owner): Promise<Grant> {
  const signature = await ownerSignature(owner, adapter(world), grantTypedData(sessions, world.validatorAddress));
  return { sessions, validator: world.validatorAddress, signature };
}

/** The adapter of the world's accounts. */
export function adapter(world: World): PlainAccountAdapter {
  return modularAccount(world.ownerValidatorAddress);
}

/** What can differ from an ordinary operation of a session. */
export interface OperationOptions {
  readonly mode?: Mode;
  readonly time?: number;
  readonly grant?: Grant;
  /** Which session of the grant this one is; the first by default. */
  readonly grantIndex?: number;
  readonly key?: SessionKey;
  readonly nonceKey?: number;
  readonly fields?: Partial<UserOperation>;
  /** Instead of the canonical encoding of the calls. */
  readonly callData?: string;
  /** Instead of the envelope of the session and the calls. */
  readonly envelope?: string;
  /** The rules of ERC-7562 that the operation breaks, see {@link send}. */
  readonly broken?: readonly string[];
}

/** An unsigned operation of the world's account for one of its validators. */
export async function draft(
  world: World,
  validator: string,
  callData: string,
  options: Pick<OperationOptions, "nonceKey" | "fields"> = {},
): Promise<PackedUserOperation> {
  const sender = options.fields?.sender ?? world.accountAddress;
  const key = adapter(world).nonceKey(validator, options.nonceKey ?? 0);
  const nonce = await getNonce(world.bundler, ENTRY_POINTS["0.8"], sender, key);
  return packUserOp({ ...GAS, sender, nonce, callData, signature: "0x", ...options.fields });
}

/** The hash that the account's validator gets. */
export function hashOf(world: World, op: PackedUserOperation): string {
  return userOpHash(op, { entryPoint: ENTRY_POINTS["0.8"], chainId: world.chainId, version: "0.8" });
}

/** A complete operation of a session: envelope built, sealed by the key. */
export async function operation(
  world: World,
  session: Session,
  calls: readonly Call[],
  options: OperationOptions = {},
): Promise<PackedUserOperation> {
  const fields = { sender: session.account, ...options.fields };
  const callData = options.callData ?? encodeExecute(calls);
  const op = await draft(world, world.validatorAddress, callData, { ...options, fields });
  const { mode = "use", time, grant } = options;
  const envelope =
    options.envelope ??
    buildEnvelope({
      session,
      calls,
      mode,
      ...(time === undefined ? {} : { time }),
      ...(grant === undefined ? {} : { grant: proofFor(grant, options.grantIndex ?? 0) }),
    });
  return seal(world, op, envelope, options.key ?? ecdsaKey(world.key));
}

/** The operation with the key's signature over this envelope. */
export async function seal(
  world: World,
  op: PackedUserOperation,
  envelope: string,
  key: SessionKey = ecdsaKey(world.key),
): Promise<PackedUserOperation> {
  const signature = await signUse({
    envelope,
    userOpHash: hashOf(world, op),
    validator: world.validatorAddress,
    key,
  });
  return { ...op, signature };
}

/** A complete operation of the owner, through the plain ECDSA validator. */
export async function ownerOperation(
  world: World,
  calls: readonly Call[],
  options: Pick<OperationOptions, "nonceKey" | "fields"> = {},
): Promise<PackedUserOperation> {
  const op = await draft(world, world.ownerValidatorAddress, encodeExecute(calls), options);
  return { ...op, signature: world.owner.signingKey.sign(getBytes(hashOf(world, op))).serialized };
}

/**
 * Sends one operation, which must be included; whether its calls succeeded is in the result. Its validation must obey
 * ERC-7562, but for the rules that `broken` names, which it must break.
 */
export async function send(world: World, op: PackedUserOperation, broken: readonly string[] = []): Promise<SendResult> {
  await expectLawful(untraced(world.bundler), ENTRY_POINTS["0.8"], op, broken);
  return handle(world, op);
}

function handle(world: World, op: PackedUserOperation): Promise<SendResult> {
  return sendUserOp({ op, entryPoint: ENTRY_POINTS["0.8"], bundler: untraced(world.bundler), gasLimit: GAS_LIMIT });
}

/** {@link operation} and {@link send} in one: the operation must be included and its calls must succeed. */
export async function use(
  world: World,
  session: Session,
  calls: readonly Call[],
  options: OperationOptions = {},
): Promise<SendResult> {
  const result = await send(world, await operation(world, session, calls, options), options.broken);
  expect(result.success, `calls failed: ${result.revertReason ?? ""}`).to.equal(true);
  return result;
}

/**
 * The EntryPoint refuses the operation with AA23 and the validator's error, and nothing changes: neither the balances,
 * nor the deposit, nor the module's storage (by its root), nor its logs.
 */
export async function expectRefusal(
  world: World,
  op: PackedUserOperation,
  name: string,
  args?: readonly unknown[],
): Promise<void> {
  const failed = await refusalOf(world, op);
  expect(failed?.aa, JSON.stringify(failed, bigints)).to.equal("AA23");
  expect(failed?.name, `inner error ${failed?.inner ?? "none"}`).to.equal(name);
  if (args !== undefined) expect(failed?.args).to.deep.equal(args);
}

/** The EntryPoint refuses the operation with this code of its own (AA22 window, AA24 wrong key, …). */
export async function expectRejection(world: World, op: PackedUserOperation, aa: string): Promise<void> {
  const failed = await refusalOf(world, op);
  expect(failed?.aa, JSON.stringify(failed, bigints)).to.equal(aa);
}

async function refusalOf(world: World, op: PackedUserOperation) {
  const before = await snapshot(world, op.sender);
  let failed: ReturnType<typeof decodeFailedOp>;
  try {
    await handle(world, op);
  } catch (error) {
    failed = decodeFailedOp(error);
    if (failed === undefined) throw error;
  }
  expect(failed, "the operation was accepted").to.not.equal(undefined);
  expect(await snapshot(world, op.sender)).to.deep.equal(before);
  return failed;
}

/** What a refused operation must leave alone. */
async function snapshot(world: World, account: string): Promise<unknown[]> {
  const { provider } = ethers;
  const module = (await provider.send("eth_getProof", [world.validatorAddress, [], "latest"])) as {
    storageHash: string;
  };
  return [
    await provider.getBalance(account),
    await world.entryPoint.getFunction("balanceOf")(account),
    await world.token.balanceOf(account),
    await world.target.counter(),
    (await world.target.records()).length,
    module.storageHash,
    (await provider.getLogs({ address: world.validatorAddress, fromBlock: 0 })).length,
  ];
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
