import { computeAddress, getAddress } from "ethers";
import { VALIDATOR_INTERFACE } from "../sdk";
import type { Address, Hex } from "../sdk/hex";
import { addressOf } from "./connection";
import type { Context } from "./context";
import { operationOf } from "./operations";
import { refusedSecret } from "./secrets";
import { EXIT, UserError } from "./support/input";
import { short } from "./support/report";

// 32 bytes on a command line can be the id of a session, the hash of an operation or of a transaction, or a private key.

/**
 * Raises `SECRET_IN_ARGUMENTS` if 32 bytes that ought to be an id or a hash are a private key: one of those in the
 * environment, or that of an account which the chain knows.
 */
export async function assertNoKey(context: Context, word: Hex): Promise<void> {
  const { env } = context.io;
  const ours = Object.keys(env).filter((name) => /^SESSION_KEYS_.*_KEY$/.test(name));
  const known = ours.some((name) => env[name]?.trim().toLowerCase() === word.toLowerCase());
  if (known || (await isKeyInUse(context, word))) throw refusedSecret("an argument is a private key");
}

async function isKeyInUse(context: Context, word: Hex): Promise<boolean> {
  const address = addressOfKey(word);
  if (address === undefined) return false;
  const { provider } = await context.connection();
  const [nonce, balance] = await Promise.all([provider.getTransactionCount(address), provider.getBalance(address)]);
  return nonce > 0 || balance > 0n;
}

/** Not every number is a key. */
function addressOfKey(word: Hex): Address | undefined {
  try {
    return computeAddress(word);
  } catch {
    return undefined;
  }
}

/**
 * What was taken for the id of a session of `account`, and is something else: a hash, or the id of a session of another
 * account. `undefined` if the chain does not know it at all.
 */
export async function mistaken(context: Context, word: Hex, account: Address): Promise<UserError | undefined> {
  const taken = `${short(word)} was taken for the id of a session of ${account}, and is`;
  const error = (what: string, remedy: string) =>
    new UserError(`${taken} ${what}`, "SESSION_NOT_FOUND", EXIT.notFound, remedy);
  const hash = await hashKind(context, word);
  if (hash !== undefined) return error(`the hash of ${hash}`, `session-keys explain ${word} tells what became of it.`);
  const owner = await accountOfSession(context, word);
  return owner === undefined ? undefined : error(`the id of one of ${owner}`, `Say --account ${owner}.`);
}

/** Of what 32 bytes are the hash; `undefined` if the chain knows nothing of that hash. */
async function hashKind(context: Context, word: Hex): Promise<"an operation" | "a transaction" | undefined> {
  if ((await operationOf(context, word)) !== undefined) return "an operation";
  const { provider } = await context.connection();
  return (await provider.getTransaction(word)) === null ? undefined : "a transaction";
}

/** The account on which a session of that id was enabled, whichever it is. */
export async function accountOfSession(context: Context, id: Hex): Promise<Address | undefined> {
  const { provider } = await context.connection();
  const topics = VALIDATOR_INTERFACE.encodeFilterTopics("SessionEnabled", [null, id]);
  const filter = { address: addressOf("sessionKeyValidator"), topics, fromBlock: 0 };
  // No more than a hint, and some nodes limit the range.
  const [log] = await provider.getLogs(filter).catch(() => []);
  return log === undefined ? undefined : getAddress(`0x${log.topics[1]!.slice(26)}`);
}
