import { CHARGE_SOURCES, OPS, PERMISSION_KINDS, RATIO_UNIT } from "./constants";
import { compare } from "./argument";
import type { Call } from "./execution";
import { packUint, type Hex } from "./hex";
import { refusal } from "./judge";
import { hasSelector, type Permission } from "./permission";
import type { Path, Rule } from "./rule";

/** Stands for "whichever contract" in a permission of any target. */
const ANYWHERE = "0x000000000000000000000000000000000000dEaD";

/**
 * A call without native value that the permission allows, whatever its budgets have left: to try a session with, not to
 * send. Words without a rule are zero. `undefined` if the rules contradict each other, or are more than this looks for.
 * @example const call = exampleCall(session.permissions[0]!); // transfer(alice, 0)
 */
export function exampleCall(permission: Permission): Call | undefined {
  const { kind, target, selector } = permission;
  const to = kind === PERMISSION_KINDS.callAnyTarget ? ANYWHERE : target;
  const data = kind === PERMISSION_KINDS.transfer ? "0x" : head(kind, selector) + argumentsFor(permission);
  const call = { target: to, value: 0n, data };
  return refusal(permission, call, 0) === undefined ? call : undefined;
}

/** ANY_CALL wants calldata of at least 4 bytes, whichever. */
function head(kind: number, selector: Hex): Hex {
  return hasSelector(kind) ? selector : "0x00000000";
}

// ------------------------------------------------------------------------------------------------------- the layout

/** A stretch of the arguments: words at offsets from where it begins, and what some of them lead to. */
interface Region {
  readonly words: Set<number>;
  readonly children: Map<number, Region>;
}

const region = (): Region => ({ words: new Set(), children: new Map() });

function argumentsFor({ rules, charges }: Permission): string {
  const charged = charges.filter(({ source }) => source === CHARGE_SOURCES.argument).map(({ path }) => path);
  const others = rules.map(({ other }) => other).filter((other) => other.length > 0);
  const root = region();
  for (const path of [...rules.map((rule) => rule.path), ...others, ...charged]) enter(root, path);
  const places = new Map<string, number>();
  const memory = new Map<number, bigint>();
  const size = place(root, 0, [], places, memory);
  fill(rules, places, memory);
  return write(memory, size);
}

function enter(root: Region, path: Path): void {
  let here = root;
  for (const offset of path.slice(0, -1)) {
    if (!here.children.has(offset)) here.children.set(offset, region());
    here = here.children.get(offset)!;
  }
  here.words.add(path[path.length - 1]!);
}

/** Puts the region at byte `start`, what it leads to behind it, and returns where the next one may begin. */
function place(here: Region, start: number, way: Path, places: Map<string, number>, memory: Map<number, bigint>) {
  let end = start + Math.max(0, ...[...here.words, ...here.children.keys()].map((offset) => offset + 32));
  for (const offset of here.words) places.set([...way, offset].join(), start + offset);
  for (const [offset, child] of here.children) {
    memory.set(start + offset, BigInt(end - start));
    end = place(child, end, [...way, offset], places, memory);
  }
  return end;
}

function write(memory: ReadonlyMap<number, bigint>, size: number): string {
  let digits = "0".repeat(size * 2);
  for (const [at, word] of memory) digits = digits.slice(0, at * 2) + packUint(word, 32) + digits.slice(at * 2 + 64);
  return digits;
}

// -------------------------------------------------------------------------------------------------------- the values

/** What a word is compared to. */
interface Bound {
  readonly op: number;
  readonly mask: bigint;
  readonly right: bigint;
}

/** Words that are compared to numbers first, then those that are compared to other words. */
function fill(rules: readonly Rule[], places: ReadonlyMap<string, number>, memory: Map<number, bigint>): void {
  const at = (path: Path): number => places.get(path.join())!;
  const positions = [...new Set(rules.map(({ path }) => at(path)))];
  const groups = positions.map((position) => rules.filter(({ path }) => at(path) === position));
  const relative = (group: readonly Rule[]): number => Number(group.some(({ other }) => other.length > 0));
  for (const group of groups.sort((left, right) => relative(left) - relative(right))) {
    const bounds = group.map(({ op, mask, value, other }) => ({
      op,
      mask,
      right: other.length === 0 ? value : ((memory.get(at(other)) ?? 0n) * value) / RATIO_UNIT,
    }));
    memory.set(at(group[0]!.path), wordWithin(bounds));
  }
}

/** A word within all the bounds if there is one of the usual kind: forced bits, and the bounds themselves or one off. */
function wordWithin(bounds: readonly Bound[]): bigint {
  const forced = bounds.filter(({ op }) => op === OPS.eq).reduce((bits, { right }) => bits | right, 0n);
  const near = bounds.flatMap(({ mask, right }) => [right, right + (mask & -mask), right - (mask & -mask)]);
  const candidates = [0n, ...near].map((word) => BigInt.asUintN(256, word) | forced);
  const holds = (word: bigint): boolean => bounds.every(({ op, mask, right }) => compare(op, word & mask, right));
  return candidates.find(holds) ?? forced;
}
