import { hexlify } from "ethers";
import { contractError } from "./errors";
import type { Hex } from "./hex";

/** Reads packed big-endian bytes from the front. Every read past the end raises `EnvelopeTruncated`. */
export class ByteReader {
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Bytes read so far. */
  get position(): number {
    return this.offset;
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    const needed = this.offset + length;
    if (needed > this.bytes.length) {
      throw contractError("EnvelopeTruncated", { needed, length: this.bytes.length });
    }
    this.offset = needed;
    return this.bytes.subarray(needed - length, needed);
  }

  /** The next `length` bytes as hex. */
  hex(length: number): Hex {
    return hexlify(this.take(length));
  }

  /** An unsigned integer of `length` bytes. */
  uint(length: number): bigint {
    return length === 0 ? 0n : BigInt(this.hex(length));
  }

  /** An unsigned integer of `length` bytes, at most 6, as a number. */
  number(length: number): number {
    return Number(this.uint(length));
  }

  /**
   * One length byte, then that many bytes: `n(x)` of the wire format.
   * Raises `IntegerTooLong` beyond `max` bytes and `IntegerNotMinimal` if the first of them is zero.
   */
  minimalUint(max: number): bigint {
    const length = this.number(1);
    if (length > max) throw contractError("IntegerTooLong", { found: length, max });
    const bytes = this.take(length);
    if (bytes[0] === 0) throw contractError("IntegerNotMinimal", { length });
    return length === 0 ? 0n : BigInt(hexlify(bytes));
  }
}
