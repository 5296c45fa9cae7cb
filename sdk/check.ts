import { assertRule } from "./argument";
import type { TimeWindow } from "./budget";
import { ByteReader } from "./byteReader";
import { ANY_PAYMASTER, FEES_SPONSORED, FEES_UNLIMITED, STATUSES } from "./constants";
import {
  readCharges,
  readGrant,
  readHeader,
  readKind,
  readProof,
  readRule,
  readRuleCount,
  type EnvelopeHeader,
} from "./envelope";
import { contractError, SessionKeyError, type ContractErrorArgument } from "./errors";
import { argumentsOf, decodeExecute, encodeExecute, type Call } from "./execution";
import {
  asAddress,
  byteLength,
  isZeroAddress,
  packUint,
  sameAddress,
  toBytes,
  toHex,
  type Address,
  type Hex,
} from "./hex";
import { assertShape, assertTarget, assertValue, chargeCost, coordinates, type Cost } from "./judge";
import { verifyEcdsa } from "./key";
import type { Session } from "./session";
import { foldProof } from "./tree";
import {
  digest,
  grantStructHash,
  permissionHash,
  sessionId as sessionIdOf,
  sessionStructHash,
  sessionUseHash,
} from "./typedData";
import { allowance, assertAffordable, intersect, NO_USAGE, type Usage } from "./usage";
import { isEip7702InitCode, maxFee, packUserOp, paymasterOf, type PackedUserOperation } from "./userOp";
import { buildEnvelope, type UseRequest } from "./use";

/** What the chain knows about the account and the session when the operation is validated. */
export interface SessionState {
  /** Whether the validator is installed (`isInitialized`). */
  readonly installed: boolean;
  /** `isPaused`. */
  readonly paused: boolean;
  /** `epochOf`. */
  readonly epoch: bigint;
  /** `sessionStatus`: one of {@link STATUSES}. */
  readonly status: number;
  /** `budgetUsage` of each budget; a missing one was never charged. */
  readonly usage: readonly Usage[];
}

/** One operation before the validator. */
export interface CheckRequest {
  /** Its `signature` is the sealed envelope. */
  readonly op: PackedUserOperation;
  readonly validator: Address;
  readonly chainId: bigint;
  readonly state: SessionState;
  /**
   * The session whose status, usage and grant these are. If the operation makes another id, the chain knows nothing of
   * it: its status is none, its usage zero and its grant bad. Left out, they are taken as those of whatever id it makes.
   */
  readonly session?: Session;
  /** The operation's hash; needed only to verify an ECDSA key when `keyValid` is left out. */
  readonly userOpHash?: Hex;
  /** Whether the key's signature is right; left out, an ECDSA one is verified here, and any other is wrong. */
  readonly keyValid?: boolean | undefined;
  /** Whether the account's ERC-1271 takes the grant's signature; `false` by default. */
  readonly grantValid?: boolean;
  /** Caller of `validateUserOp`, if not the sender. */
  readonly caller?: Address;
  /** Unix seconds; then the verdict says whether the EntryPoint would take the operation in a block of that time. */
  readonly now?: number;
}

/** What the verdict says of an operation that the validator does not refuse. */
export interface Judged extends TimeWindow {
  readonly sessionId: Hex;
  /** What `validateUserOp` returns: `validAfter(6) ‖ validUntil(6) ‖ 0`, or 1 for a wrong key. */
  readonly validationData: bigint;
  /** Usage of every budget after the operation. */
  readonly usage: readonly Usage[];
  /** Status after the operation. */
  readonly status: number;
  /** Only with `now`: whether `validAfter < now <= validUntil`, the strictest EntryPoint's reading (v0.8). */
  readonly timely?: boolean;
}

/** The operation passes. */
export interface Accepted extends Judged {
  readonly ok: true;
  readonly outcome: "accepted";
}

/** Everything is right but the key's signature: the validator returns 1, and the EntryPoint refuses. */
export interface WrongKey extends Judged {
  readonly ok: false;
  readonly outcome: "wrongKey";
}

/** The validator reverts. */
export interface Refused {
  readonly ok: false;
  readonly outcome: "refused";
  /** Name of the contract's custom error. */
  readonly name: string;
  /** Its arguments in Solidity's order, integers as bigints. */
  readonly args: readonly ContractErrorArgument[];
  /** The same with the arguments' names. */
  readonly error: SessionKeyError;
}

/** What the validator makes of an operation. */
export type Verdict = Accepted | WrongKey | Refused;

/**
 * The readable twin of `validateUserOp`: the same verdict, with the same error and arguments, from the operation's bytes
 * and the state alone. Dry run of an app, documentation of the semantics, oracle of the differential tests.
 *
 * The order is the contract's: account, header, calls, each call with its permission, session, key, fees, budgets.
 *
 * @example
 * const verdict = check({ op, validator, chainId, state, userOpHash, grantValid: true });
 * if (verdict.outcome === "refused") console.log(verdict.error.message);
 */
export function check(request: CheckRequest): Verdict {
  return orRefused(() => judge(request));
}

function orRefused(verdict: () => Verdict): Verdict {
  try {
    return verdict();
  } catch (error) {
    if (!(error instanceof SessionKeyError)) throw error;
    const args = Object.values(error.details) as ContractErrorArgument[];
    return { ok: false, outcome: "refused", name: error.code, args, error };
  }
}

function judge(request: CheckRequest): Accepted | WrongKey {
  const { op, validator, state } = request;
  checkAccount(request);
  const signature = toBytes(op.signature);
  const reader = new ByteReader(signature);
  const header = readHeader(reader);
  const calls = decodeExecute(op.callData);
  const { costs, root } = judgeCalls(reader, header, calls, op.sender, validator);
  const session = { ...header.session, account: op.sender, chainId: request.chainId, epoch: state.epoch };
  const sessionId = sessionStructHash(session, root, header.height);
  const known = knownState(request, sessionId);
  const status = judgeStatus(known, reader, header, sessionId);
  const keyValid = judgeKey(request, header, signature, reader.position);
  const fee = judgeFees(op, header);
  const { usage, window } = chargeBudgets(header, known.state.usage, costs, fee, keyValid);
  const timely =
    request.now === undefined ? {} : { timely: request.now > window.validAfter && request.now <= window.validUntil };
  const judged = { sessionId, ...window, usage, status, ...timely };
  return keyValid
    ? { ok: true, outcome: "accepted", ...judged, validationData: validationData(window) }
    : { ok: false, outcome: "wrongKey", ...judged, validationData: 1n };
}

/** The request with the state of the session that the operation really makes. */
function knownState(request: CheckRequest, id: Hex): CheckRequest {
  if (request.session === undefined || sessionIdOf(request.session) === id) return request;
  return { ...request, state: { ...request.state, status: STATUSES.none, usage: [] }, grantValid: false };
}

function validationData({ validAfter, validUntil }: TimeWindow): bigint {
  return BigInt(`0x${packUint(validAfter, 6)}${packUint(validUntil, 6)}${"00".repeat(20)}`);
}

/** Bytes of an EIP-7702 `initCode` without init data. */
const EIP7702_INIT_CODE_BYTES = 20;

function checkAccount({ op, state, caller = op.sender }: CheckRequest): void {
  const account = asAddress(op.sender, "sender");
  if (!sameAddress(caller, account)) {
    throw contractError("NotSender", { caller: asAddress(caller, "caller"), sender: account });
  }
  if (!state.installed) throw contractError("NotInstalled", { account });
  if (state.paused) throw contractError("AccountPaused", { account });
  const found = byteLength(op.initCode);
  // Init data would be a call of the account to itself that no permission has seen.
  if (found > EIP7702_INIT_CODE_BYTES && isEip7702InitCode(op.initCode)) {
    throw contractError("DelegationInitData", { found, max: EIP7702_INIT_CODE_BYTES });
  }
}

function judgeCalls(
  reader: ByteReader,
  header: EnvelopeHeader,
  calls: readonly Call[],
  account: Address,
  validator: Address,
): { costs: Cost[]; root: Hex } {
  const costs: Cost[] = [];
  let root: Hex | undefined;
  calls.forEach((call, index) => {
    assertTarget(call, index, account, validator);
    const judged = judgeCall(reader, header, call, index);
    if (root !== undefined && judged.root !== root) {
      throw contractError("PermissionsMismatch", { call: index, found: judged.root, expected: root });
    }
    root = judged.root;
    costs.push(...judged.costs);
  });
  return { costs, root: root! };
}

function judgeCall(
  reader: ByteReader,
  header: EnvelopeHeader,
  call: Call,
  index: number,
): { costs: Cost[]; root: Hex } {
  const kind = readKind(reader, index);
  assertShape(call, index, kind);
  const maxValue = reader.minimalUint(16);
  assertValue(call, index, maxValue);
  const args = { call: index, bytes: argumentsOf(call) };
  const rules = Array.from({ length: readRuleCount(reader) }, (_, i) => {
    const rule = readRule(reader);
    assertRule(args, rule, i);
    return rule;
  });
  const charges = readCharges(reader, header.session.budgets.length);
  const costs = charges.map((charge) => chargeCost(call, index, charge));
  const leaf = permissionHash({ kind, ...coordinates(kind, call), maxValue, rules, charges });
  return { costs, root: foldProof(leaf, readProof(reader, header.height)) };
}

/** Status after the operation. */
function judgeStatus(request: CheckRequest, reader: ByteReader, header: EnvelopeHeader, sessionId: Hex): number {
  const { status } = request.state;
  if (status === STATUSES.revoked) throw contractError("SessionIsRevoked", { sessionId });
  if (header.mode === "use") {
    if (status !== STATUSES.enabled) throw contractError("SessionNotEnabled", { sessionId });
    return status;
  }
  const { proof } = readGrant(reader);
  const asked = header.mode === "signed" || status !== STATUSES.enabled;
  if (asked && !request.grantValid) {
    const height = proof.siblings.length;
    const signed = height === 0 ? sessionId : grantStructHash(foldProof(sessionId, proof), height, header.height);
    throw contractError("BadGrant", {
      account: asAddress(request.op.sender, "sender"),
      digest: digest(request.validator, signed),
    });
  }
  return header.mode === "enable" ? STATUSES.enabled : status;
}

function judgeKey(request: CheckRequest, header: EnvelopeHeader, signature: Uint8Array, end: number): boolean {
  if (request.keyValid !== undefined) return request.keyValid;
  if (request.userOpHash === undefined) return false;
  const envelope = toHex(signature.subarray(0, end));
  const signed = digest(request.validator, sessionUseHash(request.userOpHash, envelope));
  return verifyEcdsa(header.session.signer, signed, toHex(signature.subarray(end)));
}

/** What the fee budget is charged; `undefined` if nothing is. */
function judgeFees(op: PackedUserOperation, { session }: EnvelopeHeader): Cost | undefined {
  const { paymaster, malformed } = paymasterOf(op);
  if (paymaster !== undefined) {
    if (malformed) throw contractError("InvalidPaymasterData", { length: byteLength(op.paymasterAndData), paymaster });
    const allowed = session.paymaster;
    const permitted =
      sameAddress(allowed, ANY_PAYMASTER) || (!isZeroAddress(allowed) && sameAddress(allowed, paymaster));
    if (!permitted) throw contractError("PaymasterNotAllowed", { found: paymaster, allowed });
    return undefined;
  }
  if (session.feeBudget === FEES_SPONSORED) throw contractError("PaymasterRequired", {});
  return session.feeBudget === FEES_UNLIMITED ? undefined : { budget: session.feeBudget, amount: maxFee(op) };
}

function chargeBudgets(
  { session, time }: EnvelopeHeader,
  before: readonly Usage[],
  costs: readonly Cost[],
  fee: Cost | undefined,
  keyValid: boolean,
): { usage: Usage[]; window: TimeWindow } {
  let window: TimeWindow = { validAfter: session.validAfter, validUntil: session.validUntil };
  const usage = session.budgets.map((budget, index) => {
    const used = before[index] ?? NO_USAGE;
    const own = costs.filter((cost) => cost.budget === index);
    const pays = fee?.budget === index;
    if (own.length === 0 && !pays) return used;
    const allowed = allowance(budget, index, session, used, time);
    const asked = own.reduce((sum, { amount }) => sum + amount, 0n);
    const feeAmount = pays ? fee.amount : 0n;
    // With a wrong key the operation fails anyway: fees of any size must not spoil the gas estimation.
    if (keyValid || own.length > 0) assertAffordable(index, keyValid ? asked + feeAmount : asked, allowed);
    window = intersect(window, allowed.window);
    return { spent: allowed.spent + atMost(asked + feeAmount, allowed.remaining), period: allowed.period };
  });
  return { usage, window };
}

/** `amount`, or what remains of it: the usage written for an operation that fails anyway. */
function atMost(amount: bigint, remaining: bigint): bigint {
  if (amount <= remaining) return amount;
  return remaining < 0n ? 0n : remaining;
}

/** What {@link checkCalls} needs: an envelope to build, and the state. */
export interface CheckCallsRequest extends UseRequest, Pick<CheckRequest, "validator" | "state" | "now"> {
  /** Fee that the account would pay, in wei; 0 by default. */
  readonly fee?: bigint;
  /** The paymaster of the operation; the account pays by default. */
  readonly paymaster?: Address;
}

/**
 * {@link check} before there is an operation: would these calls be allowed now, assuming that key and grant sign?
 * Refuses as the contract would, or with `NO_PERMISSION` and the reasons of every permission that came near.
 * @example checkCalls({ session, calls, mode: "use", validator, state }).ok
 */
export function checkCalls(request: CheckCallsRequest): Verdict {
  return orRefused(() => check(asCheckRequest(request)));
}

function asCheckRequest(request: CheckCallsRequest): CheckRequest {
  const { session, calls, validator, state, fee = 0n, paymaster, now } = request;
  const op = packUserOp({
    sender: session.account,
    nonce: 0n,
    callData: encodeExecute(calls),
    callGasLimit: 0n,
    verificationGasLimit: 0n,
    preVerificationGas: fee,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 0n,
    signature: buildEnvelope(request),
    ...(paymaster === undefined ? {} : { paymaster }),
  });
  const { chainId } = session;
  const valid = { keyValid: true, grantValid: true };
  return { op, validator, chainId, state, session, ...valid, ...(now === undefined ? {} : { now }) };
}
