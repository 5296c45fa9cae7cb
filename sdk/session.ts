import { validateBudget, type Budget, type TimeWindow } from "./budget";
import {
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_BUDGETS,
  MAX_SIGNER_BYTES,
  MAX_TREE_HEIGHT,
  MIN_SIGNER_BYTES,
  TIME_LIMIT,
} from "./constants";
import { contractError, SessionKeyError } from "./errors";
import { asAddress, asHex, byteLength, isZeroAddress, type Address, type Hex } from "./hex";
import { assertBigUint } from "./integer";
import { validatePermission, type Permission } from "./permission";
import { treeHeight } from "./tree";

/**
 * The part of a session that an envelope carries as it is.
 * @example const { signer: address, budgets }: SessionHeader = session;
 */
export interface SessionHeader extends TimeWindow {
  /** Makes otherwise equal sessions different; below 2^64. */
  readonly salt: bigint;
  /** 20 bytes: an ECDSA address. 21 to 1,024 bytes: ERC-7913 `verifier ‖ key`. */
  readonly signer: Hex;
  /** First second (inclusive), unix; at least 1. */
  readonly validAfter: number;
  /** Last second (inclusive), unix; above `validAfter` and below 2^47. */
  readonly validUntil: number;
  /** Zero: none; {@link ANY_PAYMASTER}: any; else only this one. */
  readonly paymaster: Address;
  /** Index of the budget that pays fees, {@link FEES_UNLIMITED} or {@link FEES_SPONSORED}. */
  readonly feeBudget: number;
  /** At most 16. */
  readonly budgets: readonly Budget[];
}

/**
 * The document that the owner grants and the contract enforces; its EIP-712 struct hash is its id.
 * `permissions` is the flat, unpadded list of the leaves of the permission tree.
 * @example
 * const session: Session = defineSession({
 *   account, chainId: 1, key: bot, validUntil: inDays(30), budgets: { usdc: weekly(100_000_000n) }, fees: sponsoredBy(paymaster),
 *   permissions: [allow(usdc, "transfer", { to: eq(alice), amount: spend("usdc") })],
 * });
 */
export interface Session extends SessionHeader {
  /** The smart account. */
  readonly account: Address;
  /** The chain on which the session works. */
  readonly chainId: bigint;
  /** The account's epoch when the session is granted (`epochOf`); a later bump kills the session. Below 2^64. */
  readonly epoch: bigint;
  /** 1 to 1,024; the tree has height ceil(log2(length)) and repeats the last one as padding. */
  readonly permissions: readonly Permission[];
}

/** Raises `InvalidTimeWindow` unless `1 <= validAfter < validUntil < 2^47`. */
export function checkTimeWindow({ validAfter, validUntil }: TimeWindow): void {
  if (!(validAfter >= 1 && validAfter < validUntil && validUntil < TIME_LIMIT)) {
    throw contractError("InvalidTimeWindow", { validAfter, validUntil });
  }
}

/** Raises `InvalidSignerLength`. */
export function checkSignerLength(found: number): void {
  if (found < MIN_SIGNER_BYTES || found > MAX_SIGNER_BYTES) {
    throw contractError("InvalidSignerLength", { found, min: MIN_SIGNER_BYTES, max: MAX_SIGNER_BYTES });
  }
}

/** Raises `TooManyBudgets`. */
export function checkBudgetCount(found: number): void {
  if (found > MAX_BUDGETS) throw contractError("TooManyBudgets", { found, max: MAX_BUDGETS });
}

/** Raises `InvalidFeeBudget` unless it is the index of a budget, 254 or 255. */
export function checkFeeBudget(feeBudget: number, budgetCount: number): void {
  const isIndex = Number.isInteger(feeBudget) && feeBudget >= 0 && feeBudget < budgetCount;
  if (!isIndex && feeBudget !== FEES_UNLIMITED && feeBudget !== FEES_SPONSORED) {
    throw contractError("InvalidFeeBudget", { feeBudget, budgetCount });
  }
}

/** Raises `TreeTooHigh`. */
export function checkTreeHeight(found: number): void {
  if (found > MAX_TREE_HEIGHT) throw contractError("TreeTooHigh", { found, max: MAX_TREE_HEIGHT });
}

/** Height of the session's permission tree: 0 for one permission. */
export function permissionHeight(session: Pick<Session, "permissions">): number {
  return treeHeight(session.permissions.length);
}

/**
 * Refuses every session that the contract would refuse at decode or whenever it is used. A session that passes can be
 * granted, hashed and serialised.
 *
 * Raises the contract's error where it has one (`InvalidTimeWindow`, `TooManyBudgets`, …), else `INVALID_ADDRESS`,
 * `INVALID_HEX`, `INTEGER_OUT_OF_RANGE`, `FRACTIONAL_TIME`, `EMPTY_PERMISSIONS`, `FORBIDDEN_ACCOUNT` and what
 * `validatePermission` raises.
 *
 * @example validateSession(session); const id = sessionId(session);
 */
export function validateSession(session: Session): void {
  const account = asAddress(session.account, "account");
  if (isZeroAddress(account)) {
    throw new SessionKeyError("FORBIDDEN_ACCOUNT", "the account is the zero address", { found: account });
  }
  assertBigUint(session.chainId, 256, "chainId");
  assertBigUint(session.epoch, 64, "epoch");
  validateHeader(session);
  if (session.permissions.length === 0) {
    throw new SessionKeyError("EMPTY_PERMISSIONS", "a session needs at least one permission", { found: 0, min: 1 });
  }
  checkTreeHeight(permissionHeight(session));
  session.permissions.forEach((permission, index) => validatePermission(permission, index, session));
}

/** The part of {@link validateSession} that needs only what an envelope carries. */
export function validateHeader(header: SessionHeader): void {
  assertBigUint(header.salt, 64, "salt");
  for (const [name, time] of [
    ["validAfter", header.validAfter],
    ["validUntil", header.validUntil],
  ] as const) {
    if (!Number.isInteger(time)) {
      throw new SessionKeyError("FRACTIONAL_TIME", `${name} is ${time}, expected whole seconds`, { name, found: time });
    }
  }
  checkTimeWindow(header);
  asAddress(header.paymaster, "paymaster");
  checkSignerLength(byteLength(asHex(header.signer, "signer")));
  checkBudgetCount(header.budgets.length);
  checkFeeBudget(header.feeBudget, header.budgets.length);
  header.budgets.forEach((budget, index) => validateBudget(budget, index, header));
}

/**
 * The same session with checksummed addresses and lower-case hex, and nothing but the fields of a session, so that
 * equal sessions are deeply equal. The id does not change. Raises what {@link validateSession} raises.
 * @example const same = sessionId(normalizeSession(session)) === sessionId(session); // true
 */
export function normalizeSession(session: Session): Session {
  validateSession(session);
  const { chainId, epoch, salt, validAfter, validUntil, feeBudget } = session;
  return {
    account: asAddress(session.account, "account"),
    chainId,
    epoch,
    salt,
    signer: asHex(session.signer, "signer"),
    validAfter,
    validUntil,
    paymaster: asAddress(session.paymaster, "paymaster"),
    feeBudget,
    budgets: session.budgets.map(({ kind, limit, period }) => ({ kind, limit, period })),
    permissions: session.permissions.map(normalizePermission),
  };
}

function normalizePermission(permission: Permission): Permission {
  return {
    kind: permission.kind,
    target: asAddress(permission.target, "target"),
    selector: asHex(permission.selector, "selector"),
    maxValue: permission.maxValue,
    rules: permission.rules.map(({ op, path, other, mask, value }) => ({
      op,
      path: [...path],
      other: [...other],
      mask,
      value,
    })),
    charges: permission.charges.map(({ budget, source, path }) => ({ budget, source, path: [...path] })),
  };
}
