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
import { connect, installation } from "./support/chain";
import { script, UserError } from "./support/cli";
import { outcome } from "./support/outcome";
import { DEFAULT_FILE, readSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

const WHOLE_ACCOUNT = {
  all: actions.revokeAllSessions,
  pause: actions.pauseSessions,
  unpause: actions.unpauseSessions,
} as const;

const flag = { type: "boolean", default: false } as const;
const file = { type: "string", default: DEFAULT_FILE } as const;

script({ file, all: flag, pause: flag, unpause: flag, "by-signature": flag }, async (values) => {
  const chosen = (["all", "pause", "unpause", "by-signature"] as const).filter((name) => values[name]);
  if (chosen.length > 1) throw new UserError(`--${chosen.join(" and --")} exclude each other`);
  const chain = await connect();
  const installed = await installation(chain);
  const [how] = chosen;
  if (how !== undefined && how !== "by-signature") {
    const done = await WHOLE_ACCOUNT[how](installed, { account: installed.account, owner: chain.owner });
    return printFacts([[how, installed.account], ...outcome(done, how)]);
  }
  const { session } = readSession(values.file, chain, installed);
  const { account, chainId } = session;
  const id = sessionId(session);
  if (how === undefined) {
    const done = await actions.revokeSession(installed, { account, owner: chain.owner }, id);
    return printFacts([["revoked", id], ...outcome(done, "revokeSession")]);
  }
  const signature = await actions.signRevocation(installed, chain.owner, { account, chainId, sessionId: id });
  const receipt = await actions.revokeSessionBySig(installed, account, id, signature);
  printFacts([["revoked", `${id} by signature`], ...(receipt ? [["transaction", receipt.hash] as const] : [])]);
});
