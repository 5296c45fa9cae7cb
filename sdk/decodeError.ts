import type { ErrorDescription } from "ethers";
import { VALIDATOR_INTERFACE, ENTRY_POINT_INTERFACE } from "./abi";
import type { Hex } from "./hex";

/**
 * A decoded custom error: its name and its arguments in Solidity's order, integers as bigints.
 * @example
 * const error: DecodedError | undefined = decodeError(data);
 * if (error !== undefined) console.log(error.name, error.args);
 */
export interface DecodedError {
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * Why an EntryPoint refused an operation.
 * @example
 * await simulateUserOp(context, { ...op, nonce: op.nonce + 1n }).catch((error: unknown) => {
 *   const failed: FailedOp | undefined = decodeFailedOp(error);
 *   console.log(failed?.reason); // AA25 invalid account nonce
 * });
 */
export interface FailedOp {
  /** Which operation of the bundle; left out where the EntryPoint does not tell (`AA9x`). */
  readonly opIndex?: number;
  /** The EntryPoint's code, such as `AA23`; `AA98` also for the `InvalidPaymaster` of v0.9. */
  readonly aa: string;
  /** The EntryPoint's whole reason. */
  readonly reason: string;
  /** The custom error of the account or validator, if it is one of the validator's; or `InvalidPaymaster`. */
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
 * The same, in an error that ethers (or a node under it) threw.
 * @example
 * try { await provider.call(transaction) }
 * catch (error) { console.log(decodeThrown(error)?.name) } // "SessionIsRevoked"
 */
export function decodeThrown(error: unknown): DecodedError | undefined {
  return revertData(error)
    .map(decodeError)
    .find((found) => found !== undefined);
}

/**
 * `FailedOp`, `FailedOpWithRevert`, or what the EntryPoint says of the whole bundle (`AA98 invalid paymaster` of v0.8,
 * `InvalidPaymaster` of v0.9), in revert data or in an error that ethers (or a node under it) threw, with the
 * validator's error inside; `undefined` if there is none.
 *
 * @example
 * await simulateUserOp(context, { ...op, nonce: op.nonce + 1n }).catch((error: unknown) => {
 *   console.log(decodeFailedOp(error)); // { opIndex: 0, aa: "AA25", reason: "AA25 invalid account nonce" }
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
  const parsed = parseEntryPointError(data);
  if (parsed === undefined) return undefined;
  const { name } = parsed;
  if (name === "InvalidPaymaster") return { aa: "AA98", reason: name, name, args: [...parsed.args] };
  if (name === "Error") return parseMessage(String(parsed.args[0]));
  if (!name.startsWith("FailedOp")) return undefined;
  const [opIndex, reason, inner] = parsed.args as unknown as [bigint, string, Hex | undefined];
  const failed = { opIndex: Number(opIndex), aa: reason.slice(0, 4), reason };
  return inner === undefined ? failed : { ...failed, inner, ...decodeError(inner) };
}

function parseEntryPointError(data: Hex): ErrorDescription | undefined {
  if (data.length < 10) return undefined;
  try {
    return ENTRY_POINT_INTERFACE.parseError(data) ?? undefined;
  } catch {
    // The selector matches and the arguments do not: somebody else's error.
    return undefined;
  }
}

/** Of the whole bundle, the EntryPoint tells by a plain string. */
function parseMessage(reason: string): FailedOp | undefined {
  return /^AA\d\d\b/.test(reason) ? { aa: reason.slice(0, 4), reason } : undefined;
}

/** Nodes and wrappers put the revert data at different depths of the error: every `data` string that looks like it. */
function revertData(error: unknown, depth = 0): Hex[] {
  if (typeof error === "string") return /^0x([0-9a-f]{2})*$/i.test(error) ? [error] : [];
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const { data, error: inner, info, cause, original } = error as Record<string, unknown>;
  return [data, inner, info, cause, original].flatMap((part) => revertData(part, depth + 1));
}
