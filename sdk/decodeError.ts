import { VALIDATOR_INTERFACE, ENTRY_POINT_INTERFACE } from "./abi";
import type { Hex } from "./hex";

/** A decoded custom error: its name and its arguments in Solidity's order, integers as bigints. */
export interface DecodedError {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Why an EntryPoint refused an operation. */
export interface FailedOp {
  /** Which operation of the bundle. */
  readonly opIndex: number;
  /** The EntryPoint's code, such as `AA23`. */
  readonly aa: string;
  /** The EntryPoint's whole reason. */
  readonly reason: string;
  /** The custom error of the account or validator, if it is one of the validator's. */
  readonly name?: string;
  /** Its arguments. */
  readonly args?: readonly unknown[];
  /** The revert data of the account or validator, as it came. */
  readonly inner?: Hex;
}

/**
 * The validator's custom error in revert data, or `undefined` if it is none of them.
 * @example decodeError(data) // { name: "RuleNotMet", args: [0n, 0n, 0n, 5n, 4n] }
 */
export function decodeError(data: Hex): DecodedError | undefined {
  if (data.length < 10) return undefined;
  try {
    const parsed = VALIDATOR_INTERFACE.parseError(data);
    return parsed ? { name: parsed.name, args: [...parsed.args] } : undefined;
  } catch {
    // The selector matches and the arguments do not: somebody else's error.
    return undefined;
  }
}

/**
 * `FailedOp` or `FailedOpWithRevert` in revert data or in an error that ethers (or a node under it) threw, with the
 * validator's error inside; `undefined` if there is none.
 *
 * @example
 * await send(op).catch((error: unknown) => {
 *   console.log(decodeFailedOp(error)); // { aa: "AA23", name: "BudgetExceeded", args: [0n, 5n, 3n], … }
 * });
 */
export function decodeFailedOp(error: unknown): FailedOp | undefined {
  for (const data of revertData(error)) {
    const failed = parseFailedOp(data);
    if (failed) return failed;
  }
  return undefined;
}

function parseFailedOp(data: Hex): FailedOp | undefined {
  const parsed = data.length < 10 ? null : ENTRY_POINT_INTERFACE.parseError(data);
  if (parsed === null || !parsed.name.startsWith("FailedOp")) return undefined;
  const [opIndex, reason, inner] = parsed.args as unknown as [bigint, string, Hex | undefined];
  const failed = { opIndex: Number(opIndex), aa: reason.slice(0, 4), reason };
  return inner === undefined ? failed : { ...failed, inner, ...decodeError(inner) };
}

/** Nodes and wrappers put the revert data at different depths of the error: every `data` string that looks like it. */
function revertData(error: unknown, depth = 0): Hex[] {
  if (typeof error === "string") return /^0x([0-9a-f]{2})*$/i.test(error) ? [error] : [];
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const { data, error: inner, info, cause } = error as Record<"data" | "error" | "info" | "cause", unknown>;
  return [data, inner, info, cause].flatMap((part) => revertData(part, depth + 1));
}
