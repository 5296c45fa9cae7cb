import { BUDGET_KINDS, STATUSES, type Budget, type Session } from "../../sdk";
import { obstacleTo, type AccountReport, type BudgetReport, type SessionReport } from "../../sdk/actions/inspect";
import type { ListedSession } from "../../sdk/actions/list";
import { shorten } from "./failure";
import { date, duration, tableHead, tableLine, type Column } from "./table";

/** The session of a file, for people. */
export function sessionFacts(session: Session, report: SessionReport): [string, string][] {
  return [
    ["id", report.sessionId],
    ["status", `${nameOf(STATUSES, report.status)}, ${verdict(report)}`],
    ["epoch", `${session.epoch}`],
    ["window", `${date(session.validAfter)} to ${date(session.validUntil)}`],
    ["left", report.secondsLeft === 0 ? "expired" : duration(report.secondsLeft)],
    ...report.budgets.map((state, index): [string, string] => [
      `budget ${index}`,
      budgetLine(session.budgets[index]!, state, session.feeBudget === index),
    ]),
  ];
}

/** Why it works or does not. */
function verdict({ obstacle }: SessionReport): string {
  if (obstacle === undefined) return "works";
  if (obstacle === "not enabled") return "works with the owner's grant only (mode enable or signed)";
  return `does not work: ${obstacle}`;
}

function budgetLine(budget: Budget, state: BudgetReport, fees: boolean): string {
  const every = budget.kind === BUDGET_KINDS.total ? "" : ` per ${duration(budget.period)}`;
  const reset = state.nextReset === 0 ? "" : `, resets ${date(state.nextReset)}`;
  const what = `${nameOf(BUDGET_KINDS, budget.kind)}${fees ? ", fees" : ""}`;
  return `${shorten(state.remaining)} of ${shorten(budget.limit)}${every} left, ${shorten(state.spent)} spent${reset} (${what})`;
}

const COLUMNS: readonly Column[] = [
  { title: "id", width: 66 },
  { title: "status", width: 8 },
  { title: "works", width: 5 },
  { title: "what it is", width: 44 },
];

/** The sessions that the logs tell of, as a table; and the logs that are not to be trusted. */
export function listLines(listed: readonly ListedSession[], account: AccountReport, now: number): string[] {
  if (listed.length === 0) return [];
  const lines = listed.map(({ sessionId, status, session, source }) =>
    tableLine(COLUMNS, [
      sessionId,
      nameOf(STATUSES, status),
      session === undefined ? "?" : obstacleTo(session, status, account, now) === undefined ? "yes" : "no",
      session === undefined
        ? "not published"
        : `${session.permissions.length} permission(s), key ${short(session.signer)} (${source})`,
    ]),
  );
  const rejected = listed.flatMap(({ sessionId, rejected: logs }) =>
    logs.map(({ transactionHash, reason }) => `not trusted: ${transactionHash} for ${short(sessionId)}: ${reason}`),
  );
  return [tableHead(COLUMNS), ...lines, ...rejected];
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? `${value}`;
}

function short(hex: string): string {
  return `${hex.slice(0, 8)}…`;
}
