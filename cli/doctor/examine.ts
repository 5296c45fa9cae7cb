import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Connection } from "../connection";
import type { Keys } from "../keys";
import { examineAccount } from "./account";
import { examineBundler, examineClock, examineContracts } from "./chain";
import { failed, ok, problem, type Finding } from "./finding";
import { examineSession } from "./session";

/** Looks at everything, from the node on; what needs a node is left out if there is none. */
export async function examine(keys: Keys, document: SessionFile | undefined): Promise<Finding[]> {
  const { context } = keys;
  let connection: Connection;
  try {
    connection = await context.connection();
  } catch (error) {
    return [failed("node", error), ...(await examineBundler(keys))];
  }
  const { chainId } = connection;
  const wrong = document !== undefined && document.session.chainId !== chainId;
  const chain = wrong
    ? problem("chain", `${chainId}, and the session is for ${document.session.chainId}`, "Name its node by --rpc.")
    : ok("chain", `${chainId}`);
  const contracts = await examineContracts(connection);
  const around = [ok("node", "answers"), chain, ...contracts, ...(await examineBundler(keys))];
  const clock = await examineClock(connection, context.io.now());
  if (wrong || contracts.some(({ state }) => state === "problem")) return [...around, clock];
  const account = await examineAccount(keys, connection, document);
  return [...around, clock, ...account, ...(await examineSession(connection, document))];
}
