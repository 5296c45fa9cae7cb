import { allow, allowTransfer } from "../builder/allow";
import { all, count, eq, lte, spend } from "../builder/condition";
import { every } from "../builder/budgets";
import type { AddressInput } from "../builder/input";
import type { Session } from "../session";
import { ERC20_ABI } from "./abis";
import {
  positive,
  presetSession,
  recurring,
  secondsOf,
  someOf,
  type Part,
  type Period,
  type PresetTerms,
} from "./terms";

/**
 * What {@link subscription} makes a session of.
 * @example
 * const terms: presets.SubscriptionTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   token: USDC, payee: alice, amount: parseUnits("9.99", 6), every: "month",
 * };
 */
export interface SubscriptionTerms extends PresetTerms {
  /** An ERC-20 token; the native coin if it is left out. */
  readonly token?: AddressInput;
  /** Who is paid, and nobody else. */
  readonly payee: AddressInput;
  /** Of each period, in the token's smallest unit (wei). */
  readonly amount: bigint;
  readonly every: Period;
  /** Missed periods can be drawn later: the amount accrues by the second. Left out, what is missed is lost. */
  readonly accumulates?: boolean;
}

/**
 * The payee draws a fixed amount once in each period: no earlier, no more, nobody else. In the native coin it may be less
 * than the amount, and in several draws.
 *
 * With `accumulates` the amount accrues evenly, and a payee who missed some periods draws them together: a STREAM budget.
 *
 * Raises `NOT_POSITIVE`, `UNKNOWN_PERIOD`, and what `defineSession` raises.
 * @example
 * const session = presets.subscription({
 *   account, chainId: 1, key: bot, validUntil: inDays(365), fees: total(parseEther("0.02")),
 *   token: USDC, payee: alice, amount: parseUnits("9.99", 6), every: "month",
 * });
 */
export function subscription(terms: SubscriptionTerms): Session {
  const { token, payee, accumulates } = terms;
  const amount = positive(terms.amount, "amount");
  const isFixed = token !== undefined && accumulates !== true;
  if (!isFixed) return presetSession(terms, pay(terms, payee, amount, "payments"));
  const permission = allow(
    { address: token, abi: ERC20_ABI },
    "transfer",
    { to: eq(payee), amount: eq(amount) },
    { calls: count("payments") },
  );
  return presetSession(terms, {
    budgets: { payments: every(secondsOf(terms.every), 1n) },
    permissions: [permission],
  });
}

/**
 * One of the people that {@link payroll} pays.
 * @example const employee: presets.Employee = { to: alice, salary: parseUnits("3000", 6) };
 */
export interface Employee {
  readonly to: AddressInput;
  /** Of each period, in the token's smallest unit (wei). */
  readonly salary: bigint;
}

/**
 * What {@link payroll} makes a session of.
 * @example
 * const terms: presets.PayrollTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   token: USDC, employees: [{ to: alice, salary: parseUnits("3000", 6) }], every: "month",
 * };
 */
export interface PayrollTerms extends PresetTerms {
  /** An ERC-20 token; the native coin if it is left out. */
  readonly token?: AddressInput;
  /** At most 15, or 16 if a paymaster pays the fees: each has a budget. */
  readonly employees: readonly Employee[];
  readonly every: Period;
  /** Salaries accrue by the second, and what is not drawn carries over. Left out, what is missed is lost. */
  readonly accumulates?: boolean;
}

/**
 * Pays each employee at most the salary in each period. The salaries are apart: what one did not get is nobody else's.
 *
 * Raises `NO_VALUES`, `NOT_POSITIVE`, `UNKNOWN_PERIOD`, `TooManyBudgets`, and what `defineSession` raises.
 * @example
 * const session = presets.payroll({
 *   account, chainId: 1, key: bot, validUntil: inDays(365), fees: total(parseEther("0.1")),
 *   token: USDC, every: "month",
 *   employees: [{ to: alice, salary: parseUnits("3000", 6) }, { to: bob, salary: parseUnits("2500", 6) }],
 * });
 */
export function payroll(terms: PayrollTerms): Session {
  const parts = someOf(terms.employees, "employees").map(({ to, salary }, index) =>
    pay(terms, to, salary, `salary ${index + 1}`),
  );
  return presetSession(terms, ...parts);
}

/** At most so much to one payee in each period. */
function pay(
  { token, every: period, accumulates }: Pick<PayrollTerms, "token" | "every" | "accumulates">,
  to: AddressInput,
  amount: bigint,
  budget: string,
): Part {
  const budgets = { [budget]: recurring(amount, period, accumulates) };
  if (token !== undefined) {
    const rules = { to: eq(to), amount: spend(budget) };
    return { budgets, permissions: [allow({ address: token, abi: ERC20_ABI }, "transfer", rules)] };
  }
  const value = accumulates === true ? spend(budget) : all(lte(amount), spend(budget));
  return { budgets, permissions: [allowTransfer(to, value)] };
}
