import { isHexString, type ParamType } from "ethers";
import { SessionKeyError } from "../errors";
import { byteLength } from "../hex";
import { print, toAddress, toBigInt } from "./input";

// One word of an argument: the types that fit in one, and how the ABI writes their values.

/**
 * A type of one word. `bits` are those that it has, the others are zero (or, if signed, copies of the sign).
 * @example const type: WordType = { kind: "uint", bits: 256, name: "uint256" };
 */
export interface WordType {
  readonly kind: "uint" | "int" | "address" | "bool" | "bytes";
  readonly bits: number;
  /** As the ABI has it: `uint256`, `bytes4`. */
  readonly name: string;
}

/** The word type of an ABI type; `undefined` for arrays, structs, `bytes`, `string`. Raises `UNSUPPORTED_TYPE`. */
export function wordTypeOf(param: ParamType): WordType | undefined {
  const name = param.type;
  if (param.isArray() || param.isTuple() || name === "bytes" || name === "string") return undefined;
  if (name === "address") return { kind: "address", bits: 160, name };
  if (name === "bool") return { kind: "bool", bits: 1, name };
  const [, kind, size] = /^(uint|int|bytes)(\d+)$/.exec(name) ?? [];
  if (kind === "uint" || kind === "int") return { kind, bits: Number(size), name };
  if (kind === "bytes") return { kind, bits: Number(size) * 8, name };
  throw new SessionKeyError("UNSUPPORTED_TYPE", `no rule can be made for the ABI type ${name}`, { found: name });
}

/** The bits of a word that values of the type use: the low ones, for `bytesN` the high ones. */
export function usedBits({ kind, bits }: WordType): bigint {
  const ones = (1n << BigInt(bits)) - 1n;
  return kind === "bytes" ? ones << BigInt(256 - bits) : ones;
}

/** Least and greatest value of an integer type. */
export function bounds({ kind, bits }: WordType): { readonly min: bigint; readonly max: bigint } {
  const size = BigInt(bits);
  return kind === "int"
    ? { min: -(1n << (size - 1n)), max: (1n << (size - 1n)) - 1n }
    : { min: 0n, max: (1n << size) - 1n };
}

/**
 * `value` as the ABI writes it. Raises `VALUE_OUT_OF_RANGE` and what {@link toAddress} and {@link toBigInt} raise,
 * `NOT_A_BOOLEAN`, `NOT_BYTES`.
 * @example wordOf({ kind: "bytes", bits: 32, name: "bytes4" }, "0xa9059cbb", "selector") // 0xa9059cbb00…
 */
export function wordOf(type: WordType, value: unknown, where: string): bigint {
  switch (type.kind) {
    case "address":
      return BigInt(toAddress(value, where));
    case "bool":
      return booleanWord(value, where);
    case "bytes":
      return bytesWord(type, value, where);
    default:
      return integerWord(type, toBigInt(value, where), where);
  }
}

function booleanWord(value: unknown, where: string): bigint {
  if (typeof value === "boolean") return value ? 1n : 0n;
  const message = `${where} is ${print(value)}, expected true or false`;
  throw new SessionKeyError("NOT_A_BOOLEAN", message, { where, found: value });
}

function bytesWord({ bits, name }: WordType, value: unknown, where: string): bigint {
  if (!isHexString(value) || byteLength(value) !== bits / 8) {
    const message = `${where} is ${print(value)}, expected ${name}: 0x and ${bits / 4} hex digits`;
    throw new SessionKeyError("NOT_BYTES", message, { where, found: value, bytes: bits / 8 });
  }
  return BigInt(value.padEnd(66, "0"));
}

/** An integer as a word, negative ones in two's complement. Raises `VALUE_OUT_OF_RANGE`. */
export function integerWord(type: WordType, value: bigint, where: string): bigint {
  const { min, max } = bounds(type);
  if (value < min || value > max) {
    const message = `${where} is ${value}, and ${type.name} holds ${min} to ${max}`;
    throw new SessionKeyError("VALUE_OUT_OF_RANGE", message, { where, found: value, min, max });
  }
  return BigInt.asUintN(256, value);
}
