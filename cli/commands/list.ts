import { Option } from "commander";
import { chainTime } from "../../sdk/actions/context";
import { inspectAccount, obstacleTo } from "../../sdk/actions/inspect";
import { listSessions, type ListedSession } from "../../sdk/actions/list";
import { addressOf, assertDeployed } from "../connection";
import { readSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { accountOf } from "../owner";
import { facts, table } from "../render";
import { wholeNumber } from "../support/input";
import { short, statusName } from "../support/report";
import { date } from "../support/time";
import type { Command } from "./command";

/** `list`: the sessions of an account. */
export const listCommand: Command = {
  name: "list",
  summary: "list the sessions of an account, and whether they work",
  description:
    "Lists every session that was ever enabled on the account, from the validator's logs. What a session allows is known if it " +
    "was published (enable), if its first operation carried it, or if you have its file (--file). Needs no key with --account.",
  options: [
    new Option(
      "--file <file...>",
      "session files: fill what logs do not tell, and list sessions that were never enabled",
    ),
    new Option("--from-block <number>", "where to start reading logs").default("0"),
    ...keyOptions("owner"),
  ],
  examples: ["list --account 0x…", "list --file session.json --json"],
  async run(context, _args, values) {
    const fromBlock = wholeNumber(values["fromBlock"] as string, "from-block", 0);
    const files = ((values["file"] ?? []) as readonly string[]).map((file) => readSession(context, file).session);
    const connection = await context.connection();
    const { provider, chainId } = connection;
    await assertDeployed(connection, "sessionKeyValidator");
    const account = context.settings.account ?? files[0]?.account ?? (await accountOf(new Keys(context, values)));
    const validator = addressOf("sessionKeyValidator");
    const known = files.filter((session) => session.chainId === chainId);
    const state = await inspectAccount(provider, validator, account);
    const now = await chainTime(provider);
    const listed = await listSessions(provider, validator, account, { fromBlock, known });
    const sessions = listed.map((entry) => {
      const { session, status } = entry;
      const obstacle = session === undefined ? undefined : obstacleTo(session, status, state, now);
      const works = session === undefined ? null : obstacle === undefined;
      return { ...entry, status: statusName(status), works, obstacle: obstacle ?? null };
    });
    const rows = sessions.map((entry) => [
      entry.sessionId,
      entry.status,
      entry.works === null ? "?" : (entry.obstacle ?? "works"),
      whatItIs(entry),
    ]);
    const rejected = listed.flatMap(({ sessionId, rejected: logs }) =>
      logs.map(({ transactionHash, reason }) => `not trusted: ${transactionHash} for ${short(sessionId)}: ${reason}`),
    );
    return {
      result: { account, chainId, now, ...state, sessions },
      text: [
        facts(context, [
          ["account", account],
          ["module", `${state.installed ? "installed" : "not installed"}${state.paused ? ", paused" : ""}`],
          ["epoch", `${state.epoch}`],
          ["now", date(now)],
        ]),
        "",
        rows.length === 0 ? "No sessions." : table(context, ["session", "status", "works", "what it is"], rows),
        ...rejected,
      ].join("\n"),
    };
  },
};

function whatItIs({ session }: Pick<ListedSession, "session">): string {
  if (session === undefined) return "not published: the chain has its id alone";
  const { permissions, validUntil } = session;
  return `${permissions.length} permission(s), until ${date(validUntil).slice(0, 10)}`;
}
