import { formatEther } from "ethers";
import {
  STATUSES,
  summarize,
  type BudgetSummary,
  type BudgetUnit,
  type DescribeContext,
  type Session,
} from "../../sdk";
import type { BudgetReport, SessionReport } from "../../sdk/actions/inspect";
import { amount } from "../../sdk/describe/format";
import { date, duration } from "./time";

/** The session of a file, for people. */
export function sessionFacts(session: Session, report: SessionReport, names: DescribeContext = {}): [string, string][] {
  const { budgets } = summarize(session, names);
  return [
    ["id", report.sessionId],
    ["status", `${statusName(report.status)}, ${verdict(report)}`],
    ["epoch", `${session.epoch}`],
    ["window", `${date(session.validAfter)} to ${date(session.validUntil)}`],
    ["left", report.secondsLeft === 0 ? "expired" : duration(report.secondsLeft)],
    ...report.budgets.map((state, index): [string, string] => [`budget ${index}`, budgetLine(budgets[index]!, state)]),
  ];
}

/** Why it works or does not. */
function verdict({ obstacle }: SessionReport): string {
  if (obstacle === undefined) return "works";
  if (obstacle === "not enabled") return "works with the owner's grant only (mode enable or signed)";
  return `does not work: ${obstacle}`;
}

function budgetLine({ kind, period, limit, unit, paysFees }: BudgetSummary, state: BudgetReport): string {
  const every = kind === "total" ? "" : ` per ${duration(period)}`;
  const reset = state.nextReset === 0 ? "" : `, resets ${date(state.nextReset)}`;
  const [left, of, spent] = [state.remaining, limit, state.spent].map((value) => quantity(value, unit));
  return `${left} of ${of}${every} left, ${spent} spent${reset} (${kind}${paysFees ? ", fees" : ""})`;
}

/** An amount in its unit, as far as it is known. */
export function quantity(value: bigint, unit: BudgetUnit): string {
  if (unit === "calls") return `${value} call(s)`;
  return unit === "unknown" ? shorten(value) : amount(value, unit);
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? `${value}`;
}

/** The beginning of an id or address. */
export function short(hex: string): string {
  return `${hex.slice(0, 8)}…`;
}

/** The word for a stored status. */
export function statusName(status: number): string {
  return nameOf(STATUSES, status);
}

/** Long hex by its ends; an address in a word as an address; large amounts in units of 1e18. */
export function shorten(value: unknown): string {
  if (typeof value !== "bigint") {
    const text = String(value);
    return text.length > 18 && text.startsWith("0x") ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;
  }
  if (value >= 2n ** 128n) return shorten(`0x${value.toString(16).padStart(40, "0")}`);
  return value >= 10n ** 14n ? `${formatEther(value).replace(/\.0$/, "")}e18` : value.toString();
}
