/**
 * The owner (account #0) enables a session on chain and publishes it in the log. Optional: `use.ts --mode enable` does it
 * with the grant alone.
 *
 *   npx ts-node -T scripts/enable.ts --network localhost
 *
 * --file PATH   session.json by default
 */
import { sessionId } from "../sdk";
import { enableSession } from "../sdk/actions/enable";
import { connect, installation, ownerOf } from "./support/chain";
import { script } from "./support/cli";
import { outcome } from "./support/outcome";
import { DEFAULT_FILE, readSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

script({ file: { type: "string", default: DEFAULT_FILE } }, async ({ file }) => {
  const chain = await connect();
  const installed = await installation(chain);
  const { session } = readSession(file, chain, installed);
  const facts = outcome(await enableSession(ownerOf(chain, installed), session), "enableSession");
  printFacts([["enabled", sessionId(session)], ...facts]);
});
