import { toQuantity } from "ethers";
import type { Hex } from "../hex";
import { asTransaction, type SentOperation } from "../signer/response";
import type { OperationReceipt } from "../transport/transport";
import { CALLS_VERSION } from "./requests";

// What wallets answer: EIP-5792, and operations as if they were transactions.

/**
 * Statuses of a bundle of calls in EIP-5792.
 * @example const done = ({ status }: CallsStatus): boolean => status !== CALLS_STATUS.pending;
 */
export const CALLS_STATUS = { pending: 100, confirmed: 200, offchainFailure: 400, reverted: 500 } as const;

/**
 * The answer to `wallet_getCallsStatus`.
 * @example
 * const { hash } = await signer.sendCalls(calls);
 * const request = { method: "wallet_getCallsStatus", params: [hash] };
 * const { status } = (await new SessionProvider(signer, provider).request(request)) as CallsStatus;
 */
export interface CallsStatus {
  readonly version: typeof CALLS_VERSION;
  readonly id: string;
  readonly chainId: Hex;
  readonly status: (typeof CALLS_STATUS)[keyof typeof CALLS_STATUS];
  /** Always: all calls are one operation. */
  readonly atomic: true;
  readonly receipts?: readonly CallsReceipt[];
}

/**
 * The one receipt of a bundle of calls.
 * @example const gasOf = ({ receipts = [] }: CallsStatus) => receipts.map(({ gasUsed }: CallsReceipt) => BigInt(gasUsed));
 */
export interface CallsReceipt {
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
  readonly status: "0x0" | "0x1";
  readonly blockHash: Hex;
  readonly blockNumber: Hex;
  readonly gasUsed: Hex;
  readonly transactionHash: Hex;
}

/** The status of calls that are pending, included, or failed before they got there. */
export function callsStatus(
  id: string,
  chainId: bigint,
  receipt: OperationReceipt | "failed" | undefined,
): CallsStatus {
  const common = { version: CALLS_VERSION, id, chainId: toQuantity(chainId), atomic: true } as const;
  if (receipt === undefined) return { ...common, status: CALLS_STATUS.pending };
  if (receipt === "failed") return { ...common, status: CALLS_STATUS.offchainFailure };
  const { logs, success, blockHash, blockNumber, transactionHash, actualGasUsed } = receipt;
  const own = {
    logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
    status: success ? "0x1" : "0x0",
    blockHash,
    blockNumber: toQuantity(blockNumber),
    gasUsed: toQuantity(actualGasUsed),
    transactionHash,
  } as const;
  return { ...common, status: success ? CALLS_STATUS.confirmed : CALLS_STATUS.reverted, receipts: [own] };
}

/** `eth_getTransactionByHash` of an operation. */
export function transactionJson(sent: SentOperation, receipt: OperationReceipt | undefined): Record<string, unknown> {
  const { signature, gasLimit, data, ...fields } = asTransaction(sent);
  const { r, s, yParity } = signature;
  const numbers = Object.entries(fields).map(([name, value]): [string, unknown] => [
    name,
    typeof value === "bigint" || typeof value === "number" ? toQuantity(value) : value,
  ]);
  const block = receipt && { blockHash: receipt.blockHash, blockNumber: toQuantity(receipt.blockNumber) };
  const included = { blockHash: null, blockNumber: null, transactionIndex: null, ...block };
  return {
    ...Object.fromEntries(numbers),
    ...included,
    gas: toQuantity(gasLimit),
    input: data,
    r,
    s,
    v: toQuantity(yParity),
  };
}

/** A log as nodes write it. */
interface LogJson {
  readonly logIndex: Hex;
}

/** `eth_getTransactionReceipt` of an operation: that of its transaction, with the outcome and events of the operation alone. */
export function receiptJson(
  transaction: Record<string, unknown> & { readonly logs: readonly LogJson[] },
  { success, logs }: OperationReceipt,
): Record<string, unknown> {
  const own = new Set(logs.map(({ logIndex }) => logIndex));
  const kept = transaction.logs.filter(({ logIndex }) => own.has(Number(logIndex)));
  return { ...transaction, logs: kept, status: success ? "0x1" : "0x0" };
}
