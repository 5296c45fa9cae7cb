import { Option } from "commander";
import { Wallet, type BaseWallet } from "ethers";
import { sessionId, SessionSigner, type Session } from "../../sdk";
import { importSession } from "../../sdk/actions/importSession";
import { sameAddress } from "../../sdk/hex";
import { sessionAdapterOf } from "../../sdk/accounts/types";
import { recognize } from "../account";
import { assertPlace, transportOf } from "../connection";
import { readSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { outcomeFacts, outcomeResult } from "../outcome";
import { facts } from "../render";
import { UserError } from "../support/input";
import { inUnits, namesOf, TOKEN_OPTION } from "../support/names";
import { CALL_OPTION, callLine, callsOf } from "./calls";
import type { Command } from "./command";

/** `send`: the session key makes calls. */
export const sendCommand: Command = {
  name: "send",
  arguments: ["<file>"],
  summary: "make calls with the session key, and wait until they are included",
  description:
    "The session key makes one call, or several in one operation, all or none. The first operation of a granted session enables " +
    "it. What the session does not allow is refused before anything is sent, with the reason and the remedy. Exits with 0 when " +
    "the calls were included and have succeeded.",
  options: [
    CALL_OPTION,
    new Option(
      "--mode <mode>",
      "auto: by its first operation the session is enabled; signed: the grant travels every time",
    )
      .choices(["auto", "signed"])
      .default("auto"),
    TOKEN_OPTION,
    ...keyOptions("session", "sender"),
  ],
  examples: [
    'send session.json --call "0x… value=0.01" --self-bundle',
    'send session.json --call "0x… transfer(address,uint256) 0x… 5000000" --bundler https://bundler.example --yes',
  ],
  async run(context, [file], values) {
    const calls = callsOf(values);
    const document = readSession(context, file!);
    const { session, validator, grant } = document;
    const names = namesOf(document, values);
    const connection = await context.connection();
    assertPlace(connection, context.settings, session);
    await importSession(connection.provider, document);
    const keys = new Keys(context, values);
    const key = document.key === undefined ? await keys.signer("session") : new Wallet(document.key);
    assertKey(key, session);
    const { type, version } = await recognize(context, session.account);
    const transport = await transportOf(keys, version, "sender", "session");
    if (!context.settings.yes) context.note(calls.map(callLine).join("\n"));
    await context.confirm(`Send ${calls.length} call(s) from ${session.account}`);
    const signer = new SessionSigner({
      session,
      validator,
      key,
      transport,
      provider: connection.provider,
      adapter: sessionAdapterOf(type, session),
      ...(grant === undefined ? {} : { grant }),
      ...(values["mode"] === "signed" ? { mode: "signed" } : {}),
    });
    const { operation } = await context.io
      .spin("Sending", async () => (await signer.sendCalls(calls)).wait())
      .catch((error: unknown) => {
        throw inUnits(error, session, names);
      });
    return {
      result: {
        sessionId: sessionId(session),
        account: session.account,
        calls: calls.length,
        ...outcomeResult(operation),
      },
      text: facts(context, [["done", `${calls.length} call(s) from ${session.account}`], ...outcomeFacts(operation)]),
    };
  },
};

function assertKey({ address }: BaseWallet, { signer }: Session): void {
  if (sameAddress(address, signer)) return;
  throw new UserError(`the key is that of ${address}, and the session is for ${signer}`, "WRONG_KEY");
}
