import type { Budget, TimeWindow } from "./budget";
import { BUDGET_KINDS, MAX_SPENT, MAX_UINT256 } from "./constants";
import { contractError } from "./errors";

/**
 * What a budget has been charged so far, as `budgetUsage` returns it.
 * @example const usage: Usage = state.usage[0] ?? NO_USAGE;
 */
export interface Usage {
  /** For PERIODIC: within `period`. */
  readonly spent: bigint;
  /** Index of the last charged period, counted from `validAfter`; 0 for the other kinds. */
  readonly period: bigint;
}

/**
 * The usage of a budget that was never charged.
 * @example const usage = session.budgets.map(() => NO_USAGE);
 */
export const NO_USAGE: Usage = { spent: 0n, period: 0n };

/**
 * A budget at a moment: what is left, in which period, and how long that holds.
 * @example const { remaining, window }: Allowance = allowance(session.budgets[0]!, 0, session, state.usage[0] ?? NO_USAGE, now);
 */
export interface Allowance {
  /** What may still be spent; negative if a stream had accrued less at that (older) time than is spent already. */
  readonly remaining: bigint;
  /** Spent before, in the period of that time. */
  readonly spent: bigint;
  /** Period of that time; 0 but for PERIODIC. */
  readonly period: bigint;
  /** First and last second (both inclusive) for which this is true. */
  readonly window: TimeWindow;
}

/**
 * What is left of budget `index` at `time`. Pure arithmetic: also the app's "how much can I still spend?".
 * Raises `TimeRequired` for a PERIODIC or STREAM budget without a time, `PeriodPassed` for a time before the last charge's
 * period.
 *
 * @example
 * for (const [index, budget] of session.budgets.entries()) {
 *   console.log(allowance(budget, index, session, NO_USAGE, await chainTime(provider)).remaining);
 * }
 */
export function allowance(
  budget: Budget,
  index: number,
  session: TimeWindow,
  usage: Usage,
  time: number | undefined,
): Allowance {
  const { validAfter, validUntil } = session;
  if (budget.kind === BUDGET_KINDS.total) {
    return {
      remaining: budget.limit - usage.spent,
      spent: usage.spent,
      period: 0n,
      window: { validAfter, validUntil },
    };
  }
  if (time === undefined) throw contractError("TimeRequired", { budget: index });
  return budget.kind === BUDGET_KINDS.periodic
    ? periodicAllowance(budget, index, session, usage, time)
    : streamAllowance(budget, session, usage, time);
}

function periodicAllowance(budget: Budget, index: number, session: TimeWindow, usage: Usage, time: number): Allowance {
  const period = Math.floor((time - session.validAfter) / budget.period);
  if (BigInt(period) < usage.period) {
    throw contractError("PeriodPassed", { budget: index, found: period, recorded: usage.period });
  }
  const spent = BigInt(period) > usage.period ? 0n : usage.spent;
  const start = session.validAfter + period * budget.period;
  const window = { validAfter: start, validUntil: Math.min(start + budget.period - 1, session.validUntil) };
  return { remaining: budget.limit - spent, spent, period: BigInt(period), window };
}

function streamAllowance(budget: Budget, session: TimeWindow, usage: Usage, time: number): Allowance {
  const accrued = (budget.limit * BigInt(time - session.validAfter)) / BigInt(budget.period);
  // What is spent has 104 bits in storage, however much accrues.
  const usable = accrued > MAX_SPENT ? MAX_SPENT : accrued;
  const window = { validAfter: time, validUntil: session.validUntil };
  return { remaining: usable - usage.spent, spent: usage.spent, period: 0n, window };
}

/** Raises `BudgetExceeded` (amounts saturated at 2^256 − 1) unless `asked` is at most what remains. */
export function assertAffordable(index: number, asked: bigint, allowed: Allowance): void {
  if (asked <= allowed.remaining) return;
  const remaining = allowed.remaining < 0n ? 0n : allowed.remaining;
  throw contractError("BudgetExceeded", { budget: index, asked: asked > MAX_UINT256 ? MAX_UINT256 : asked, remaining });
}

/** The part that two windows share. */
export function intersect(left: TimeWindow, right: TimeWindow): TimeWindow {
  return {
    validAfter: Math.max(left.validAfter, right.validAfter),
    validUntil: Math.min(left.validUntil, right.validUntil),
  };
}
