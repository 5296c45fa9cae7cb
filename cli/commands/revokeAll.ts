import { revokeAllCall } from "../../sdk";
import { inspectAccount } from "../../sdk/actions/inspect";
import { revokeAllSessions } from "../../sdk/actions/revoke";
import { isOurs, OWNER_VALIDATOR, recognize } from "../account";
import { addressOf } from "../connection";
import { keyOptions, Keys } from "../keys";
import { outcomeFacts, outcomeResult } from "../outcome";
import { accountOf, ownerOf } from "../owner";
import { facts } from "../render";
import type { Command } from "./command";
import { ownersTurn } from "./ownersTurn";

/** `revoke-all`: every session and every unused grant of the account. */
export const revokeAllCommand: Command = {
  name: "revoke-all",
  summary: "revoke every session and every unused grant of the account",
  description:
    "The owner starts a new epoch of the account: every session and every grant that was ever signed is dead, at once and for " +
    "the same fee however many there are. Then it looks whether the epoch has risen. Other accounts than those of deploy: prints the " +
    "call for the owner's own wallet, and exits with 6.",
  options: [OWNER_VALIDATOR, ...keyOptions("owner", "sender")],
  examples: ["revoke-all --self-bundle", "revoke-all --account 0x… --bundler https://bundler.example --yes"],
  async run(context, _args, values) {
    const keys = new Keys(context, values);
    const account = await accountOf(keys);
    const known = await recognize(context, account);
    if (!isOurs(known, values)) {
      return ownersTurn(context, known, "revoke them", [revokeAllCall(addressOf("sessionKeyValidator"))]);
    }
    const owner = await ownerOf(keys);
    await context.confirm(`Revoke every session and every grant of ${account}`);
    const receipt = await context.io.spin("Revoking", () => revokeAllSessions(owner, account));
    const { epoch } = await inspectAccount(owner.provider, owner.validator, account);
    return {
      result: { account, epoch, ...outcomeResult(receipt) },
      text: facts(context, [
        ["revoked", `every session of ${account}`],
        ["epoch", `${epoch}`],
        ...outcomeFacts(receipt),
      ]),
    };
  },
};
