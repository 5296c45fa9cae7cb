import { Option } from "commander";
import type { TransactionReceipt } from "ethers";
import { ENTRY_POINTS, explain, type SessionFailure } from "../../sdk";
import { VERSIONS } from "../../sdk/actions/recognize";
import { outcomeOf } from "../../sdk/transport/logs";
import type { Context } from "../context";
import { withoutTexts } from "../failure";
import { readSession } from "../files";
import { operationOf } from "../operations";
import { facts } from "../render";
import { isHash } from "../secrets";
import { EXIT, UserError } from "../support/input";
import { namesOf, TOKEN_OPTION, unitsOf } from "../support/names";
import { short } from "../support/report";
import { accountOfSession, assertNoKey } from "../words";
import type { Command, Output } from "./command";

/** `explain`: why something failed. */
export const explainCommand: Command = {
  name: "explain",
  arguments: ["<what>"],
  takesHash: true,
  summary: "say why an operation failed and what to do: by its hash, revert data, or an error's text",
  description:
    "Explains a failure: the hash of an operation or of a transaction (asks the chain or the bundler), revert data as a node " +
    "answers it, or the text of an error with an EntryPoint's code in it. Exits with 0 if it can tell, also if nothing failed.",
  options: [
    new Option("--file <file>", "the session file: what is asked of a budget is then told in its unit"),
    TOKEN_OPTION,
  ],
  examples: ["explain 0x8f2c…", "explain 0x08c379a0… --file session.json", 'explain "AA21 didn\'t pay prefund" --json'],
  async run(context, [what], values) {
    const file = values["file"] as string | undefined;
    const document = file === undefined ? undefined : readSession(context, file);
    const { kind, failure } = isHash(what!) ? await ofHash(context, what!) : ofText(what!);
    if (failure === undefined) return succeeded(context, kind, what!);
    if (document === undefined) return said(context, kind, failure);
    const units = unitsOf(document.session, namesOf(document, values));
    return said(context, kind, explain(failure, { units }));
  },
};

/** What was asked about: with a failure, if there was one. */
interface Explained {
  readonly kind: "operation" | "transaction" | "data" | "text";
  readonly failure?: SessionFailure;
}

function ofText(what: string): Explained {
  const isData = /^0x([0-9a-fA-F]{2})*$/.test(what);
  const failure = isData ? explain({ data: what }) : explain(new Error(what));
  const unread =
    failure.code === "UNKNOWN" || (isData && failure.details["error"] === undefined && failure.layer === "target");
  if (unread) throw notFound(`no error is known that reads ${what.slice(0, 80)}`);
  return { kind: isData ? "data" : "text", failure };
}

async function ofHash(context: Context, hash: string): Promise<Explained> {
  await assertNoKey(context, hash);
  const receipt = await operationOf(context, hash);
  if (receipt !== undefined) return { kind: "operation", ...(receipt.success ? {} : { failure: explain(receipt) }) };
  const { chainId, provider } = await context.connection();
  const transaction = await provider.getTransactionReceipt(hash);
  if (transaction !== null) return { kind: "transaction", ...(await ofTransaction(context, transaction)) };
  const account = await accountOfSession(context, hash);
  const known = account === undefined ? "" : `; it is the id of a session of ${account}, and show tells of those`;
  throw notFound(
    `${short(hash)} was taken for a hash, and no operation or transaction of chain ${chainId} has it${known}`,
  );
}

async function ofTransaction(context: Context, receipt: TransactionReceipt): Promise<Pick<Explained, "failure">> {
  if (receipt.status === 1) {
    const [operation] = VERSIONS.flatMap((version) => outcomeOf(receipt.logs, ENTRY_POINTS[version]) ?? []);
    return operation === undefined || operation.success ? {} : { failure: explain(operation) };
  }
  const { provider } = await context.connection();
  const { from, to, data, value, gasLimit } = (await provider.getTransaction(receipt.hash))!;
  try {
    await provider.call({ from, to, data, value, gasLimit, blockTag: receipt.blockNumber - 1 });
  } catch (error) {
    return { failure: explain(error) };
  }
  throw notFound(
    `transaction ${receipt.hash} reverted, and does not when it is tried again: it came too late or too early`,
  );
}

function succeeded(context: Context, kind: string, hash: string): Output {
  return {
    result: { kind, failed: false, failure: null },
    text: facts(context, [
      [kind, hash],
      ["failed", "no"],
    ]),
  };
}

function said(context: Context, kind: string, failure: SessionFailure): Output {
  const { code, layer, cause, remedy, details } = failure;
  return {
    result: { kind, failed: true, failure: { code, layer, cause, remedy, details: withoutTexts(details) } },
    text: facts(context, [
      ["error", code],
      ["refused by", layer],
      ["cause", cause],
      ["remedy", remedy],
    ]),
  };
}

function notFound(message: string): UserError {
  return new UserError(message, "NOT_FOUND", EXIT.notFound);
}
