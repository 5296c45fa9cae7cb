import { VoidSigner, ZeroAddress, type TransactionReceipt } from "ethers";
import {
  BundlerTransport,
  ENTRY_POINTS,
  explain,
  HandleOpsTransport,
  type OperationReceipt,
  type SessionFailure,
} from "../../sdk";
import { VERSIONS } from "../../sdk/actions/recognize";
import { outcomeOf } from "../../sdk/transport/logs";
import type { Connection } from "../connection";
import type { Context } from "../context";
import { withoutTexts } from "../failure";
import { facts } from "../render";
import { isHash } from "../secrets";
import { EXIT, UserError } from "../support/input";
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
  examples: ["explain 0x8f2c…", "explain 0x08c379a0…", 'explain "AA21 didn\'t pay prefund" --json'],
  async run(context, [what]) {
    if (isHash(what!)) return explainHash(context, what!);
    const isData = /^0x([0-9a-fA-F]{2})*$/.test(what!);
    const failure = isData ? explain({ data: what }) : explain(new Error(what));
    const unread =
      failure.code === "UNKNOWN" || (isData && failure.details["error"] === undefined && failure.layer === "target");
    if (unread) throw notFound(`no error is known that reads ${what!.slice(0, 80)}`);
    return said(context, isData ? "data" : "text", failure);
  },
};

async function explainHash(context: Context, hash: string): Promise<Output> {
  const connection = await context.connection();
  const receipt = await receiptOf(context, connection, hash);
  if (receipt !== undefined)
    return receipt.success ? succeeded(context, "operation", hash) : said(context, "operation", explain(receipt));
  const transaction = await connection.provider.getTransactionReceipt(hash);
  if (transaction !== null) return explainTransaction(context, connection, transaction);
  throw notFound(`neither an operation nor a transaction of chain ${connection.chainId} is ${hash}`);
}

/** By the bundler, or by the logs of each EntryPoint: a hash does not tell which one it went to. */
async function receiptOf(
  { settings: { bundler } }: Context,
  { provider }: Connection,
  hash: string,
): Promise<OperationReceipt | undefined> {
  if (bundler !== undefined && bundler !== "self") return new BundlerTransport({ url: bundler }).receipt(hash);
  const nobody = new VoidSigner(ZeroAddress, provider);
  const asked = VERSIONS.map((version) => new HandleOpsTransport({ bundler: nobody, version }).receipt(hash));
  return (await Promise.all(asked)).find((receipt) => receipt !== undefined);
}

async function explainTransaction(
  context: Context,
  { provider }: Connection,
  receipt: TransactionReceipt,
): Promise<Output> {
  if (receipt.status === 1) {
    const [operation] = VERSIONS.flatMap((version) => outcomeOf(receipt.logs, ENTRY_POINTS[version]) ?? []);
    if (operation === undefined || operation.success) return succeeded(context, "transaction", receipt.hash);
    return said(context, "transaction", explain(operation));
  }
  const { from, to, data, value, gasLimit } = (await provider.getTransaction(receipt.hash))!;
  try {
    await provider.call({ from, to, data, value, gasLimit, blockTag: receipt.blockNumber - 1 });
  } catch (error) {
    return said(context, "transaction", explain(error));
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
