import { Option } from "commander";
import {
  chainState,
  checkCalls,
  matchPermissions,
  pickTime,
  SessionKeyError,
  STATUSES,
  summarize,
  type Mode,
  type Session,
} from "../../sdk";
import type { SessionState } from "../../sdk/check";
import { chainTime } from "../../sdk/actions/context";
import type { Address } from "../../sdk/hex";
import { assertDeployed, assertPlace } from "../connection";
import type { Context } from "../context";
import { readSession } from "../files";
import { facts } from "../render";
import { wholeNumber } from "../support/input";
import { inUnits, namesOf, TOKEN_OPTION } from "../support/names";
import { quantity } from "../support/report";
import { date } from "../support/time";
import { CALL_OPTION, callLine, callsOf } from "./calls";
import type { Command } from "./command";

/** `check`: would these calls be allowed? */
export const checkCommand: Command = {
  name: "check",
  arguments: ["<file>"],
  summary: "say whether a session allows these calls, and if not why, and what to do",
  description:
    "The validator's verdict on calls, with the reason and the remedy, before anything is signed or sent. Without a chain: as " +
    "if the session were enabled and nothing spent yet. With --live the chain says what it knows of the session and what time " +
    "it is. Fees, balances and the targets themselves are not looked at. Exits with 3 if it is refused.",
  options: [
    CALL_OPTION,
    new Option("--live", "with the state and the time of the chain"),
    new Option("--at <seconds>", "at this time, in unix seconds (default: now)"),
    TOKEN_OPTION,
  ],
  examples: [
    'check session.json --call "0x… value=0.01"',
    'check session.json --live --call "0x… approve(address,uint256) 0x… 5000" --call "0x… deposit(uint256) 5000"',
  ],
  async run(context, [file], values) {
    const calls = callsOf(values);
    const document = readSession(context, file!);
    const { session, validator, grant } = document;
    const names = namesOf(document, values);
    const live = values["live"] === true;
    const known = live ? await chainKnows(context, validator, session) : assumed(context, session);
    const at = values["at"] === undefined ? known.now : wholeNumber(values["at"] as string, "at");
    assertActive(session, at);
    const permissions = matchPermissions(session, calls);
    const time = pickTime(
      session,
      permissions.map((index) => session.permissions[index]!),
      at,
    );
    const { state } = known;
    const mode: Mode = state.status === STATUSES.enabled || grant === undefined ? "use" : "enable";
    const timed = time === undefined ? {} : { time };
    const verdict = checkCalls({ session, calls, mode, validator, state, now: at, ...timed });
    if (verdict.outcome === "refused") throw inUnits(verdict.error, session, names);
    const summaries = summarize(session, names).budgets;
    const budgets = verdict.usage.map(({ spent }, index) => ({ spent, limit: session.budgets[index]!.limit }));
    return {
      result: { allowed: true, live, at, mode, permissions, budgets },
      text: facts(context, [
        ["allowed", `at ${date(at)}, ${live ? `in mode ${mode}` : "if it is enabled and nothing is spent yet"}`],
        ...calls.map(
          (call, index) => [`call ${index}`, `${callLine(call)}  by permission ${permissions[index]}`] as const,
        ),
        ...budgets.map(
          ({ spent, limit }, index) =>
            [
              `budget ${index}`,
              `${quantity(spent, summaries[index]!.unit)} of ${quantity(limit, summaries[index]!.unit)} spent afterwards`,
            ] as const,
        ),
      ]),
    };
  },
};

interface Known {
  readonly state: SessionState;
  /** Unix seconds. */
  readonly now: number;
}

async function chainKnows(context: Context, validator: Address, session: Session): Promise<Known> {
  const connection = await context.connection();
  assertPlace(connection, context.settings, session);
  await assertDeployed(connection, "sessionKeyValidator");
  const { provider } = connection;
  return { state: await chainState(provider, validator, session), now: await chainTime(provider) };
}

function assumed({ io }: Context, { epoch }: Session): Known {
  return { state: { installed: true, paused: false, epoch, status: STATUSES.enabled, usage: [] }, now: io.now() };
}

/** Raises `SESSION_NOT_ACTIVE`: the verdict itself leaves the window to the EntryPoint. */
function assertActive({ validAfter, validUntil }: Session, at: number): void {
  if (at >= validAfter && at <= validUntil) return;
  const message = `the session is valid from ${date(validAfter)} to ${date(validUntil)}, and it is ${date(at)}`;
  throw new SessionKeyError("SESSION_NOT_ACTIVE", message, { validAfter, validUntil, now: at });
}
