import type { Budget } from "../budget";
import { every, stream } from "../builder/budgets";
import { defineSession, type Fees, type PermissionPlans, type SessionDefinition } from "../builder/define";
import { SessionKeyError } from "../errors";
import type { Session } from "../session";

/**
 * What every preset wants to know, besides its job: as {@link SessionDefinition} has it, but for the fees.
 * @example const terms: presets.PresetTerms = { account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.02")) };
 */
export interface PresetTerms extends Omit<SessionDefinition, "budgets" | "fees" | "permissions"> {
  /** Who pays: the account, from this budget (wei), or `sponsoredBy(paymaster)`. */
  readonly fees: Budget | Fees;
}

/**
 * How often: a name, or seconds (at least 60). A month has **30 days**; periods count from the session's `validAfter`.
 * @example const often: presets.Period = "week";
 */
export type Period = "hour" | "day" | "week" | "month" | number;

/** A part of a preset: what it allows, and the budgets that this draws on. */
export interface Part {
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly permissions: PermissionPlans;
}

/** The session of a preset's parts. Raises what `defineSession` raises. */
export function presetSession(terms: PresetTerms, ...parts: readonly Part[]): Session {
  const { fees, ...common } = terms;
  const permissions = parts.map((part) => part.permissions);
  const budgets = Object.fromEntries(parts.flatMap((part) => Object.entries(part.budgets)));
  if (!isBudget(fees)) return defineSession({ ...common, budgets, fees, permissions });
  return defineSession({ ...common, budgets: { ...budgets, fees }, fees: "fees", permissions });
}

/** `undefined` is left to `defineSession`, which says that nobody pays. */
function isBudget(fees: Budget | Fees | undefined): fees is Budget {
  return fees !== undefined && "limit" in fees;
}

const SECONDS = { hour: 3_600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400 } as const;

/** Seconds of a period. Raises `UNKNOWN_PERIOD`. */
export function secondsOf(period: Period): number {
  const seconds = typeof period === "number" ? period : SECONDS[period];
  if (Number.isInteger(seconds) && seconds >= 60) return seconds;
  const allowed = Object.keys(SECONDS);
  const message = `every ${String(period)}: expected ${allowed.join(", ")}, or at least 60 seconds`;
  throw new SessionKeyError("UNKNOWN_PERIOD", message, { found: period, allowed });
}

/** So much in each period: what is not drawn is lost, or with `accumulates` accrues. Raises `UNKNOWN_PERIOD`, `NOT_POSITIVE`. */
export function recurring(amount: bigint, period: Period, accumulates = false): Budget {
  const seconds = secondsOf(period);
  return accumulates ? stream(positive(amount, "amount"), seconds) : every(seconds, positive(amount, "amount"));
}

/** Raises `NOT_POSITIVE`: with nothing to spend, the session could do nothing. */
export function positive(amount: bigint, name: string): bigint {
  if (typeof amount === "bigint" && amount > 0n) return amount;
  throw new SessionKeyError("NOT_POSITIVE", `${name} is ${String(amount)}, expected a bigint above 0`, {
    found: amount,
  });
}

/** Raises `NO_VALUES`. */
export function someOf<Item>(items: readonly Item[], name: string): readonly Item[] {
  if (items.length > 0) return items;
  throw new SessionKeyError("NO_VALUES", `${name} is empty: the session would allow nothing`, { name });
}
