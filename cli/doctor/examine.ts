import type { SessionFile } from "../../sdk/handover/sessionFile";
import { recognize, USUAL_VERSION, type Account } from "../account";
import type { Connection } from "../connection";
import type { Context } from "../context";
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
    return [failed("node", error), ...(await examineBundler(keys, USUAL_VERSION))];
  }
  const { chainId } = connection;
  const wrong = document !== undefined && document.session.chainId !== chainId;
  const chain = wrong
    ? problem("chain", `${chainId}, and the session is for ${document.session.chainId}`, "Name its node by --rpc.")
    : ok("chain", `${chainId}`);
  const account = wrong ? undefined : await named(context, document);
  const contracts = await examineContracts(connection, account);
  const bundler = await examineBundler(keys, account?.version ?? USUAL_VERSION);
  const around = [ok("node", "answers"), chain, ...contracts, ...bundler];
  const clock = await examineClock(connection, context.io.now());
  if (wrong || contracts.some(({ state }) => state === "problem")) return [...around, clock];
  const found = await examineAccount(keys, document);
  return [...around, clock, ...found, ...(await examineSession(connection, document))];
}

/** The account that was named, if it is clear what it is; what is not is said when accounts are examined. */
async function named(context: Context, document: SessionFile | undefined): Promise<Account | undefined> {
  const address = document?.session.account ?? context.settings.account;
  return address === undefined ? undefined : recognize(context, address).catch(() => undefined);
}
