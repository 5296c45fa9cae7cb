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

/** What the EntryPoint's `UserOperationEvent` tells of an operation. */
export type OperationEvent = Pick<
  OperationReceipt,
  "userOpHash" | "sender" | "nonce" | "paymaster" | "success" | "actualGasCost" | "actualGasUsed"
>;

/** What all of the EntryPoint's events tell of an operation. */
export type OperationOutcome<Log extends RawLog> = OperationEvent &
  Pick<OperationReceipt, "revertReason"> & {
    /** The operation's own events, without the EntryPoint's that frame them. */
    readonly logs: readonly Log[];
  };

/** The operation that a log of the EntryPoint tells the end of; `undefined` if it tells something else. */
export function operationOf(log: RawLog): OperationEvent | undefined {
  return operationIn(eventOf(log));
}

function operationIn(event: ReturnType<typeof eventOf>): OperationEvent | undefined {
  if (event?.name !== "UserOperationEvent") return undefined;
  const { userOpHash, sender, nonce, paymaster, success, actualGasCost, actualGasUsed } =
    event.args as unknown as Required<OperationEvent>;
  const paid = BigInt(paymaster) === 0n ? {} : { paymaster };
  return { userOpHash, sender, nonce, ...paid, success, actualGasCost, actualGasUsed };
}

/**
 * What became of an operation (by default of the first) in a transaction of bundles; `undefined` if it is not in there.
 * Its own logs are those since the end of the operation before it, or since the execution of the bundle began.
 */
export function outcomeOf<Log extends RawLog>(
  logs: readonly Log[],
  entryPoint: Address,
  userOpHash?: Hex,
): OperationOutcome<Log> | undefined {
  const asked = userOpHash?.toLowerCase();
  let start = 0;
  for (const [index, log] of logs.entries()) {
    if (!sameAddress(log.address, entryPoint)) continue;
    const event = eventOf(log);
    const done = operationIn(event);
    if (done !== undefined && (asked === undefined || done.userOpHash === asked)) {
      const own = logs.slice(start, index);
      const revertReason = revertReasonOf(own, done.userOpHash);
      return { ...done, ...(revertReason === undefined ? {} : { revertReason }), logs: own };
    }
    if (done !== undefined || event?.name === "BeforeExecution") start = index + 1;
  }
  return undefined;
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
