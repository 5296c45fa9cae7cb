import { Option } from "commander";
import { TypedDataEncoder } from "ethers";
import { grantTypedData, lint, ownerSignature, sessionId, type AccountAdapter, type TypedData } from "../../sdk";
import { importSession } from "../../sdk/actions/importSession";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import { asHex, type Hex } from "../../sdk/hex";
import { OWNER_VALIDATOR, ownerAdapter, recognize } from "../account";
import { addressOf, assertPlace } from "../connection";
import type { Context } from "../context";
import { assertFree, readSession, writeSession } from "../files";
import { keyOptions, Keys } from "../keys";
import { facts, json } from "../render";
import { EXIT, UserError } from "../support/input";
import { namesOf } from "../support/names";
import type { Command, Output } from "./command";
import { descriptionOf } from "./describe";

/** `grant`: the owner's signature goes into the session file. */
export const grantCommand: Command = {
  name: "grant",
  arguments: ["<file>"],
  summary: "sign a session as the account's owner; the signature goes into the file",
  description:
    "The owner signs the session, and the signature goes into the file. Nothing is sent: the first operation of the key " +
    "carries the grant and enables the session. At a terminal the session is described before it asks. The chain is asked " +
    "whether the account takes the signature. An owner whose key is elsewhere, or a Safe of several owners, signs what " +
    "--typed-data prints (it exits with 6), and --signature takes the answer.",
  options: [
    new Option("--out <file>", "write another file instead"),
    new Option("--force", "overwrite that other file"),
    new Option("--typed-data", "print what the owner has to sign, as eth_signTypedData_v4 takes it, and nothing else"),
    new Option("--signature <hex>", "the owner's signature over that; of a Safe all of them, by ascending owner"),
    OWNER_VALIDATOR,
    ...keyOptions("owner"),
  ],
  examples: [
    "grant session.json --owner-keystore owner.json",
    "grant draft.json --out session.json --yes",
    "grant session.json --typed-data > typed-data.json",
    "grant session.json --signature 0x…",
  ],
  async run(context, [file], values) {
    const document = readSession(context, file!);
    const out = (values["out"] as string | undefined) ?? file!;
    assertFree(context, out, out === file || values["force"] === true);
    const connection = await context.connection();
    const { session } = document;
    assertPlace(connection, context.settings, session);
    const given = values["signature"] as string | undefined;
    const local = given === undefined && values["typedData"] !== true;
    const signer = local ? await new Keys(context, values).signer("owner") : undefined;
    const adapter = await ownerAdapter(context, await recognize(context, session.account), values);
    const validator = addressOf("sessionKeyValidator");
    const data = grantTypedData([session], validator);
    if (values["typedData"] === true) return toSign(document, adapter, data);
    if (signer !== undefined) await agreed(context, document, signer.address);
    const signature =
      signer === undefined
        ? adapter.wrapOwnerSignature(signatureOf(given!), data)
        : await ownerSignature(signer, adapter, data);
    const granted = { ...document, grant: { proof: { index: 0, siblings: [] }, signature } };
    await importSession(connection.provider, granted, { validator });
    writeSession(context, out, granted);
    return {
      result: { file: out, sessionId: sessionId(session), owner: signer?.address ?? null, signature },
      text: facts(context, [
        ["granted", sessionId(session)],
        ["by", signer?.address ?? "the signature that was given"],
        ["written", out],
      ]),
    };
  },
};

/** Shows what is to be signed, and asks. */
async function agreed(context: Context, document: SessionFile, owner: string): Promise<void> {
  if (!context.settings.yes) {
    const names = namesOf(document);
    const { session, label } = document;
    context.note(descriptionOf(context, session, names, lint(session, names), label));
  }
  await context.confirm(`Sign this as ${owner}`);
}

function toSign({ session }: SessionFile, adapter: AccountAdapter, data: TypedData): Output {
  const { domain, types, message } = adapter.ownerTypedData(data);
  const typedData = TypedDataEncoder.getPayload(domain, types, message) as Readonly<Record<string, unknown>>;
  return {
    result: { sessionId: sessionId(session), typedData },
    text: json(typedData).trimEnd(),
    exitCode: EXIT.owner,
  };
}

function signatureOf(text: string): Hex {
  try {
    return asHex(text, "signature");
  } catch {
    throw new UserError("--signature is no hex: 0x, and 65 bytes for each owner who signs");
  }
}
