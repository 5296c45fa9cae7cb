import { hexlify } from "ethers";
import { MAX_UINT256, OPS, RATIO_UNIT } from "./constants";
import { contractError } from "./errors";
import type { Path, Rule } from "./rule";

/** The arguments of one call of an operation, and which call it is (for errors). */
export interface Arguments {
  /** Index of the call. */
  readonly call: number;
  /** Calldata after the selector. */
  readonly bytes: Uint8Array;
}

/**
 * The word at `path`. Nothing wraps around: an offset that leads out of the call's own calldata is refused.
 * Raises `ArgumentOutOfBounds`, its position saturated at 2^256 − 1.
 * @example readArgument({ call: 0, bytes: argumentsOf(call) }, [0]) // the first static argument
 */
export function readArgument(args: Arguments, path: Path): bigint {
  let base = 0n;
  for (const element of path.slice(0, -1)) base += wordAt(args, base + BigInt(element));
  return wordAt(args, base + BigInt(path[path.length - 1] ?? 0));
}

function wordAt({ call, bytes }: Arguments, position: bigint): bigint {
  if (position + 32n > BigInt(bytes.length)) {
    const saturated = position > MAX_UINT256 ? MAX_UINT256 : position;
    throw contractError("ArgumentOutOfBounds", { call, position: saturated, length: bytes.length });
  }
  const start = Number(position);
  return BigInt(hexlify(bytes.subarray(start, start + 32)));
}

/**
 * `left op right` for two uint256 words. The signed comparisons read both as two's complement.
 * @example compare(OPS.slt, MAX_UINT256, 0n) // true: -1 < 0
 */
export function compare(op: number, left: bigint, right: bigint): boolean {
  const [a, b] = op >= OPS.sgt ? [BigInt.asIntN(256, left), BigInt.asIntN(256, right)] : [left, right];
  switch (op) {
    case OPS.eq:
      return a === b;
    case OPS.neq:
      return a !== b;
    case OPS.gt:
    case OPS.sgt:
      return a > b;
    case OPS.lt:
    case OPS.slt:
      return a < b;
    case OPS.gte:
    case OPS.sgte:
      return a >= b;
    case OPS.lte:
    case OPS.slte:
      return a <= b;
    default:
      throw contractError("UnknownOp", { op });
  }
}

/**
 * Refuses a call whose arguments do not meet rule number `index` of its permission.
 * Raises `ArgumentOutOfBounds`, `ProductTooLarge`, `RuleNotMet` (its `word` masked, its `right` as compared).
 */
export function assertRule(args: Arguments, rule: Rule, index: number): void {
  const word = readArgument(args, rule.path) & rule.mask;
  const right = rule.other.length === 0 ? rule.value : scaled(args, rule, index);
  if (!compare(rule.op, word, right)) {
    throw contractError("RuleNotMet", { call: args.call, rule: index, op: rule.op, word, right });
  }
}

function scaled(args: Arguments, rule: Rule, index: number): bigint {
  const argument = readArgument(args, rule.other);
  const product = (argument * rule.value) / RATIO_UNIT;
  if (product > MAX_UINT256) {
    throw contractError("ProductTooLarge", { call: args.call, rule: index, argument, factor: rule.value });
  }
  return product;
}
