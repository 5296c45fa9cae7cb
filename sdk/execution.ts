import { AbiCoder, getBytes, hexlify, Interface } from "ethers";
import { BATCH_MODE, EXECUTE_SELECTOR, MAX_CALLS, SINGLE_MODE } from "./constants";
import { contractError } from "./errors";
import { asAddress, asHex, packUint, strip, toBytes, type Address, type Hex } from "./hex";
import { assertBigUint, ceil32 } from "./integer";

/**
 * One call that the account makes.
 * @example const call: Call = { target: alice, value: parseEther("0.1"), data: "0x" };
 */
export interface Call {
  readonly target: Address;
  /** Native value in wei. */
  readonly value: bigint;
  /** Calldata; `0x` for a native transfer. */
  readonly data: Hex;
}

const ACCOUNT = new Interface(["function execute(bytes32 mode, bytes executionCalldata)"]);

/** Bytes of `execute` before `executionCalldata`: selector, mode, offset, length. */
const EXECUTE_HEAD = 4 + 3 * 32;
/** Bytes of a batched call before its calldata: target, value, offset, length. */
const TUPLE_HEAD = 4 * 32;
/** Bytes of a single call before its calldata, packed: target, value. */
const SINGLE_HEAD = 20 + 32;

/**
 * `userOp.callData` for calls of a session: ERC-7579 `execute(bytes32,bytes)`, single mode for one call and batch mode
 * for several. Every call must succeed or all are undone.
 * Raises `InvalidCallCount`, `INVALID_ADDRESS`, `INVALID_HEX`, `INTEGER_OUT_OF_RANGE`.
 * @example encodeExecute([{ target: alice, value: parseEther("1"), data: "0x" }])
 */
export function encodeExecute(calls: readonly Call[]): Hex {
  checkCallCount(calls.length);
  const [first] = calls;
  return calls.length === 1 && first
    ? encodeSingle(first)
    : ACCOUNT.encodeFunctionData("execute", [BATCH_MODE, encodeBatch(calls)]);
}

function encodeSingle(call: Call): Hex {
  const packed = `${asAddress(call.target, "target")}${packUint(call.value, 32)}${strip(asHex(call.data, "data"))}`;
  return ACCOUNT.encodeFunctionData("execute", [SINGLE_MODE, packed]);
}

function encodeBatch(calls: readonly Call[]): Hex {
  const tuples = calls.map((call) => {
    assertBigUint(call.value, 256, "value");
    return [asAddress(call.target, "target"), call.value, asHex(call.data, "data")];
  });
  return AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [tuples]);
}

/** Raises `InvalidCallCount`. */
export function checkCallCount(found: bigint | number): void {
  if (found < 1n || found > BigInt(MAX_CALLS)) throw contractError("InvalidCallCount", { found, max: MAX_CALLS });
}

/**
 * The calls of a `userOp.callData`. It takes the canonical encoding alone, so that no account can decode something else
 * than what was judged: offsets and lengths are re-derived, padding is zero, nothing follows. A batch of one call is
 * canonical too.
 *
 * Raises `ForbiddenSelector`, `ForbiddenMode`, `NonCanonicalWord`, `NonCanonicalLength`, `InvalidCallCount`. Positions
 * are in bytes from the start of `callData`.
 * @example const [call] = decodeExecute(op.callData); // { target: USDC, value: 0n, data: "0xa9059cbb…" }
 */
export function decodeExecute(callData: Hex | Uint8Array): Call[] {
  const bytes = toBytes(callData);
  const selector = hexlify(bytes.subarray(0, 4)).padEnd(10, "0");
  if (bytes.length < 4 || selector !== EXECUTE_SELECTOR) {
    throw contractError("ForbiddenSelector", { found: selector, allowed: EXECUTE_SELECTOR });
  }
  const reader = new CanonicalReader(bytes, 4);
  const mode = hexlify(reader.chunk(32));
  if (mode !== SINGLE_MODE && mode !== BATCH_MODE) throw contractError("ForbiddenMode", { found: mode });
  reader.expect(64n);
  const length = reader.length();
  reader.expectRest(ceil32(length));
  return mode === SINGLE_MODE ? [decodeSingle(reader, length)] : decodeBatch(reader, length);
}

function decodeSingle(reader: CanonicalReader, length: number): Call {
  if (length < SINGLE_HEAD) {
    throw contractError("NonCanonicalLength", { position: EXECUTE_HEAD, found: length, expected: SINGLE_HEAD });
  }
  const target = asAddress(hexlify(reader.chunk(20)), "target");
  const value = BigInt(hexlify(reader.chunk(32)));
  const data = hexlify(reader.chunk(length - SINGLE_HEAD));
  reader.padding(length);
  return { target, value, data };
}

function decodeBatch(reader: CanonicalReader, length: number): Call[] {
  reader.expect(32n);
  const count = reader.word();
  checkCallCount(count);
  const offsets = reader.position;
  const tuples = Array.from({ length: Number(count) }, () => ({ position: reader.position, offset: reader.word() }));
  const calls = tuples.map(({ position, offset }) => {
    expectWord(position, offset, BigInt(reader.position - offsets));
    return decodeTuple(reader);
  });
  const found = length;
  const expected = reader.position - EXECUTE_HEAD;
  if (found !== expected) throw contractError("NonCanonicalLength", { position: EXECUTE_HEAD, found, expected });
  return calls;
}

function decodeTuple(reader: CanonicalReader): Call {
  const position = reader.position;
  const target = reader.word();
  expectWord(position, target, target & (2n ** 160n - 1n));
  const value = reader.word();
  reader.expect(BigInt(TUPLE_HEAD - 32));
  const length = reader.length();
  const data = hexlify(reader.chunk(length));
  reader.padding(length);
  return { target: asAddress(`0x${packUint(target, 20)}`, "target"), value, data };
}

function expectWord(position: number, found: bigint, expected: bigint): void {
  if (found !== expected) throw contractError("NonCanonicalWord", { position, found, expected });
}

/** Reads ABI-encoded bytes in order; whatever differs from the canonical encoding is refused. */
class CanonicalReader {
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {}

  chunk(length: number): Uint8Array {
    const found = this.bytes.length - this.position;
    if (found < length) throw contractError("NonCanonicalLength", { position: this.position, found, expected: length });
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  word(): bigint {
    return BigInt(hexlify(this.chunk(32)));
  }

  expect(expected: bigint): void {
    const position = this.position;
    expectWord(position, this.word(), expected);
  }

  /** A length word; what it announces must be there. */
  length(): number {
    const length = this.word();
    const found = this.bytes.length - this.position;
    if (length > BigInt(found)) {
      throw contractError("NonCanonicalLength", { position: this.position, found, expected: length });
    }
    return Number(length);
  }

  /** The number of bytes from here to the end. */
  expectRest(expected: number): void {
    const found = this.bytes.length - this.position;
    if (found !== expected) throw contractError("NonCanonicalLength", { position: this.position, found, expected });
  }

  /** The zeros that fill up a byte string of `length` bytes, whose last word is judged as a whole. */
  padding(length: number): void {
    const size = ceil32(length) - length;
    if (size === 0) return;
    this.chunk(size);
    const position = this.position - 32;
    const found = BigInt(hexlify(this.bytes.subarray(position, this.position)));
    const bits = BigInt(size * 8);
    expectWord(position, found, (found >> bits) << bits);
  }
}

/**
 * The first four bytes of a call's data, or `undefined` if it has fewer.
 * @example selectorOf({ target, value: 0n, data: "0xa9059cbb…" }) // "0xa9059cbb"
 */
export function selectorOf(call: Call): Hex | undefined {
  return call.data.length >= 10 ? call.data.slice(0, 10).toLowerCase() : undefined;
}

/** The bytes after the selector, from which a path is counted; none if there is no selector. */
export function argumentsOf(call: Call): Uint8Array {
  return getBytes(call.data).subarray(4);
}
