import { SessionKeyError } from "./errors";

/**
 * Asserts that `value` is a safe integer in [0, 2^bits). Raises `INTEGER_OUT_OF_RANGE`.
 * Document fields that fit are plain numbers; a fraction or a NaN must not get as far as the encoder.
 */
export function assertUint(value: number, bits: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** bits) throw outOfRange(value, bits, name);
}

/** Asserts that `value` is a bigint in [0, 2^bits). Raises `INTEGER_OUT_OF_RANGE`. */
export function assertBigUint(value: bigint, bits: number, name: string): void {
  if (typeof value !== "bigint" || value < 0n || value >= 1n << BigInt(bits)) throw outOfRange(value, bits, name);
}

function outOfRange(found: unknown, bits: number, name: string): SessionKeyError {
  const kind = bits > 52 ? "bigint" : "integer";
  const message = `${name} is ${String(found)}, expected ${kind} of 0 to 2^${bits} - 1`;
  return new SessionKeyError("INTEGER_OUT_OF_RANGE", message, { name, found, bits });
}

/**
 * `value` rounded up to a multiple of 32: the length of an ABI-encoded byte string without its length word.
 * @example ceil32(33) // 64
 */
export function ceil32(value: number): number {
  return Math.ceil(value / 32) * 32;
}

/** Whether `value` is one of the values of a dictionary of named numbers such as `OPS`. */
export function isOneOf(value: number, named: Readonly<Record<string, number>>): boolean {
  return Object.values(named).includes(value);
}
