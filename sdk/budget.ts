import { BUDGET_KINDS, MAX_PERIODS, MIN_PERIOD } from "./constants";
import { contractError } from "./errors";
import { assertBigUint, assertUint, isOneOf } from "./integer";

/**
 * An amount that a session may spend: calls, native value, tokens or fees, whatever its charges count.
 * Mirrors the EIP-712 struct `Budget(uint8 kind,uint104 limit,uint32 period)`.
 * @example const budget: Budget = weekly(100_000_000n); // { kind: BUDGET_KINDS.periodic, limit: 100_000_000n, period: 604_800 }
 */
export interface Budget {
  /** One of {@link BUDGET_KINDS}. */
  readonly kind: number;
  /** Greatest amount (inclusive) over the session, per period, or accrued per period; below 2^104. */
  readonly limit: bigint;
  /** Seconds, counted from `validAfter`; 0 for a total budget, at least 60 for the others. */
  readonly period: number;
}

/**
 * The window of a session in unix seconds, on which the shortest allowed period depends.
 * @example const { validAfter, validUntil }: TimeWindow = session;
 */
export interface TimeWindow {
  /** First second of the session (inclusive). */
  readonly validAfter: number;
  /** Last second of the session (inclusive). */
  readonly validUntil: number;
}

/**
 * A budget over the whole session.
 * @example totalBudget(100_000_000n)
 */
export function totalBudget(limit: bigint): Budget {
  return { kind: BUDGET_KINDS.total, limit, period: 0 };
}

/**
 * A budget that starts afresh every `period` seconds, counted from `validAfter`; the rest of a period is lost.
 * @example periodicBudget(100_000_000n, 7 * 86_400)
 */
export function periodicBudget(limit: bigint, period: number): Budget {
  return { kind: BUDGET_KINDS.periodic, limit, period };
}

/**
 * A budget that accrues linearly, `limit` every `period` seconds since `validAfter`; the rest carries over.
 * @example streamBudget(parseEther("1"), 30 * 86_400)
 */
export function streamBudget(limit: bigint, period: number): Budget {
  return { kind: BUDGET_KINDS.stream, limit, period };
}

/** Whether the budget needs a claimed time: PERIODIC and STREAM do. */
export function isTimed(budget: Budget): boolean {
  return budget.kind !== BUDGET_KINDS.total;
}

/** Raises `UnknownBudgetKind`. */
export function checkBudgetKind(kind: number, index: number): void {
  if (!isOneOf(kind, BUDGET_KINDS)) throw contractError("UnknownBudgetKind", { budget: index, kind });
}

/** The shortest period (inclusive) that a PERIODIC or STREAM budget of this session may have, in seconds. */
export function shortestPeriod(window: TimeWindow): number {
  // The index of a period has 20 bits, so a long session needs long periods.
  return Math.max(MIN_PERIOD, Math.ceil((window.validUntil - window.validAfter) / MAX_PERIODS));
}

/** Raises `InvalidBudgetPeriod`: 0 for a total budget, {@link shortestPeriod} or more for the others. */
export function checkBudgetPeriod(budget: Budget, index: number, window: TimeWindow): void {
  const min = isTimed(budget) ? shortestPeriod(window) : 0;
  const valid = isTimed(budget) ? budget.period >= min : budget.period === 0;
  if (!valid) throw contractError("InvalidBudgetPeriod", { budget: index, found: budget.period, min });
}

/** Raises whatever the contract would raise for this budget, or `INTEGER_OUT_OF_RANGE`. */
export function validateBudget(budget: Budget, index: number, window: TimeWindow): void {
  checkBudgetKind(budget.kind, index);
  assertBigUint(budget.limit, 104, `budgets[${index}].limit`);
  assertUint(budget.period, 32, `budgets[${index}].period`);
  checkBudgetPeriod(budget, index, window);
}
