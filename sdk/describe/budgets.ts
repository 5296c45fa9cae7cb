import type { Budget } from "../budget";
import type { Charge } from "../charge";
import { BUDGET_KINDS, CHARGE_SOURCES } from "../constants";
import type { Session } from "../session";
import { ERC20_AMOUNTS, nativeToken, type Book, type DescribeContext, type Token } from "./context";
import { period, quantity } from "./format";
import type { PermissionGroup } from "./merge";

/**
 * What a budget counts: calls, a token or the native coin, or numbers of which the unit is not known.
 * @example const unit: BudgetUnit = { symbol: "USDC", decimals: 6 };
 */
export type BudgetUnit = "calls" | "unknown" | Token;

/**
 * A budget in words.
 * @example const budgets: readonly BudgetSummary[] = summarize(session).budgets;
 */
export interface BudgetSummary {
  /** Its place in the session. */
  readonly index: number;
  /** From the context. */
  readonly name?: string;
  readonly kind: "total" | "periodic" | "stream";
  readonly limit: bigint;
  /** Seconds; 0 for a total budget. */
  readonly period: number;
  readonly unit: BudgetUnit;
  /** Positions of the permissions (of the summary) that draw on it. */
  readonly chargedBy: readonly number[];
  readonly paysFees: boolean;
  /** `100 USDC per week` */
  readonly text: string;
}

/** Every budget of the session in words. */
export function summarizeBudgets(
  session: Session,
  groups: readonly PermissionGroup[],
  context: DescribeContext,
  book: Book,
): readonly BudgetSummary[] {
  return session.budgets.map((budget, index) => {
    const draws = groups.flatMap((group, at) =>
      group.charges.filter((charge) => charge.budget === index).map((charge) => ({ group, charge, at })),
    );
    const paysFees = session.feeBudget === index;
    const native = nativeToken(session.chainId, context);
    const { unit, hint } = unitOf(draws, paysFees, native, book);
    const name = context.budgets?.[index];
    return {
      index,
      ...(name === undefined ? {} : { name }),
      kind: KINDS[budget.kind] ?? "total",
      limit: budget.limit,
      period: budget.period,
      unit,
      chargedBy: [...new Set(draws.map(({ at }) => at))],
      paysFees,
      text: limitText(budget, unit, hint),
    };
  });
}

const KINDS: Readonly<Record<number, BudgetSummary["kind"]>> = {
  [BUDGET_KINDS.total]: "total",
  [BUDGET_KINDS.periodic]: "periodic",
  [BUDGET_KINDS.stream]: "stream",
};

interface Draw {
  readonly group: PermissionGroup;
  readonly charge: Charge;
}

/** The unit that all of its charges have; `hint`: the token that some of them are surely in. */
function unitOf(
  draws: readonly Draw[],
  paysFees: boolean,
  native: Token,
  book: Book,
): { readonly unit: BudgetUnit; readonly hint?: Token } {
  const found = draws.map(({ group, charge }) => chargeUnit(group, charge, native, book));
  const units = new Set<BudgetUnit>([...found, ...(paysFees ? [native] : [])]);
  const [first] = units;
  if (first === undefined) return { unit: "unknown" };
  if (units.size === 1) return { unit: first };
  const tokens = [...units].filter((unit): unit is Token => typeof unit === "object");
  const [hint] = tokens;
  // A router's amount is in some token: to call it by the one that is known would be a guess.
  return tokens.length === 1 && hint !== undefined && !units.has("calls")
    ? { unit: "unknown", hint }
    : { unit: "unknown" };
}

function chargeUnit(group: PermissionGroup, { source, path }: Charge, native: Token, book: Book): BudgetUnit {
  if (source === CHARGE_SOURCES.count) return "calls";
  if (source === CHARGE_SOURCES.value) return native;
  const isAmount = path.length === 1 && path[0] === ERC20_AMOUNTS[group.selector];
  return (isAmount ? book.tokenAt(group.targets[0]!) : undefined) ?? "unknown";
}

function limitText({ kind, limit, period: seconds }: Budget, unit: BudgetUnit, hint: Token | undefined): string {
  const text = quantity(limit, unit, hint);
  if (kind === BUDGET_KINDS.total) return text;
  if (kind === BUDGET_KINDS.periodic) return `${text} per ${period(seconds)}`;
  return `what accrues at ${text} per ${period(seconds)}`;
}
