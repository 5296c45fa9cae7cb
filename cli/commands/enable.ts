import { enableCall, sessionId } from "../../sdk";
import { enableSession } from "../../sdk/actions/enable";
import { isOurs, OWNER_VALIDATOR, recognize } from "../account";
import { addressOf, assertPlace } from "../connection";
import { readSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { outcomeFacts, outcomeResult } from "../outcome";
import { ownerOf } from "../owner";
import { facts } from "../render";
import type { Command } from "./command";
import { ownersTurn } from "./ownersTurn";

/** `enable`: the owner enables a session on chain, and publishes it in the log. */
export const enableCommand: Command = {
  name: "enable",
  arguments: ["<file>"],
  summary: "enable a session on chain as the owner, and publish it in the log",
  description:
    "An operation of the owner's enables the session and publishes it: from then on anyone can read it from the log (list), and " +
    "no grant is needed. Optional: a granted session enables itself by its first operation. Other accounts than those of " +
    "deploy: prints the call for the owner's own wallet, and exits with 6.",
  options: [OWNER_VALIDATOR, ...keyOptions("owner", "sender")],
  examples: ["enable session.json --self-bundle"],
  async run(context, [file], values) {
    const { session } = readSession(context, file!);
    assertPlace(await context.connection(), context.settings, session);
    const account = await recognize(context, session.account);
    if (!isOurs(account, values)) {
      return ownersTurn(context, account, "enable it", [enableCall(addressOf("sessionKeyValidator"), session)]);
    }
    const owner = await ownerOf(new Keys(context, values));
    await context.confirm(`Enable session ${sessionId(session)}`);
    const receipt = await context.io.spin("Enabling", () => enableSession(owner, session));
    return {
      result: { sessionId: sessionId(session), ...outcomeResult(receipt) },
      text: facts(context, [["enabled", sessionId(session)], ...outcomeFacts(receipt)]),
    };
  },
};
