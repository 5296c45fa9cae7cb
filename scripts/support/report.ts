import { BUDGET_KINDS, STATUSES, type Budget, type Session } from "../../sdk";
import type { AccountReport, BudgetReport, ListedSession, SessionReport } from "../../sdk/actions/inspect";
import { shorten } from "./failure";
import { date, duration, tableHead, tableLine, type Column } from "./table";

/** The session of a file, for people. */
export function sessionFacts(
  session: Session,
  report: SessionReport,
  account: AccountReport,
  now: number,
): [string, string][] {
  return [
    ["id", report.sessionId],
    ["status", `${nameOf(STATUSES, report.status)}, ${verdict(session, report, account, now)}`],
    ["epoch", `${session.epoch}`],
    ["window", `${date(session.validAfter)} to ${date(session.validUntil)}`],
    ["left", now > session.validUntil ? "expired" : duration(session.validUntil - now)],
    ...report.budgets.map((state, index): [string, string] => [
      `budget ${index}`,
      budgetLine(session.budgets[index]!, state, session.feeBudget === index),
    ]),
  ];
}

/** Why it works or does not. */
function verdict(session: Session, report: SessionReport, account: AccountReport, now: number): string {
  if (report.alive) return "works";
  if (!account.installed) return "does not work: the module is not installed";
  if (session.epoch !== account.epoch) return `does not work: the account is in epoch ${account.epoch}`;
  if (report.status === STATUSES.revoked) return "does not work";
  if (account.paused) return "does not work: the account is paused";
  if (now < session.validAfter) return "does not work yet";
  if (now > session.validUntil) return "does not work: expired";
  return "works with the owner's grant only (mode enable or signed)";
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
  { title: "published", width: 32 },
];

/** The sessions that the logs tell of, as a table. */
export function listLines(listed: readonly ListedSession[], account: AccountReport, now: number): string[] {
  if (listed.length === 0) return [];
  const lines = listed.map(({ sessionId, status, session }) =>
    tableLine(COLUMNS, [
      sessionId,
      nameOf(STATUSES, status),
      session === undefined ? "?" : isAlive(session, status, account, now) ? "yes" : "no",
      session === undefined
        ? "not published"
        : `${session.permissions.length} permission(s), key ${short(session.signer)}`,
    ]),
  );
  return [tableHead(COLUMNS), ...lines];
}

function isAlive({ epoch, validAfter, validUntil }: Session, status: number, account: AccountReport, now: number) {
  const open = account.installed && !account.paused && epoch === account.epoch;
  return open && status === STATUSES.enabled && now >= validAfter && now <= validUntil;
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? `${value}`;
}

function short(hex: string): string {
  return `${hex.slice(0, 8)}…`;
}
