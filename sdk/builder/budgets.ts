import { periodicBudget, streamBudget, totalBudget, type Budget } from "../budget";
import { DAY } from "./input";

// Periods are counted from the session's `validAfter`, not from midnight or the first of the month: the contract knows
// no calendar.

/**
 * At most `limit` over the whole session.
 * @example total(parseEther("0.02"))
 */
export function total(limit: bigint): Budget {
  return totalBudget(limit);
}

/**
 * At most `limit` in each period of `seconds` (at least 60), counted from `validAfter`; what is left of one is lost.
 * @example every(3_600, parseUnits("10", 6))
 */
export function every(seconds: number, limit: bigint): Budget {
  return periodicBudget(limit, seconds);
}

/**
 * At most `limit` in each 24 hours, counted from `validAfter`.
 * @example daily(parseUnits("20", 6))
 */
export function daily(limit: bigint): Budget {
  return every(DAY, limit);
}

/**
 * At most `limit` in each 7 days, counted from `validAfter`.
 * @example weekly(parseUnits("100", 6))
 */
export function weekly(limit: bigint): Budget {
  return every(7 * DAY, limit);
}

/**
 * At most `limit` in each **30 days**, counted from `validAfter`: not a calendar month, so twelve of them end five days
 * before the year does.
 * @example monthly(parseUnits("300", 6))
 */
export function monthly(limit: bigint): Budget {
  return every(30 * DAY, limit);
}

/**
 * `limit` accrues evenly over each `seconds` since `validAfter`; what is not spent carries over.
 * @example stream(parseEther("1"), 30 * 86_400) // a salary: nothing at first, half an ether after 15 days
 */
export function stream(limit: bigint, seconds: number): Budget {
  return streamBudget(limit, seconds);
}
