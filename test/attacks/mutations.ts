import { concat, getBytes, hexlify } from "ethers";
import { encodeExecute, MAX_UINT256, type Call } from "../../sdk";
import { BATCH_MODE, EXECUTE_SELECTOR, SINGLE_MODE } from "../../sdk/constants";
import { word } from "../helpers/validation";
import type { Random } from "./random";

/** Blobs of `execute(bytes32,bytes)`: valid ones, and what becomes of them in hostile hands. */

const HEAD = 100;
const POINTERS = HEAD + 64;
const TUPLE_HEAD = 128;

const INTERESTING = [
  ...[0, 1, 2, 0x1f, 0x20, 0x21, 0x34, 0x40, 0x5f, 0x60, 0x61, 0x64, 0x80, 0xa0, 0xc0, 0xe0, 0x100].map(BigInt),
  ...[16n, 32n, 64n, 128n, 160n, 255n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits]),
  ...[0n, 31n, 32n, 63n, 95n, 96n, 127n, 159n].map((below) => MAX_UINT256 - below),
];

/** One to six calls of `targets`, with little or much calldata. */
export function randomCalls(random: Random, targets: readonly string[]): Call[] {
  return Array.from({ length: random.between(1, random.below(4) === 0 ? 6 : 3) }, () => ({
    target: random.pick(targets),
    value: random.pick([0n, 0n, 1n, BigInt(random.below(2 ** 30)), 2n ** 64n + 1n]),
    data: hexlify(random.bytes(random.pick([0, 4, 31, 32, 33, 36, 68, 100, random.below(200)]))),
  }));
}

/** A canonical blob of such calls; a batch of one call is canonical too. */
export function validBlob(random: Random, targets: readonly string[]): Uint8Array {
  const calls = randomCalls(random, targets);
  return getBytes(random.below(5) === 0 ? layOut(calls, {}) : encodeExecute(calls));
}

// ---------------------------------------------------------------------------------------------------- by the byte

type Mutation = (blob: Uint8Array, random: Random) => Uint8Array;

const words = (blob: Uint8Array): number => Math.max(0, Math.floor((blob.length - 4) / 32));
const randomWordAt = (blob: Uint8Array, random: Random): number => 4 + 32 * random.below(words(blob));
/** The word at `at`, zeros where there is none. */
function read(blob: Uint8Array, at: number): bigint {
  const found = new Uint8Array(32);
  if (at >= 0) found.set(blob.subarray(at, at + 32));
  return BigInt(hexlify(found));
}

/** The blob with that word, as much of it as there is room for. */
function write(blob: Uint8Array, at: number, value: bigint): Uint8Array {
  if (at < 0 || at >= blob.length) return blob;
  return splice(blob, at, 32, getBytes(word(value & MAX_UINT256)).subarray(0, blob.length - at));
}

function splice(blob: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.from([...blob.subarray(0, at), ...inserted, ...blob.subarray(at + removed)]);
}

const somewhere = (blob: Uint8Array, random: Random): number => random.below(blob.length + 1);

const BYTEWISE: readonly Mutation[] = [
  (blob, random) => flip(blob, random.below(blob.length * 8)),
  (blob, random) => flip(blob, random.below(blob.length * 8)),
  (blob, random) => splice(blob, random.below(blob.length), 1, random.bytes(1)),
  (blob, random) => spliceOver(blob, random),
  (blob, random) => write(blob, randomWordAt(blob, random), random.pick(INTERESTING)),
  (blob, random) => nudge(blob, randomWordAt(blob, random), random.pick([-64, -33, -32, -31, -1, 1, 31, 32, 33, 64])),
  (blob, random) => write(blob, randomWordAt(blob, random), read(blob, randomWordAt(blob, random))),
  (blob, random) => splice(blob, randomWordAt(blob, random), 0, random.pick([new Uint8Array(32), random.bytes(32)])),
  (blob, random) => splice(blob, randomWordAt(blob, random), 32, new Uint8Array(0)),
  (blob, random) => blob.slice(0, Math.max(0, blob.length - random.between(1, 64))),
  (blob, random) =>
    splice(blob, blob.length, 0, random.pick([new Uint8Array(32), random.bytes(random.between(1, 64))])),
  (blob, random) => splice(blob, somewhere(blob, random), 0, random.bytes(random.between(1, 32))),
];

/** The blob with that bit the other way. */
export function flip(blob: Uint8Array, bit: number): Uint8Array {
  const changed = blob.slice();
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

function spliceOver(blob: Uint8Array, random: Random): Uint8Array {
  const length = Math.min(random.between(1, 20), blob.length);
  return splice(blob, random.below(blob.length - length + 1), length, random.bytes(length));
}

function nudge(blob: Uint8Array, at: number, by: number): Uint8Array {
  return write(blob, at, read(blob, at) + BigInt(by));
}

// ------------------------------------------------------------------------------------------------- by the structure

const isBatch = (blob: Uint8Array): boolean => blob.length >= POINTERS && blob[4] === 1;
const callCount = (blob: Uint8Array): number => Number(read(blob, HEAD + 32) & 0x3fn);
const pointerAt = (blob: Uint8Array, random: Random): number =>
  POINTERS + 32 * random.below(Math.max(1, callCount(blob)));

/** The changes that only a batch can suffer; a single call is left as it is. */
const ofBatch =
  (change: Mutation): Mutation =>
  (blob, random) =>
    isBatch(blob) ? change(blob, random) : blob;

const STRUCTURAL: readonly Mutation[] = [
  (blob, random) => write(blob, 4, random.pick([0n, 1n << 248n, 1n << 240n, 0x0101n << 240n, 0xffn << 248n, 1n])),
  (blob, random) => nudge(blob, 68, random.pick([-32, -1, 1, 31, 32])),
  (blob, random) => write(blob, random.pick([36, 68]), random.pick(INTERESTING)),
  ofBatch((blob, random) => write(blob, pointerAt(blob, random), read(blob, pointerAt(blob, random)))),
  ofBatch((blob, random) => nudge(blob, pointerAt(blob, random), random.pick([-160, -128, -64, -32, 32, 64, 128]))),
  ofBatch((blob, random) =>
    write(blob, pointerAt(blob, random), BigInt(random.between(blob.length - 300, blob.length))),
  ),
  ofBatch((blob, random) => nudge(blob, HEAD + 32, random.pick([-1, 1, 2]))),
  ofBatch((blob, random) => {
    const tuple = POINTERS + Number(read(blob, pointerAt(blob, random)) & 0xffffn);
    const at = Math.min(tuple + 32 * random.below(5), blob.length - 32);
    return random.below(2) === 0
      ? write(blob, at, random.pick(INTERESTING))
      : nudge(blob, at, random.pick([-32, -1, 1, 32]));
  }),
];

// ----------------------------------------------------------------------------------------------------- by the content

/** Where the value and the calldata of one of the calls lie, if the blob is what it was. */
function contentOf(blob: Uint8Array, random: Random): { value: number; data: number; size: number } {
  if (!isBatch(blob)) return { value: HEAD + 20, data: HEAD + 52, size: Number(read(blob, 68) & 0xfffn) - 52 };
  const tuple = POINTERS + Number(read(blob, pointerAt(blob, random)) & 0xffffn);
  return { value: tuple + 32, data: tuple + TUPLE_HEAD, size: Number(read(blob, tuple + 96) & 0xfffn) };
}

/** Changes that leave the shape alone: another value, other calldata. */
const CONTENT: readonly Mutation[] = [
  (blob, random) => write(blob, contentOf(blob, random).value, BigInt(random.below(2 ** 30))),
  (blob, random) => {
    const { data, size } = contentOf(blob, random);
    const at = data + random.below(Math.max(1, size));
    return at < blob.length ? splice(blob, at, 1, random.bytes(1)) : blob;
  },
];

// -------------------------------------------------------------------------------------------------------- by design

/** How to lay out a batch otherwise than canonically, so that a decoder which follows pointers still reads calls. */
interface Layout {
  /** Tuples in the order last to first. */
  readonly reversed?: boolean;
  /** Bytes between pointers and tuples, and after each tuple. */
  readonly gap?: number;
  /** All pointers lead to the first tuple. */
  readonly shared?: boolean;
  /** Words between a tuple's head and its calldata. */
  readonly detour?: number;
  /** The last byte of each padding. */
  readonly dirt?: number;
  /** Where the array begins, and the arguments of `execute`, a word later than they should. */
  readonly late?: "array" | "arguments";
  /** Each tuple lies in the calldata of the one before. */
  readonly nested?: boolean;
}

/** A batch of `calls` in that layout; canonical if it is empty. */
export function layOut(calls: readonly Call[], layout: Layout): string {
  const { gap = 0, late } = layout;
  const space = `0x${"00".repeat(gap)}`;
  const tuples = calls.map((call) => tupleOf(call, layout));
  const order = calls.map((_, i) => (layout.reversed ? calls.length - 1 - i : i));
  const pointers = new Map<number, number>();
  let next = 32 * calls.length + gap;
  for (const i of order) {
    pointers.set(i, next);
    next += layout.nested ? TUPLE_HEAD : (tuples[i]!.length - 2) / 2 + gap;
  }
  const heads = calls.map((_, i) => word(pointers.get(layout.shared ? order[0]! : i)!));
  const body = order.flatMap((i) => [tuples[i]!, space]);
  const start = late === "array" ? [word(64), word(0)] : [word(32)];
  const execution = concat([...start, word(calls.length), ...heads, space, ...body]);
  return wrap(BATCH_MODE, execution, late === "arguments");
}

function tupleOf({ target, value, data }: Call, { detour = 0, dirt = 0 }: Layout): string {
  const size = (data.length - 2) / 2;
  const padding = new Uint8Array((32 - (size % 32)) % 32);
  if (padding.length > 0) padding[padding.length - 1] = dirt;
  const filling = new Uint8Array(32 * detour);
  return concat([word(target), word(value), word(96 + filling.length), filling, word(size), data, padding]);
}

/** `execute` of that mode; its second argument where it should be, or a word later. */
function wrap(mode: string, execution: string, late: boolean): string {
  const size = (execution.length - 2) / 2;
  const padding = new Uint8Array((32 - (size % 32)) % 32);
  const offset = late ? [word(96), word(0)] : [word(64)];
  return concat([EXECUTE_SELECTOR, mode, ...offset, word(size), execution, padding]);
}

const LAYOUTS: readonly Layout[] = [
  { reversed: true },
  { gap: 32 },
  { gap: 1 },
  { shared: true },
  { detour: 1 },
  { dirt: 1 },
  { late: "array" },
  { late: "arguments" },
  { nested: true },
  { reversed: true, gap: 64 },
  { shared: true, detour: 2 },
];

function crafted(random: Random, targets: readonly string[]): Uint8Array {
  const calls = randomCalls(random, targets);
  if (random.below(8) === 0) return getBytes(wrap(SINGLE_MODE, singleOf(calls[0]!), true));
  return getBytes(layOut(calls, random.pick(LAYOUTS)));
}

function singleOf({ target, value, data }: Call): string {
  return concat([target, word(value), data]);
}

/** A blob that is not the valid one that it was made of: one to three changes, or a layout that no encoder makes. */
export function mutant(random: Random, targets: readonly string[]): Uint8Array {
  const before = random.below(8) === 0 ? crafted(random, targets) : validBlob(random, targets);
  for (;;) {
    let blob = before;
    for (let steps = random.pick([1, 1, 1, 2, 3]); steps > 0 && words(blob) > 0; steps--) {
      blob = random.pick(random.pick([STRUCTURAL, BYTEWISE, BYTEWISE, CONTENT]))(blob, random);
    }
    if (!Buffer.from(blob).equals(before)) return blob;
  }
}
