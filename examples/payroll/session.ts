import { parseEther, parseUnits } from "ethers";
import { inDays, type Session } from "../../sdk";
import { payroll, subscription, type PresetTerms } from "../../sdk/presets";

/** Who is paid. */
export interface PaymentsJob {
  readonly usdc: string;
  /** Of the subscription. */
  readonly merchant: string;
  /** Of the payroll. */
  readonly alice: string;
  readonly bob: string;
}

/** Of each month: the subscription in units of USDC, the salaries in wei, what accrues in units of USDC. */
export const PRICE = parseUnits("9.99", 6);
export const SALARIES = { alice: parseEther("0.3"), bob: parseEther("0.2") } as const;
export const ACCRUING = parseUnits("3000", 6);

/** For a year, beginning when the terms say. */
function aYear(terms: PresetTerms): PresetTerms {
  return { ...terms, validUntil: inDays(365, terms.validAfter) };
}

/** A merchant draws 9.99 USDC once in 30 days; what is missed is lost. */
export function subscriptionSession(terms: PresetTerms, { usdc, merchant }: PaymentsJob): Session {
  return subscription({ ...aYear(terms), token: usdc, payee: merchant, amount: PRICE, every: "month" });
}

/** Alice and Bob are paid in ether, each at most a salary in 30 days. */
export function payrollSession(terms: PresetTerms, { alice, bob }: PaymentsJob): Session {
  const employees = [
    { to: alice, salary: SALARIES.alice },
    { to: bob, salary: SALARIES.bob },
  ];
  return payroll({ ...aYear(terms), employees, every: "month" });
}

/** 3,000 USDC in 30 days accrue for Alice by the second; what is missed can be drawn later. */
export function accruingSession(terms: PresetTerms, { usdc, alice }: PaymentsJob): Session {
  const common = { ...aYear(terms), token: usdc, payee: alice };
  return subscription({ ...common, amount: ACCRUING, every: "month", accumulates: true });
}
