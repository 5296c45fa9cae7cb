import { Signature, TransactionResponse, type Provider } from "ethers";
import type { Call } from "../execution";
import type { Hex } from "../hex";
import { unpackGas, type PackedUserOperation } from "../userOp";
import type { Operations, SessionReceipt } from "./operations";

/**
 * An operation that was sent, with what it is to do.
 * @example
 * const sent: SentOperation = { userOpHash: hashUserOp(context, op), op, calls, chainId };
 * const response = new SessionResponse(sent, provider, signer.operations);
 */
export interface SentOperation {
  readonly userOpHash: Hex;
  readonly op: PackedUserOperation;
  readonly calls: readonly Call[];
  readonly chainId: bigint;
}

/**
 * An operation on its way, as ethers knows a transaction on its way. `hash` is that of the operation, `from` the account;
 * `to`, `data` and `value` are those of the only call, or the account, its `callData` and the sum of a batch.
 * @example
 * const response: SessionResponse = await signer.sendCalls(calls);
 * console.log(response.hash, response.op.nonce); // known before it is included
 */
export class SessionResponse extends TransactionResponse {
  readonly op: PackedUserOperation;
  readonly #operations: Operations;

  constructor(sent: SentOperation, provider: Provider, operations: Operations) {
    super({ ...asTransaction(sent), blockNumber: null, blockHash: null, index: 0 }, provider);
    this.op = sent.op;
    this.#operations = operations;
  }

  /**
   * Waits until the operation is included and its block has `confirms` confirmations (1 by default).
   * Raises a `SessionFailure` if its calls reverted; `OPERATION_TIMEOUT` after `timeout` milliseconds.
   * @example const { operation, logs } = await (await signer.sendCalls(calls)).wait();
   */
  override async wait(confirms = 1, timeout?: number): Promise<SessionReceipt> {
    const receipt = await this.#operations.wait(this.hash, timeout === undefined ? undefined : timeout / 1000);
    if (confirms > 1) await super.wait(confirms, timeout);
    return receipt;
  }
}

/** The fields of a transaction that says the same. */
export function asTransaction({ userOpHash, op, calls, chainId }: SentOperation) {
  const gas = unpackGas(op);
  const [only, ...others] = calls;
  const single = others.length === 0 ? only : undefined;
  return {
    hash: userOpHash,
    type: 2,
    from: op.sender,
    to: single?.target ?? op.sender,
    data: single?.data ?? op.callData,
    value: calls.reduce((sum, { value }) => sum + value, 0n),
    // The sequence: the key before it has no place in a transaction.
    nonce: Number(op.nonce % 2n ** 53n),
    gasLimit: gas.verificationGasLimit + gas.callGasLimit + gas.preVerificationGas,
    gasPrice: gas.maxFeePerGas,
    maxFeePerGas: gas.maxFeePerGas,
    maxPriorityFeePerGas: gas.maxPriorityFeePerGas,
    chainId,
    accessList: null,
    authorizationList: null,
    // What ethers has for "none": the envelope is no signature of a transaction.
    signature: Signature.from(),
  };
}
