import { assertRule } from "./argument";
import type { TimeWindow } from "./budget";
import { ByteReader } from "./byteReader";
import { ANY_PAYMASTER, FEES_SPONSORED, FEES_UNLIMITED, STATUSES, type Mode } from "./constants";
import {
  checkTime,
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
import { argumentsOf, checkCallCount, decodeExecute, type Call } from "./execution";
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
import { PreparedSession } from "./prepared";
import type { Session, SessionHeader } from "./session";
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
import { isEip7702InitCode, maxFee, paymasterOf, type PackedUserOperation } from "./userOp";

/**
 * What the chain knows about the account and the session when the operation is validated.
 * @example const state: SessionState = await chainState(provider, validator, session);
 */
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

/**
 * One operation before the validator.
 * @example
 * const request: CheckRequest = { op, validator, chainId, state, session, keyValid: true, now };
 * const { ok } = check(request);
 */
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

/**
 * What the verdict says of an operation that the validator does not refuse.
 * @example
 * const verdict = check({ op, validator, chainId, state, userOpHash: hashUserOp(context, op) });
 * if (verdict.outcome !== "refused") console.log((verdict satisfies Judged).usage); // accepted, or a wrong key
 */
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

/**
 * The operation passes.
 * @example
 * const verdict = check({ op, validator, chainId, state, userOpHash: hashUserOp(context, op) });
 * if (verdict.ok) console.log((verdict satisfies Accepted).usage); // after the operation
 */
export interface Accepted extends Judged {
  readonly ok: true;
  readonly outcome: "accepted";
}

/**
 * Everything is right but the key's signature: the validator returns 1, and the EntryPoint refuses.
 * @example
 * const verdict = check({ op, validator, chainId, state, keyValid: false });
 * if (verdict.outcome === "wrongKey") console.log((verdict satisfies WrongKey).validationData); // 1n
 */
export interface WrongKey extends Judged {
  readonly ok: false;
  readonly outcome: "wrongKey";
}

/**
 * The validator reverts.
 * @example
 * const reasonOf = ({ name, args }: Refused) => `${name}(${args.join(", ")})`;
 * const verdict = checkCalls({ session, calls, mode: "use", validator, state });
 * if (verdict.outcome === "refused") console.log(reasonOf(verdict)); // TimeRequired(0)
 */
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

/**
 * What the validator makes of an operation.
 * @example
 * const verdict: Verdict = checkCalls({ session, calls, mode: "use", validator, state, time: now });
 * console.log(verdict.outcome); // "accepted"
 */
export type Verdict = Accepted | WrongKey | Refused;

/**
 * The readable twin of `validateUserOp`: the same verdict, with the same error and arguments, from the operation's bytes
 * and the state alone. Dry run of an app, documentation of the semantics, oracle of the differential tests.
 *
 * The order is the contract's: account, header, calls, each call with its permission, session, key, fees, budgets.
 *
 * @example
 * const verdict = check({ op, validator, chainId, state, userOpHash: hashUserOp(context, op), grantValid: true });
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
  const { usage, window } = chargeBudgets(header.session, header.time, known.state.usage, costs, fee, keyValid);
  const judged = { sessionId, ...window, usage, status, ...timeliness(window, request.now) };
  return keyValid
    ? { ok: true, outcome: "accepted", ...judged, validationData: validationData(window) }
    : { ok: false, outcome: "wrongKey", ...judged, validationData: 1n };
}

function timeliness({ validAfter, validUntil }: TimeWindow, now: number | undefined): Pick<Judged, "timely"> {
  return now === undefined ? {} : { timely: now > validAfter && now <= validUntil };
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
  checkState(account, state);
  const found = byteLength(op.initCode);
  // Init data would be a call of the account to itself that no permission has seen.
  if (found > EIP7702_INIT_CODE_BYTES && isEip7702InitCode(op.initCode)) {
    throw contractError("DelegationInitData", { found, max: EIP7702_INIT_CODE_BYTES });
  }
}

function checkState(account: Address, state: SessionState): void {
  if (!state.installed) throw contractError("NotInstalled", { account });
  if (state.paused) throw contractError("AccountPaused", { account });
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
  const after = statusAfter(status, header.mode, sessionId);
  if (header.mode === "use") return after;
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
  return after;
}

/** Raises `SessionIsRevoked`, `SessionNotEnabled`; whether the grant is right is asked elsewhere. */
function statusAfter(status: number, mode: Mode, sessionId: Hex): number {
  if (status === STATUSES.revoked) throw contractError("SessionIsRevoked", { sessionId });
  if (mode === "use" && status !== STATUSES.enabled) throw contractError("SessionNotEnabled", { sessionId });
  return mode === "enable" ? STATUSES.enabled : status;
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
    assertPaymaster(session.paymaster, paymaster);
    return undefined;
  }
  return accountFee(session.feeBudget, maxFee(op));
}

/** Raises `PaymasterNotAllowed`. */
function assertPaymaster(allowed: Address, found: Address): void {
  const permitted = sameAddress(allowed, ANY_PAYMASTER) || (!isZeroAddress(allowed) && sameAddress(allowed, found));
  if (!permitted) throw contractError("PaymasterNotAllowed", { found, allowed });
}

/** What the fee budget is charged when the account pays. Raises `PaymasterRequired`. */
function accountFee(feeBudget: number, amount: bigint): Cost | undefined {
  if (feeBudget === FEES_SPONSORED) throw contractError("PaymasterRequired", {});
  return feeBudget === FEES_UNLIMITED ? undefined : { budget: feeBudget, amount };
}

function chargeBudgets(
  session: SessionHeader,
  time: number | undefined,
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

/**
 * What {@link checkCalls} needs: calls, and the state.
 * @example
 * const request: CheckCallsRequest = { session, calls, mode: "use", validator, state, time: now, fee: parseEther("0.001") };
 * const { ok } = checkCalls(request);
 */
export interface CheckCallsRequest extends Pick<CheckRequest, "validator" | "state" | "now"> {
  /** For many verdicts on one session, prepared. */
  readonly session: Session | PreparedSession;
  readonly calls: readonly Call[];
  readonly mode: Mode;
  /** The claimed time; see {@link pickTime}. Needed as soon as a charged budget is PERIODIC or STREAM. */
  readonly time?: number;
  /** Fee that the account would pay, in wei; 0 by default. */
  readonly fee?: bigint;
  /** The paymaster of the operation; the account pays by default. */
  readonly paymaster?: Address;
}

/**
 * {@link check} before there is an operation: would these calls be allowed now, assuming that key and grant sign? The
 * same verdict as on the operation, but for `NO_PERMISSION`, with the reasons of every permission that came near: an
 * envelope names one permission, and here there is none yet.
 * @example
 * const { ok } = checkCalls({ session, calls, mode: "use", validator, state, time: await chainTime(provider) });
 */
export function checkCalls(request: CheckCallsRequest): Verdict {
  return orRefused(() => judgeWithoutOp(request));
}

function judgeWithoutOp(request: CheckCallsRequest): Accepted {
  const { calls, validator, state, mode, fee = 0n, paymaster, now } = request;
  const prepared = request.session instanceof PreparedSession ? request.session : new PreparedSession(request.session);
  const { session } = prepared;
  checkState(session.account, state);
  if (request.time !== undefined) checkTime(request.time, session);
  checkCallCount(calls.length);
  const costs = calls.flatMap((call, index) => prepared.costs(call, index, validator));
  const sessionId = prepared.idIn(state.epoch);
  // State and grant are those of this session: of the one that another epoch makes of it the chain knows nothing.
  const known = sessionId === prepared.id ? state : { ...state, status: STATUSES.none, usage: [] };
  const status = statusAfter(known.status, mode, sessionId);
  if (known !== state && mode !== "use") {
    throw contractError("BadGrant", { account: session.account, digest: digest(validator, sessionId) });
  }
  if (paymaster !== undefined) assertPaymaster(session.paymaster, paymaster);
  const feeCost = paymaster === undefined ? accountFee(session.feeBudget, fee) : undefined;
  const { usage, window } = chargeBudgets(session, request.time, known.usage, costs, feeCost, true);
  const judged = { sessionId, ...window, usage, status, ...timeliness(window, now) };
  return { ok: true, outcome: "accepted", ...judged, validationData: validationData(window) };
}
