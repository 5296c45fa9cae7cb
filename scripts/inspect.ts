/**
 * What the chain says of the account, of the session of a file, and of every session that was published.
 *
 *   npx ts-node -T scripts/inspect.ts --network localhost
 *
 * --file PATH         session.json by default; left out if there is none
 * --from-block N      where to start reading logs, 0 by default
 */
import { existsSync } from "node:fs";
import { describe, type Session } from "../sdk";
import { chainTime } from "../sdk/actions/context";
import { inspectAccount, sessionState } from "../sdk/actions/inspect";
import { listSessions } from "../sdk/actions/list";
import { sessionFacts } from "../cli/support/report";
import { date } from "../cli/support/time";
import { connect, installation } from "./support/chain";
import { script, wholeNumber } from "./support/cli";
import { listLines } from "./support/report";
import { DEFAULT_FILE, readSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

const options = {
  file: { type: "string" },
  "from-block": { type: "string", default: "0" },
} as const;

script(options, async (values) => {
  const fromBlock = wholeNumber(values["from-block"], "from-block", 0);
  const chain = await connect();
  const installed = await installation(chain);
  const { account, validator } = installed;
  const now = await chainTime(chain.provider);
  const state = await inspectAccount(chain.provider, validator, account);
  printFacts([
    ["account", account],
    ["module", `${state.installed ? "installed" : "not installed"}${state.paused ? ", paused" : ""}`],
    ["epoch", `${state.epoch}`],
    ["now", date(now)],
  ]);

  const known: Session[] = [];
  const path = values.file ?? DEFAULT_FILE;
  if (values.file !== undefined || existsSync(path)) {
    const { session } = readSession(path, chain, installed);
    console.log(`\nsession of ${path}`);
    printFacts(sessionFacts(session, await sessionState(chain.provider, installed, session)));
    console.log(`\n${describe(session)}`);
    known.push(session);
  }

  const listed = await listSessions(chain.provider, validator, account, { fromBlock, known });
  console.log(`\n${listed.length} session(s) in the logs`);
  for (const line of listLines(listed, state, now)) console.log(line);
});
