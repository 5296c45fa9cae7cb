import { Option } from "commander";
import { describe, type Session } from "../../sdk";
import { sessionState } from "../../sdk/actions/inspect";
import { listSessions } from "../../sdk/actions/list";
import { addressOf, assertDeployed, assertPlace } from "../connection";
import type { Context } from "../context";
import { readSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { accountOf } from "../owner";
import { facts } from "../render";
import { isHash } from "../secrets";
import { EXIT, UserError, wholeNumber } from "../support/input";
import { namesOf, TOKEN_OPTION } from "../support/names";
import { sessionFacts, short, statusName } from "../support/report";
import { assertNoKey, mistaken } from "../words";
import type { Command, Values } from "./command";

/** `show`: one session now. */
export const showCommand: Command = {
  name: "show",
  arguments: ["<file|id>"],
  takesHash: true,
  summary: "show one session now: whether it works, what is spent, what is left, when it resets",
  description:
    "Asks the chain about one session, by its file or by its id: whether it works and why not, and for each budget what was " +
    "spent, what is left, and when that changes. By id it must have been published.",
  options: [
    new Option("--from-block <number>", "where to start reading logs, for an id").default("0"),
    TOKEN_OPTION,
    ...keyOptions("owner"),
  ],
  examples: ["show session.json", "show 0x5a3e… --account 0x… --json"],
  async run(context, [what], values) {
    const found = await find(context, what!, values);
    const { session } = found;
    const connection = await context.connection();
    assertPlace(connection, context.settings, session);
    await assertDeployed(connection, "sessionLens");
    const lens = addressOf("sessionLens");
    const report = await sessionState(connection.provider, { validator: found.validator, lens }, session);
    const { label } = found;
    const named = label === undefined ? [] : [["label", label] as const];
    return {
      result: {
        ...report,
        status: statusName(report.status),
        obstacle: report.obstacle ?? null,
        label: label ?? null,
        session,
      },
      text: `${facts(context, [...named, ...sessionFacts(session, report, found.names)])}\n\n${describe(session, found.names)}`,
    };
  },
};

async function find(context: Context, what: string, values: Values) {
  if (!isHash(what)) {
    const document = readSession(context, what);
    return { ...document, names: namesOf(document, values) };
  }
  const session = await published(context, what, values);
  return { session, validator: addressOf("sessionKeyValidator"), names: namesOf({}, values), label: undefined };
}

async function published(context: Context, id: string, values: Values): Promise<Session> {
  const fromBlock = wholeNumber(values["fromBlock"] as string, "from-block", 0);
  const connection = await context.connection();
  await assertNoKey(context, id);
  await assertDeployed(connection, "sessionKeyValidator");
  const account = await accountOf(new Keys(context, values));
  const listed = await listSessions(connection.provider, addressOf("sessionKeyValidator"), account, { fromBlock });
  const entry = listed.find(({ sessionId }) => sessionId.toLowerCase() === id.toLowerCase());
  if (entry?.session !== undefined) return entry.session;
  const other = entry === undefined ? await mistaken(context, id, account) : undefined;
  if (other !== undefined) throw other;
  const unknown = `${short(id)} was taken for the id of a session, and none of that id was ever enabled on ${account}`;
  const message = entry === undefined ? unknown : `session ${id} was never published by ${account}`;
  const remedy = "Name its file instead; `session-keys enable` publishes a session.";
  throw new UserError(message, "SESSION_NOT_FOUND", EXIT.notFound, remedy);
}
