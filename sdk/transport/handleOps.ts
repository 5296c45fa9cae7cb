import type { Provider, Signer, TransactionReceipt } from "ethers";
import { ENTRY_POINT_INTERFACE } from "../abi";
import { providerOf } from "../actions/context";
import { bundleGasLimit, simulateUserOp } from "../actions/operate";
import { entryPointHash, handleOps } from "../actions/send";
import { ENTRY_POINTS, type EntryPointVersion } from "../constants";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import type { PackedUserOperation } from "../userOp";
import { estimateByNode } from "./estimate";
import { outcomeOf } from "./logs";
import { explained } from "./rpc";
import type { GasEstimate, OperationReceipt, Transport } from "./transport";

/**
 * Who sends, and where to.
 * @example
 * const options: HandleOpsOptions = { bundler, beneficiary: bob };
 * const transport = new HandleOpsTransport(options);
 */
export interface HandleOpsOptions {
  /** An ordinary account with a provider: pays for the transactions and is paid back by the operations. */
  readonly bundler: Signer;
  /** `0.8` by default. */
  readonly version?: EntryPointVersion;
  /** Gets the operations' fees; the bundler by default. */
  readonly beneficiary?: Address;
}

/** Blocks that are searched for an operation that somebody else sent, or this transport before a restart. */
const SEARCHED_BLOCKS = 5_000;

/**
 * Self-bundling: each operation is a `handleOps` transaction of an ordinary account, so that no bundler is needed. The
 * node is asked before: what the EntryPoint would refuse is raised and costs nothing.
 * @example const transport = new HandleOpsTransport({ bundler });
 */
export class HandleOpsTransport implements Transport {
  readonly version: EntryPointVersion;
  readonly entryPoint: Address;
  /** EntryPoint v0.8 refuses the first second of a window. */
  readonly opened = 1;
  /** The next block may be late. */
  readonly remaining = 15;
  readonly #bundler: Signer;
  readonly #beneficiary: Address | undefined;
  /** Hashes of the transactions by those of their operations, until the receipt is there. */
  readonly #sent = new Map<Hex, Hex>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ bundler, version = "0.8", beneficiary }: HandleOpsOptions) {
    this.version = version;
    this.entryPoint = ENTRY_POINTS[version];
    this.#bundler = bundler;
    this.#beneficiary = beneficiary;
  }

  /**
   * One transaction after the other: two at once would take the same nonce of the bundler.
   * @example const hash = await transport.send(op); // the operation's
   */
  send(op: PackedUserOperation): Promise<Hex> {
    const sent = this.#turn.then(() => explained(() => this.#send(op)));
    this.#turn = sent.catch(() => undefined);
    return sent;
  }

  async #send(op: PackedUserOperation): Promise<Hex> {
    const { entryPoint } = this;
    const bundler = this.#bundler;
    const userOpHash = await entryPointHash(bundler, entryPoint, op);
    await simulateUserOp({ entryPoint, bundler }, op);
    const beneficiary = this.#beneficiary === undefined ? {} : { beneficiary: this.#beneficiary };
    const { hash } = await handleOps({ op, entryPoint, bundler, gasLimit: bundleGasLimit(op), ...beneficiary });
    this.#sent.set(userOpHash, hash);
    return userOpHash;
  }

  /**
   * By the node's `eth_estimateGas` of the validation and of the calls, each as if the EntryPoint called.
   * @example const { callGasLimit } = await transport.estimateGas(op);
   */
  estimateGas(op: PackedUserOperation): Promise<GasEstimate> {
    return explained(async () => estimateByNode(this.#provider, this.entryPoint, op));
  }

  /**
   * By the transaction that was sent, else by the EntryPoint's logs of the last 5,000 blocks. Raises `BUNDLE_REVERTED`:
   * the operation was refused between the simulation and the block, and left nothing behind.
   * @example const receipt = await transport.receipt(await transport.send(op)); // undefined until it is included
   */
  receipt(userOpHash: Hex): Promise<OperationReceipt | undefined> {
    return explained(async () => {
      const transaction = this.#sent.get(userOpHash) ?? (await this.#find(userOpHash));
      const receipt = transaction === undefined ? null : await this.#provider.getTransactionReceipt(transaction);
      if (receipt === null) return undefined;
      this.#sent.delete(userOpHash);
      return this.#tell(receipt, userOpHash);
    });
  }

  async #find(userOpHash: Hex): Promise<Hex | undefined> {
    const topics = ENTRY_POINT_INTERFACE.encodeFilterTopics("UserOperationEvent", [userOpHash]);
    const fromBlock = Math.max(0, (await this.#provider.getBlockNumber()) - SEARCHED_BLOCKS);
    const [log] = await this.#provider.getLogs({ address: this.entryPoint, topics, fromBlock });
    return log?.transactionHash;
  }

  #tell(receipt: TransactionReceipt, userOpHash: Hex): OperationReceipt {
    const { hash: transactionHash, blockHash, blockNumber } = receipt;
    const found = outcomeOf(receipt.logs, this.entryPoint, userOpHash);
    if (found === undefined) {
      const message = `transaction ${transactionHash} reverted: another operation or block came in between`;
      throw new SessionKeyError("BUNDLE_REVERTED", message, { userOpHash, transactionHash });
    }
    const logs = found.logs.map(({ address, topics, data, index }) => ({ address, topics, data, logIndex: index }));
    return { ...found, logs, entryPoint: this.entryPoint, transactionHash, blockHash, blockNumber };
  }

  get #provider(): Provider {
    return providerOf(this.#bundler);
  }
}
