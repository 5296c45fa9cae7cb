import { expect } from "chai";
import { Contract, Interface, ZeroAddress, type Signer } from "ethers";
import { ethers } from "hardhat";
import {
  buildEnvelope,
  callPermission,
  decodeError,
  decodeFailedOp,
  ecdsaKey,
  encodeExecute,
  ENTRY_POINTS,
  FEES_UNLIMITED,
  getNonce,
  grantTypedData,
  packUserOp,
  proofFor,
  rule,
  sendUserOp,
  signUse,
  userOpHash,
  type Call,
  type EntryPointVersion,
  type Grant,
  type Mode,
  type PackedUserOperation,
  type SendResult,
  type Session,
  type SessionKey,
  type UserOperation,
} from "../../sdk";
import { Recorder__factory } from "../../typechain-types";
import { GAS } from "../helpers/operations";
import { now } from "../helpers/world";
import type { Ground, Subject } from "./ground";

/** Every EntryPoint's own idea of an operation's hash. */
const HASH_ABI = [
  "function getUserOpHash((address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature) userOp) view returns (bytes32)",
];

/** Errors that accounts answer with when they do not ask the validator, or do not pass on what it said. */
const ACCOUNT_ERRORS = new Interface([
  "error AccountAccessUnauthorized()",
  "error AccountUnauthorized(address)",
  "error ExecutionFailed()",
  "error InvalidEntryPoint()",
  "error InvalidModule(address)",
  "error InvalidNonce()",
  "error InvalidValidator()",
  "error OnlyExecuteUserOp()",
  "error ValidatorNotInstalled(address)",
]);

const RECORDER = Recorder__factory.createInterface();
const DAY = 86_400;
/** The greatest argument of `set` that the sessions allow. */
export const LIMIT = 1_000n;

/** An account on an EntryPoint, with what is needed to use it. */
export interface Seat extends Ground {
  readonly subject: Subject;
  readonly version: EntryPointVersion;
  /** What an EIP-7702 account is delegated to, for operations that carry the marker. */
  readonly delegate?: string;
}

/** The two calls of the sessions below. */
export function increment(seat: Ground): Call {
  return { target: seat.targetAddress, value: 0n, data: RECORDER.encodeFunctionData("increment") };
}

/** `set(value)`, allowed up to {@link LIMIT}. */
export function set(seat: Ground, value: bigint, target: string = seat.targetAddress): Call {
  return { target, value: 0n, data: RECORDER.encodeFunctionData("set", [value]) };
}

/** A session of the seat's account that may `increment()` and `set(value ≤ 1000)`, alive for a day. */
export async function sessionOf(seat: Seat, overrides: Partial<Session> = {}): Promise<Session> {
  const start = await now();
  const { targetAddress: target } = seat;
  return {
    account: seat.subject.address,
    chainId: seat.chainId,
    epoch: await seat.validator.epochOf(seat.subject.address),
    salt: 0n,
    signer: seat.key.address.toLowerCase(),
    validAfter: start - 100,
    validUntil: start + DAY,
    paymaster: ZeroAddress,
    feeBudget: FEES_UNLIMITED,
    budgets: [],
    permissions: [
      callPermission(target, RECORDER.getFunction("increment").selector),
      callPermission(target, RECORDER.getFunction("set").selector, { rules: [rule("lte", [0], LIMIT)] }),
    ],
    ...overrides,
  };
}

/** The owner's grant, signed as the account wants it. */
export async function grantOf(seat: Seat, ...sessions: readonly Session[]): Promise<Grant> {
  const signature = await seat.subject.signData(grantTypedData(sessions, seat.validatorAddress));
  return { sessions, validator: seat.validatorAddress, signature };
}

/** An unsigned operation of the account. */
export async function draft(
  seat: Seat,
  nonceKey: bigint,
  callData: string,
  fields: Partial<UserOperation> = {},
): Promise<PackedUserOperation> {
  const sender = seat.subject.address;
  const nonce = await getNonce(seat.deployer, ENTRY_POINTS[seat.version], sender, nonceKey);
  const verificationGasLimit = 1_500_000n;
  return packUserOp({ ...GAS, verificationGasLimit, sender, nonce, callData, signature: "0x", ...fields });
}

/** What the EntryPoint itself says the hash is. */
export async function entryPointHash(seat: Seat, op: PackedUserOperation): Promise<string> {
  const entryPoint = new Contract(ENTRY_POINTS[seat.version], HASH_ABI, ethers.provider);
  return (await entryPoint.getFunction("getUserOpHash")(op)) as string;
}

/** The SDK's hash of the operation, which must be the EntryPoint's. */
export async function hashOf(seat: Seat, op: PackedUserOperation): Promise<string> {
  const { version, chainId, delegate } = seat;
  const context = { entryPoint: ENTRY_POINTS[version], chainId, version };
  const hash = userOpHash(op, delegate === undefined ? context : { ...context, delegate });
  expect(await entryPointHash(seat, op), `userOpHash on v${version}`).to.equal(hash);
  return hash;
}

/** What can differ from an ordinary use. */
export interface UseOptions {
  readonly mode?: Mode;
  readonly grant?: Grant;
  /** Which session of the grant this one is; the first by default. */
  readonly grantIndex?: number;
  readonly key?: SessionKey;
  /** What the operation really calls; the envelope is for `calls`. */
  readonly swapped?: readonly Call[];
  readonly fields?: Partial<UserOperation>;
}

/** An operation of the session. */
export async function sessionOperation(
  seat: Seat,
  session: Session,
  calls: readonly Call[],
  options: UseOptions = {},
): Promise<PackedUserOperation> {
  const { mode = "use", grant, key = ecdsaKey(seat.key), swapped = calls, fields = {} } = options;
  const nonceKey = seat.subject.adapter.nonceKey(seat.validatorAddress);
  const op = await draft(seat, nonceKey, encodeExecute(swapped), fields);
  const proof = grant === undefined ? {} : { grant: proofFor(grant, options.grantIndex ?? 0) };
  const envelope = buildEnvelope({ session, calls, mode, ...proof });
  return seal(seat, op, envelope, key);
}

/** The operation with the key's signature. */
export async function seal(
  seat: Seat,
  op: PackedUserOperation,
  envelope: string,
  key: SessionKey = ecdsaKey(seat.key),
): Promise<PackedUserOperation> {
  const validator = seat.validatorAddress;
  return { ...op, signature: await signUse({ envelope, userOpHash: await hashOf(seat, op), validator, key }) };
}

/** An operation of the owner that calls a function of the account itself. */
export async function ownerOperation(seat: Seat, callData: string): Promise<PackedUserOperation> {
  const op = await draft(seat, seat.subject.ownerNonceKey, callData);
  return { ...op, signature: await seat.subject.signOperation(op, await hashOf(seat, op)) };
}

/** Sends an operation, whatever becomes of its calls. Throws if the EntryPoint refuses it. */
export async function send(seat: Seat, op: PackedUserOperation, bundler: Signer = seat.deployer): Promise<SendResult> {
  return sendUserOp({ op, entryPoint: ENTRY_POINTS[seat.version], bundler, gasLimit: 8_000_000n });
}

/** Sends an operation whose calls must succeed. */
export async function succeed(seat: Seat, op: PackedUserOperation): Promise<SendResult> {
  const result = await send(seat, op);
  expect(result.success, `the calls failed: ${result.revertReason ?? "no reason"}`).to.equal(true);
  return result;
}

/** {@link sessionOperation}, sent; its calls must succeed. */
export async function use(
  seat: Seat,
  session: Session,
  calls: readonly Call[],
  options: UseOptions = {},
): Promise<SendResult> {
  return succeed(seat, await sessionOperation(seat, session, calls, options));
}

/** Why the EntryPoint refuses the operation, as `AA23 SessionNotEnabled`; fails if it does not. */
export async function refusalOf(seat: Seat, op: PackedUserOperation): Promise<string> {
  try {
    await send(seat, op);
  } catch (error) {
    const failed = decodeFailedOp(error);
    if (failed === undefined) throw error;
    return `${failed.aa} ${failed.name ?? accountError(failed.inner) ?? failed.reason.slice(5)}`;
  }
  expect.fail("the operation was accepted");
}

function accountError(inner: string | undefined): string | undefined {
  if (inner === undefined || inner.length < 10) return inner;
  return ACCOUNT_ERRORS.parseError(inner)?.name ?? inner;
}

/** What the validator itself answers when the account asks it about the operation: the name of its error. */
export async function validatorError(seat: Seat, op: PackedUserOperation): Promise<string | undefined> {
  const data = seat.validator.interface.encodeFunctionData("validateUserOp", [op, await hashOf(seat, op)]);
  try {
    await ethers.provider.call({ from: seat.subject.address, to: seat.validatorAddress, data });
  } catch (error) {
    return decodeError((error as { data?: string }).data ?? "0x")?.name;
  }
  return undefined;
}
