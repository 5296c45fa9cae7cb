import { isTimed, type Budget, type TimeWindow } from "./budget";
import { BUDGET_KINDS, type Mode } from "./constants";
import { encodeEnvelope, sealEnvelope, type EnvelopeGrant } from "./envelope";
import { SessionKeyError } from "./errors";
import type { Call } from "./execution";
import { assertTarget, costsOf, isFor, unlessRefused, type Cost } from "./judge";
import type { Address, Hex } from "./hex";
import type { SessionKey } from "./key";
import type { Permission } from "./permission";
import { permissionHeight, type Session } from "./session";
import type { MerkleTree } from "./tree";
import { digest, permissionTree, sessionUseHash } from "./typedData";
import { intersect } from "./usage";

/**
 * What an envelope is built from.
 * @example
 * const request: UseRequest = { session, calls, mode: "enable", time: now, grant: proofFor(grant, 0) };
 * const envelope = buildEnvelope(request);
 */
export interface UseRequest {
  readonly session: Session;
  /** The operation's calls, in their order. */
  readonly calls: readonly Call[];
  readonly mode: Mode;
  /** See {@link pickTime}; needed as soon as a charged budget is PERIODIC or STREAM. */
  readonly time?: number;
  /** From {@link proofFor}; in, and only in, the modes `enable` and `signed`. */
  readonly grant?: EnvelopeGrant;
  /** The session's {@link permissionTree}, if at hand: spares hashing it anew. */
  readonly tree?: MerkleTree;
}

/**
 * For each call the index of the first permission that allows it: target, selector, value and every rule. Whether the
 * budgets suffice is not looked at.
 * Raises `ForbiddenTarget` and `NO_PERMISSION`, whose `details.reasons` say what each permission for that target and
 * selector objects to.
 * @example matchPermissions(session, calls).map((index) => session.permissions[index])
 */
export function matchPermissions(session: Session, calls: readonly Call[]): number[] {
  return calls.map((call, index) => {
    assertTarget(call, index, session.account);
    const candidates = [...session.permissions.entries()].filter(([, permission]) => isFor(permission, call));
    return firstThatAllows(candidates, call, index).position;
  });
}

/** A permission and its position in the session. */
export type Candidate = readonly [position: number, permission: Permission];

/**
 * The first of the permissions for this target and selector that allows the call, and what it costs. Budgets are not
 * looked at. Raises `NO_PERMISSION` with what each of them objects to.
 */
export function firstThatAllows(
  candidates: readonly Candidate[],
  call: Call,
  index: number,
): { readonly position: number; readonly costs: Cost[] } {
  const reasons: Objection[] = [];
  for (const [position, permission] of candidates) {
    const costs = unlessRefused(() => costsOf(permission, call, index));
    if (!(costs instanceof SessionKeyError)) return { position, costs };
    reasons.push({ permission: position, code: costs.code, message: costs.message, details: costs.details });
  }
  throw noPermission(reasons, call, index);
}

type Objection = { readonly permission: number } & Pick<SessionKeyError, "code" | "message" | "details">;

function noPermission(reasons: readonly Objection[], call: Call, index: number): SessionKeyError {
  const why =
    reasons.length === 0
      ? "no permission names this target and selector"
      : reasons.map(({ permission, message }) => `permission ${permission}: ${message}`).join("; ");
  const message = `call ${index} to ${call.target} with ${call.data.slice(0, 10)}: ${why}`;
  return new SessionKeyError("NO_PERMISSION", message, { call: index, target: call.target, reasons });
}

/**
 * The envelope for an operation of these calls, to be signed by {@link signUse}.
 * Raises as {@link matchPermissions} and `encodeEnvelope`.
 *
 * @example
 * const time = await chainTime(provider);
 * const envelope = buildEnvelope({ session, calls, mode: "use", time });
 */
export function buildEnvelope(request: UseRequest): Hex {
  const { session, calls, mode, time, grant, tree = permissionTree(session) } = request;
  const used = matchPermissions(session, calls);
  return encodeEnvelope({
    mode,
    session,
    ...(time === undefined ? {} : { time }),
    height: permissionHeight(session),
    calls: used.map((index) => ({ permission: session.permissions[index]!, proof: tree.proof(index) })),
    ...(grant === undefined ? {} : { grant }),
  });
}

/**
 * What {@link signUse} signs.
 * @example
 * const envelope = buildEnvelope({ session, calls, mode: "use", time: now });
 * const use: UseToSign = { envelope, userOpHash: hashUserOp(context, op), validator, key };
 * const signature = await signUse(use); // as userOp.signature
 */
export interface UseToSign {
  /** From {@link buildEnvelope}. */
  readonly envelope: Hex;
  /** From {@link userOpHash}; it does not cover the signature, so it is known before. */
  readonly userOpHash: Hex;
  readonly validator: Address;
  readonly key: SessionKey;
}

/**
 * `userOp.signature`: the envelope, sealed by the session key over `SessionUse(userOpHash, envelope)`.
 *
 * @example
 * const envelope = openEnvelope(op.signature, calls.length).bytes;
 * const signed = { ...op, signature: await signUse({ envelope, userOpHash: hashUserOp(context, op), validator, key }) };
 */
export async function signUse({ envelope, userOpHash, validator, key }: UseToSign): Promise<Hex> {
  return sealEnvelope(envelope, await key.signDigest(digest(validator, sessionUseHash(userOpHash, envelope))));
}

/** How far in the past {@link pickTime} claims a time, in seconds: clocks differ, and blocks come late. */
export const TIME_SLACK = 30;

/**
 * Of a session, what its times depend on.
 * @example
 * const timed: TimedSession = session;
 * const time = pickTime(timed, session.permissions, now);
 */
export type TimedSession = Pick<Session, "validAfter" | "validUntil" | "budgets" | "feeBudget">;

/**
 * The time to claim at `now` (unix seconds), or `undefined` if no charged budget depends on it. A little in the past,
 * because the EntryPoint compares to the block's clock, but never in an earlier period of a charged budget.
 * Raises `SESSION_NOT_ACTIVE` outside of the session's window.
 *
 * @param sponsored Whether a paymaster pays: then the fee budget is not charged.
 *
 * @example
 * const permissions = matchPermissions(session, calls).map((index) => session.permissions[index]!);
 * const time = pickTime(session, permissions, await chainTime(provider));
 */
export function pickTime(
  session: TimedSession,
  permissionsUsed: readonly Permission[],
  now: number,
  sponsored = false,
): number | undefined {
  if (timedBudgets(session, permissionsUsed, sponsored).length === 0) return undefined;
  assertActive(session, now);
  return Math.max(periodAt(session, permissionsUsed, now, sponsored).validAfter, now - TIME_SLACK);
}

/**
 * The part of the session's window around `now` in which an operation can be included that is made now: that of every
 * charged period. Raises `SESSION_NOT_ACTIVE` outside of the session's window.
 * @example periodAt(session, permissionsUsed, now).validUntil // the last second of the week, of a weekly budget
 */
export function periodAt(
  session: TimedSession,
  permissionsUsed: readonly Permission[],
  now: number,
  sponsored = false,
): TimeWindow {
  assertActive(session, now);
  const { validAfter, validUntil } = session;
  return timedBudgets(session, permissionsUsed, sponsored)
    .filter(({ kind }) => kind === BUDGET_KINDS.periodic)
    .map(({ period }) => ({ start: now - ((now - validAfter) % period), period }))
    .map(({ start, period }) => ({ validAfter: start, validUntil: start + period - 1 }))
    .reduce(intersect, { validAfter, validUntil });
}

/** Those of the charged budgets that depend on the time. */
function timedBudgets(session: TimedSession, permissionsUsed: readonly Permission[], sponsored: boolean): Budget[] {
  const charged = new Set(permissionsUsed.flatMap(({ charges }) => charges.map(({ budget }) => budget)));
  if (!sponsored) charged.add(session.feeBudget);
  return session.budgets.filter((budget, index) => charged.has(index) && isTimed(budget));
}

function assertActive({ validAfter, validUntil }: TimeWindow, now: number): void {
  if (now >= validAfter && now <= validUntil) return;
  const message = `${now} is outside of ${validAfter} to ${validUntil}`;
  throw new SessionKeyError("SESSION_NOT_ACTIVE", message, { now, validAfter, validUntil });
}
