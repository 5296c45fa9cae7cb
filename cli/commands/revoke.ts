import { Option } from "commander";
import { idOf, revokeCall, STATUSES, type Address, type Hex, type RevocableSession } from "../../sdk";
import { sessionStatus } from "../../sdk/actions/inspect";
import { revokeSession, revokeSessionBySig, signRevocation } from "../../sdk/actions/revoke";
import { isOurs, OWNER_VALIDATOR, ownerAdapter, recognize } from "../account";
import { addressOf, assertPlace } from "../connection";
import type { Context } from "../context";
import { readSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { outcomeFacts, outcomeResult } from "../outcome";
import { accountOf, ownerOf } from "../owner";
import { facts } from "../render";
import { isHash } from "../secrets";
import { assertNoKey, mistaken } from "../words";
import type { Command, Output } from "./command";
import { ownersTurn } from "./ownersTurn";

/** `revoke`: one session, for good. */
export const revokeCommand: Command = {
  name: "revoke",
  arguments: ["<file|id>"],
  takesHash: true,
  summary: "revoke one session for good, and look whether it is dead",
  description:
    "The owner revokes a session for good, by its file or by its id. Then it looks whether the session is dead, by its status " +
    "and by an operation that is tried and not sent. With --by-signature the owner only signs, and the sender pays. Without, other " +
    "accounts than those of deploy: prints the call for the owner's own wallet, and exits with 6.",
  options: [
    new Option("--by-signature", "the account makes no operation: the sender presents the owner's signature"),
    OWNER_VALIDATOR,
    ...keyOptions("owner", "sender"),
  ],
  examples: [
    "revoke session.json --self-bundle",
    "revoke 0x5a3e… --account 0x… --bundler https://bundler.example --yes",
  ],
  async run(context, [what], values) {
    const keys = new Keys(context, values);
    const session = await sessionOf(context, keys, what!);
    if (values["bySignature"] === true) return bySignature(context, keys, session);
    const account = await recognize(context, session.account);
    if (!isOurs(account, values)) {
      return ownersTurn(context, account, "revoke it", [revokeCall(addressOf("sessionKeyValidator"), idOf(session))]);
    }
    const owner = await ownerOf(keys);
    await context.confirm(`Revoke session ${idOf(session)} for good`);
    const receipt = await context.io.spin("Revoking", () => revokeSession(owner, session));
    return {
      result: { sessionId: idOf(session), account: session.account, ...outcomeResult(receipt) },
      text: facts(context, [["revoked", idOf(session)], ...outcomeFacts(receipt)]),
    };
  },
};

async function sessionOf(context: Context, keys: Keys, what: string): Promise<RevocableSession> {
  if (isHash(what)) return byId(context, await accountOf(keys), what);
  const { session } = readSession(context, what);
  assertPlace(await context.connection(), context.settings, session);
  return session;
}

/** An id that nobody has enabled may be that of a grant; the hash of something else is none. */
async function byId(context: Context, account: Address, sessionId: Hex): Promise<RevocableSession> {
  await assertNoKey(context, sessionId);
  const { provider } = await context.connection();
  const status = await sessionStatus(provider, addressOf("sessionKeyValidator"), account, sessionId);
  if (status === STATUSES.none) {
    const other = await mistaken(context, sessionId, account);
    if (other !== undefined) throw other;
    context.note(`no session of that id was ever enabled on ${account}: what dies is a grant that nobody has used`);
  }
  return { account, sessionId };
}

async function bySignature(context: Context, keys: Keys, session: RevocableSession): Promise<Output> {
  const { provider, chainId } = await context.connection();
  const signer = await keys.signer("owner");
  const sender = await keys.signer("sender", "owner");
  await context.confirm(`Revoke session ${idOf(session)} for good, paid by ${sender.address}`);
  const adapter = await ownerAdapter(context, await recognize(context, session.account), keys.values);
  const owner = { signer, adapter, validator: addressOf("sessionKeyValidator") };
  const revocation = await signRevocation(owner, { ...session, chainId });
  const receipt = await context.io.spin("Revoking", () =>
    revokeSessionBySig(sender.connect(provider), owner.validator, revocation),
  );
  const transactionHash = receipt?.hash ?? null;
  return {
    result: { sessionId: revocation.sessionId, account: session.account, transactionHash },
    text: facts(context, [
      ["revoked", revocation.sessionId],
      ["transaction", transactionHash ?? "pending"],
    ]),
  };
}
