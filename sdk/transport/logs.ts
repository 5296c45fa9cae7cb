import { ENTRY_POINT_INTERFACE } from "../abi";
import type { Hex } from "../hex";
import { sameAddress, type Address } from "../hex";
import type { OperationReceipt } from "./transport";

/** Of a log, what the EntryPoint's events are read from. */
export interface RawLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** What the EntryPoint's events tell of an operation. */
export type OperationOutcome<Log extends RawLog> = Pick<
  OperationReceipt,
  "userOpHash" | "sender" | "nonce" | "paymaster" | "success" | "revertReason" | "actualGasCost" | "actualGasUsed"
> & {
  /** The operation's own events, without the EntryPoint's that frame them. */
  readonly logs: readonly Log[];
};

/**
 * What became of an operation (by default of the first) in a transaction of bundles; `undefined` if it is not in there.
 * Its own logs are those since the end of the operation before it, or since the execution of the bundle began.
 */
export function outcomeOf<Log extends RawLog>(
  logs: readonly Log[],
  entryPoint: Address,
  userOpHash?: Hex,
): OperationOutcome<Log> | undefined {
  let start = 0;
  for (const [index, log] of logs.entries()) {
    const event = sameAddress(log.address, entryPoint) ? eventOf(log) : undefined;
    if (event?.name === "UserOperationEvent") {
      const done = event.args as unknown as Omit<OperationOutcome<Log>, "logs"> & { paymaster: Address };
      if (userOpHash === undefined || done.userOpHash === userOpHash.toLowerCase()) {
        return outcome(done, logs.slice(start, index));
      }
    }
    if (event?.name === "BeforeExecution" || event?.name === "UserOperationEvent") start = index + 1;
  }
  return undefined;
}

function outcome<Log extends RawLog>(
  { userOpHash, sender, nonce, paymaster, success, actualGasCost, actualGasUsed }: Omit<OperationOutcome<Log>, "logs">,
  logs: readonly Log[],
): OperationOutcome<Log> {
  const revertReason = revertReasonOf(logs, userOpHash);
  return {
    userOpHash,
    sender,
    nonce,
    ...(BigInt(paymaster!) === 0n ? {} : { paymaster: paymaster! }),
    success,
    ...(revertReason === undefined ? {} : { revertReason }),
    actualGasCost,
    actualGasUsed,
    logs,
  };
}

/** The revert data of the calls, from the EntryPoint's `UserOperationRevertReason`. */
export function revertReasonOf(logs: readonly RawLog[], userOpHash: Hex): Hex | undefined {
  for (const log of logs) {
    const event = eventOf(log);
    if (event?.name !== "UserOperationRevertReason") continue;
    const found = event.args as unknown as { userOpHash: Hex; revertReason: Hex };
    if (found.userOpHash === userOpHash) return found.revertReason;
  }
  return undefined;
}

function eventOf(log: RawLog) {
  return ENTRY_POINT_INTERFACE.parseLog({ topics: [...log.topics], data: log.data });
}
