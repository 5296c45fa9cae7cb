import type { EntryPointVersion } from "../constants";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import type { PackedUserOperation } from "../userOp";

/**
 * Gas limits of an operation, in units of gas; those of a paymaster only if the transport estimates them.
 * @example const { verificationGasLimit, callGasLimit }: GasEstimate = await transport.estimateGas(op);
 */
export interface GasEstimate {
  readonly verificationGasLimit: bigint;
  readonly callGasLimit: bigint;
  readonly preVerificationGas: bigint;
  readonly paymasterVerificationGasLimit?: bigint;
  readonly paymasterPostOpGasLimit?: bigint;
}

/**
 * An event that an operation emitted.
 * @example
 * const { operation } = await (await signer.sendCalls(calls)).wait();
 * const ofUsdc = operation.logs.filter(({ address }: OperationLog) => address === USDC);
 */
export interface OperationLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  /** Its index in the block. */
  readonly logIndex: number;
}

/**
 * What became of an operation that was included, as `eth_getUserOperationReceipt` of ERC-7769 tells it.
 * @example const { success, actualGasCost }: OperationReceipt = await waitForOperation(transport, await transport.send(op));
 */
export interface OperationReceipt {
  readonly userOpHash: Hex;
  readonly entryPoint: Address;
  readonly sender: Address;
  readonly nonce: bigint;
  /** Left out if the account paid. */
  readonly paymaster?: Address;
  /** Whether the calls succeeded; if not, budgets stay charged all the same. */
  readonly success: boolean;
  /** Revert data of the calls if they failed with any; from some bundlers, text. */
  readonly revertReason?: string;
  /** Wei that the account or paymaster paid. */
  readonly actualGasCost: bigint;
  /** Gas that it paid for. */
  readonly actualGasUsed: bigint;
  /** Events of the execution of this operation alone, in their order. */
  readonly logs: readonly OperationLog[];
  readonly transactionHash: Hex;
  readonly blockHash: Hex;
  readonly blockNumber: number;
}

/**
 * How operations get to the chain. Everything that a transport throws is a `SessionFailure` as `explain` makes it, without
 * the endpoint's address, which often holds an API key.
 * @example const transport: Transport = new HandleOpsTransport({ bundler });
 */
export interface Transport {
  readonly version: EntryPointVersion;
  /** The EntryPoint's address. */
  readonly entryPoint: Address;
  /**
   * Seconds that the window of an operation must have been open (inclusive), and must stay open (inclusive), for the
   * transport to take it. A window is a session's, or a period of a budget.
   */
  readonly opened: number;
  readonly remaining: number;
  /** Sends a signed operation; returns its hash, by which the EntryPoint knows it, as soon as it is taken. */
  send(op: PackedUserOperation): Promise<Hex>;
  /**
   * Gas of an operation whose signature is a wrong one of the right length. Fees and a paymaster's limits are those of
   * `op`; its other gas limits are ignored.
   */
  estimateGas(op: PackedUserOperation): Promise<GasEstimate>;
  /** What became of the operation; `undefined` while it is pending or if it is not known. */
  receipt(userOpHash: Hex): Promise<OperationReceipt | undefined>;
}

/**
 * How {@link waitForOperation} waits.
 * @example
 * const patience: WaitOptions = { timeout: 60, interval: 2 };
 * const receipt = await waitForOperation(transport, await transport.send(op), patience);
 */
export interface WaitOptions {
  /** Seconds; 120 by default. */
  readonly timeout?: number;
  /** Seconds between two questions; 1 by default. */
  readonly interval?: number;
  /** Sleeps so many seconds; by default with `setTimeout`. */
  readonly sleep?: (seconds: number) => Promise<void>;
}

const realSleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * Asks until the operation is included. Raises `OPERATION_TIMEOUT`: it may still be included later; and what the
 * transport raises.
 * @example const { success } = await waitForOperation(transport, await transport.send(op));
 */
export function waitForOperation(
  transport: Transport,
  userOpHash: Hex,
  options: WaitOptions = {},
): Promise<OperationReceipt> {
  return askUntil(() => transport.receipt(userOpHash), userOpHash, options);
}

/** Asks until there is an answer. Raises `OPERATION_TIMEOUT`. */
export async function askUntil<Answer>(
  ask: () => Promise<Answer | null | undefined>,
  userOpHash: Hex,
  { timeout = 120, interval = 1, sleep = realSleep }: WaitOptions,
): Promise<Answer> {
  for (let waited = 0; ; waited += interval) {
    const answer = await ask();
    if (answer !== undefined && answer !== null) return answer;
    if (waited >= timeout) {
      const message = `${userOpHash} was not included within ${timeout} seconds; it may still be`;
      throw new SessionKeyError("OPERATION_TIMEOUT", message, { userOpHash, timeout });
    }
    await sleep(interval);
  }
}
