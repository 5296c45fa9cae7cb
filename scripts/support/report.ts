import { obstacleTo, type AccountReport } from "../../sdk/actions/inspect";
import type { ListedSession } from "../../sdk/actions/list";
import { short, statusName } from "../../cli/support/report";
import { tableHead, tableLine, type Column } from "./table";

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
      statusName(status),
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
