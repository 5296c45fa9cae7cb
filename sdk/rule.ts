import { MAX_PATH, MAX_UINT256, OPS, type OpName } from "./constants";
import { contractError } from "./errors";
import { assertBigUint, assertUint, isOneOf } from "./integer";

/**
 * A condition on one argument of a call: `(word & mask) op rhs`, where `rhs` is `value`, or, if `other` is not empty,
 * `argument at other × value / 1e18` (512-bit product, rounded down; `other` is not masked).
 * Mirrors `Rule(uint8 op,uint16[] path,uint16[] other,bytes32 mask,uint256 value)`.
 * @example const onlyAlice: Rule = rule("eq", [0], BigInt(alice));
 */
export interface Rule {
  /** One of {@link OPS}. */
  readonly op: number;
  /** Where the argument is, 1 to 4 byte offsets; see {@link Path}. */
  readonly path: Path;
  /** Where the argument is that `value` multiplies, 0 to 4 byte offsets; empty: `value` itself is compared. */
  readonly other: Path;
  /** Bits of the argument that are compared; {@link MAX_UINT256} keeps all. */
  readonly mask: bigint;
  /** What the argument is compared to, or the factor in units of 1e-18. */
  readonly value: bigint;
}

/**
 * The way to a word of calldata, counted in bytes from the end of the selector, each offset below 65,536. Every element
 * but the last is followed as an ABI offset: the word there, added to the present base, is the new base. `[0]` is the
 * first static argument, `[64, 32]` the first element of a dynamic array that is the third argument.
 * @example const amount: Path = [32]; // the second argument of transfer(address to, uint256 amount)
 */
export type Path = readonly number[];

/**
 * A rule on a static argument or, with a longer path, on a dynamic one.
 * @example rule("eq", [0], BigInt(alice))
 */
export function rule(op: OpName, path: Path, value: bigint, mask: bigint = MAX_UINT256): Rule {
  return { op: OPS[op], path, other: [], mask, value };
}

/**
 * A rule that compares one argument to another, times `factor` / 1e18: the minimum out per amount in.
 * @example ratioRule("gte", [32], [0], 300_000_000_000_000n) // out >= in × 0.0003
 */
export function ratioRule(op: OpName, path: Path, other: Path, factor: bigint, mask: bigint = MAX_UINT256): Rule {
  return { op: OPS[op], path, other, mask, value: factor };
}

/** Raises `UnknownOp`. */
export function checkOp(op: number): void {
  if (!isOneOf(op, OPS)) throw contractError("UnknownOp", { op });
}

/** Raises `InvalidPathLength` unless the path has `min` to `max` elements (both inclusive). */
export function checkPathLength(found: number, min: number, max: number = MAX_PATH): void {
  if (found < min || found > max) throw contractError("InvalidPathLength", { found, min, max });
}

/** Raises what {@link checkPathLength} raises, or `INTEGER_OUT_OF_RANGE` for an element. */
export function validatePath(path: Path, min: number, max: number, name: string): void {
  checkPathLength(path.length, min, max);
  for (const element of path) assertUint(element, 16, name);
}

/** Raises `UnknownOp`, `InvalidPathLength` or `INTEGER_OUT_OF_RANGE`. `name` says where in the session the rule is. */
export function validateRule(rule: Rule, name: string): void {
  checkOp(rule.op);
  validatePath(rule.path, 1, MAX_PATH, `${name}.path`);
  validatePath(rule.other, 0, MAX_PATH, `${name}.other`);
  assertBigUint(rule.mask, 256, `${name}.mask`);
  assertBigUint(rule.value, 256, `${name}.value`);
}
