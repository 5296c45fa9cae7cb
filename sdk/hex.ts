import { getAddress, getBytes, hexlify, isHexString, ZeroAddress } from "ethers";
import { SessionKeyError } from "./errors";

/**
 * Bytes as a `0x…` string of an even number of hex digits, as ethers has them.
 * @example const data: Hex = new Interface(usdc.abi).encodeFunctionData("transfer", [alice, 5_000_000n]);
 */
export type Hex = string;

/**
 * A 20-byte address as a `0x…` string; checksummed in everything that the SDK returns.
 * @example const target: Address = USDC;
 */
export type Address = string;

/**
 * The number of bytes of `hex`.
 * @example byteLength("0x1234") // 2
 */
export function byteLength(hex: Hex): number {
  return (hex.length - 2) / 2;
}

/**
 * `value` as `bytes` big-endian bytes, without the `0x`: the brick of every packed layout in this SDK.
 * Raises `INTEGER_OUT_OF_RANGE` instead of cutting off.
 * @example packUint(258, 2) // "0102"
 */
export function packUint(value: bigint | number, bytes: number): string {
  const number = BigInt(value);
  const digits = number.toString(16);
  if (number < 0n || digits.length > bytes * 2) {
    throw new SessionKeyError("INTEGER_OUT_OF_RANGE", `${number} does not fit in ${bytes} unsigned bytes`, {
      found: number,
      bytes,
    });
  }
  return digits.padStart(bytes * 2, "0");
}

/** `hex` without its `0x`. */
export function strip(hex: Hex): string {
  return hex.slice(2);
}

/** `value` as hex bytes. Raises `INVALID_HEX` (`name` tells which field). */
export function asHex(value: unknown, name: string, length?: number): Hex {
  if (!isHexString(value) || value.length % 2 !== 0 || (length !== undefined && byteLength(value) !== length)) {
    const allowed = length === undefined ? "0x and an even number of hex digits" : `0x and ${length} bytes in hex`;
    throw new SessionKeyError("INVALID_HEX", `${name} is ${String(value)}, expected ${allowed}`, {
      name,
      found: value,
    });
  }
  return value.toLowerCase();
}

/** `value` as a checksummed address. Raises `INVALID_ADDRESS`; a mixed-case one with a wrong checksum is wrong. */
export function asAddress(value: unknown, name: string): Address {
  try {
    return getAddress(value as string);
  } catch {
    throw new SessionKeyError("INVALID_ADDRESS", `${name} is ${String(value)}, expected an address of 20 bytes`, {
      name,
      found: value,
    });
  }
}

/** Whether two addresses are the same, whatever their case. */
export function sameAddress(left: Address, right: Address): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Whether `address` is the zero address. */
export function isZeroAddress(address: Address): boolean {
  return sameAddress(address, ZeroAddress);
}

/** Bytes as hex; hex as it is, in lower case. */
export function toHex(bytes: Hex | Uint8Array): Hex {
  return typeof bytes === "string" ? asHex(bytes, "bytes") : hexlify(bytes);
}

/** Hex as bytes; bytes as they are. Raises `INVALID_HEX`. */
export function toBytes(hex: Hex | Uint8Array): Uint8Array {
  return typeof hex === "string" ? getBytes(asHex(hex, "bytes")) : hex;
}
