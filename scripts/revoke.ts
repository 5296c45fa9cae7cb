/**
 * The owner (account #0) takes sessions back.
 *
 *   npx ts-node -T scripts/revoke.ts --network localhost                    # the session of session.json, for good
 *   npx ts-node -T scripts/revoke.ts --network localhost --by-signature     # the same; the account pays nothing
 *   npx ts-node -T scripts/revoke.ts --network localhost --all              # every session and unused grant, for good
 *   npx ts-node -T scripts/revoke.ts --network localhost --pause            # every session, until --unpause
 *
 * --file PATH   session.json by default
 */
import { sessionId } from "../sdk";
import * as actions from "../sdk/actions/revoke";
import type { SendResult } from "../sdk/actions/send";
import { connect, installation, ownerOf } from "./support/chain";
import { script, UserError } from "./support/cli";
import { outcome } from "./support/outcome";
import { DEFAULT_FILE, readSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

const WHOLE_ACCOUNT = {
  all: actions.revokeAllSessions<SendResult>,
  pause: actions.pauseSessions<SendResult>,
  unpause: actions.unpauseSessions<SendResult>,
} as const;

const flag = { type: "boolean", default: false } as const;
const file = { type: "string", default: DEFAULT_FILE } as const;

script({ file, all: flag, pause: flag, unpause: flag, "by-signature": flag }, async (values) => {
  const chosen = (["all", "pause", "unpause", "by-signature"] as const).filter((name) => values[name]);
  if (chosen.length > 1) throw new UserError(`--${chosen.join(" and --")} exclude each other`);
  const chain = await connect();
  const installed = await installation(chain);
  const owner = ownerOf(chain, installed);
  const [how] = chosen;
  if (how !== undefined && how !== "by-signature") {
    const done = await WHOLE_ACCOUNT[how](owner, installed.account);
    return printFacts([[how, installed.account], ...outcome(done, how)]);
  }
  const { session } = readSession(values.file, chain, installed);
  const id = sessionId(session);
  if (how === undefined) {
    const done = await actions.revokeSession(owner, session);
    return printFacts([["revoked", id], ...outcome(done, "revokeSession")]);
  }
  const revocation = await actions.signRevocation(owner, session);
  const receipt = await actions.revokeSessionBySig(chain.bundler, installed.validator, revocation);
  printFacts([["revoked", `${id} by signature`], ...(receipt ? [["transaction", receipt.hash] as const] : [])]);
});
