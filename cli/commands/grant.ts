import { Option } from "commander";
import { lint, proofFor, sessionId } from "../../sdk";
import { grantSession } from "../../sdk/actions/grant";
import { importSession } from "../../sdk/actions/importSession";
import { adapter, addressOf, assertPlace } from "../connection";
import { assertFree, namesOf, readSession, writeSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { facts } from "../render";
import type { Command } from "./command";
import { descriptionOf } from "./describe";

/** `grant`: the owner's signature goes into the session file. */
export const grantCommand: Command = {
  name: "grant",
  arguments: ["<file>"],
  summary: "sign a session as the account's owner; the signature goes into the file",
  description:
    "The owner signs the session, and the signature goes into the file. Nothing is sent: the first operation of the key " +
    "carries the grant and enables the session. At a terminal the session is described before it asks. The chain is asked " +
    "whether the account takes the signature.",
  options: [
    new Option("--out <file>", "write another file instead"),
    new Option("--force", "overwrite that other file"),
    ...keyOptions("owner"),
  ],
  examples: ["grant session.json --owner-keystore owner.json", "grant draft.json --out session.json --yes"],
  async run(context, [file], values) {
    const document = readSession(context, file!);
    const out = (values["out"] as string | undefined) ?? file!;
    assertFree(context, out, out === file || values["force"] === true);
    const connection = await context.connection();
    const { session, label } = document;
    assertPlace(connection, context.settings, session);
    const signer = await new Keys(context, values).signer("owner");
    if (!context.settings.yes) {
      const names = namesOf(document);
      context.note(descriptionOf(context, session, names, lint(session, names), label));
    }
    await context.confirm(`Sign this as ${signer.address}`);
    const owner = { signer, adapter: adapter(), validator: addressOf("sessionKeyValidator") };
    const granted = { ...document, grant: proofFor(await grantSession(owner, session), 0) };
    await importSession(connection.provider, granted, { validator: owner.validator });
    writeSession(context, out, granted);
    const { signature } = granted.grant;
    return {
      result: { file: out, sessionId: sessionId(session), owner: signer.address, signature },
      text: facts(context, [
        ["granted", sessionId(session)],
        ["by", signer.address],
        ["written", out],
      ]),
    };
  },
};
