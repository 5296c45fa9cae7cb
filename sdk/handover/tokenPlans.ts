import { allow, allowTransfer } from "../builder/allow";
import { every, stream, total } from "../builder/budgets";
import { all, spend, type AddressCondition } from "../builder/condition";
import type { PermissionPlans } from "../builder/define";
import { shortestPeriod, type Budget } from "../budget";
import { SessionKeyError } from "../errors";
import type { Address } from "../hex";
import { DATA, read } from "./requestFormat";

/** The part of a session that a permission of ERC-7715 says. */
export interface Plan {
  readonly validAfter?: number;
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly permissions: PermissionPlans;
}

/** What a `native-token-…` or `erc20-token-…` of these terms becomes. */
export function planTokens(type: string, data: unknown, terms: TokenTerms): Plan {
  const kind = type.slice(type.lastIndexOf("-") + 1) as keyof typeof PLANS;
  const { tokenAddress } = read(DATA[kind], data, "permission.data");
  const plan = PLANS[kind](data, terms.validUntil, terms.now);
  return { ...plan, permissions: [transfers(type, tokenAddress, terms.payees, Object.keys(plan.budgets))] };
}

/** What the rules and the clock add. */
export interface TokenTerms {
  readonly validUntil: number;
  readonly payees?: AddressCondition | undefined;
  /** Unix seconds. */
  readonly now: number;
}

type BudgetPlan = Pick<Plan, "validAfter" | "budgets">;

/** The budgets of each kind. */
const PLANS = {
  allowance(data: unknown): BudgetPlan {
    const { allowance, allowanceAmount, startTime } = read(DATA.allowance, data, "permission.data");
    if ((allowance === undefined) === (allowanceAmount === undefined)) {
      throw new SessionKeyError("MISSING_FIELD", "permission.data has to have either allowance or allowanceAmount");
    }
    return { ...starting(startTime), budgets: { amount: total(BigInt(allowance ?? allowanceAmount!)) } };
  },
  periodic(data: unknown, _until: number, now: number): BudgetPlan {
    const { periodAmount, periodDuration, startTime } = read(DATA.periodic, data, "permission.data");
    return { validAfter: startTime ?? now, budgets: { amount: every(periodDuration, BigInt(periodAmount)) } };
  },
  stream(data: unknown, validUntil: number, now: number): BudgetPlan {
    const { amountPerSecond, initialAmount, maxAmount, startTime } = read(DATA.stream, data, "permission.data");
    if (initialAmount !== undefined && BigInt(initialAmount) > 0n) {
      const why = "a stream of a session begins with nothing";
      throw new SessionKeyError("UNSUPPORTED_PERMISSION", `initialAmount: ${why}`, { type: "initialAmount", why });
    }
    const validAfter = startTime ?? now;
    const period = shortestPeriod({ validAfter, validUntil });
    const amount = stream(BigInt(amountPerSecond) * BigInt(period), period);
    return { validAfter, budgets: maxAmount === undefined ? { amount } : { amount, most: total(BigInt(maxAmount)) } };
  },
} as const;

function starting(validAfter: number | undefined): { readonly validAfter?: number } {
  return validAfter === undefined ? {} : { validAfter };
}

const TOKEN = ["function transfer(address to, uint256 amount)"] as const;

function transfers(
  type: string,
  token: Address | undefined,
  payees: AddressCondition | undefined,
  names: readonly string[],
) {
  const amount = all(...names.map(spend));
  if (type.startsWith("native")) {
    if (token !== undefined)
      throw new SessionKeyError("UNKNOWN_FIELD", `permission.data of ${type} has the unknown tokenAddress`);
    if (payees !== undefined) return allowTransfer(payees, amount);
    const why = "a session names the recipients of native transfers, and the request has no payee rule";
    throw new SessionKeyError("UNSUPPORTED_PERMISSION", `${type}: ${why}`, { type, why });
  }
  if (token === undefined) throw new SessionKeyError("MISSING_FIELD", "permission.data has no tokenAddress");
  return [
    allow({ address: token, abi: TOKEN }, "transfer", payees === undefined ? { amount } : { to: payees, amount }),
  ];
}
