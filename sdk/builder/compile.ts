import { getBytes, hexlify, isHexString, toUtf8Bytes, type ParamType } from "ethers";
import { MAX_UINT256, OPS, type OpName } from "../constants";
import { SessionKeyError } from "../errors";
import type { Path } from "../rule";
import { isCondition, nodeOf, type Condition, type ConditionNode, type Order, type RuleInput } from "./condition";
import { print } from "./input";
import { elementPlace, enter, fieldPlaces, pathTo, placesIn, START, type Place } from "./layout";
import { bounds, integerWord, usedBits, wordOf, wordTypeOf, type WordType } from "./word";

// Conditions on named arguments → rules and charges at paths.

/**
 * A {@link Rule} before the session is known.
 * @example const draft: RuleDraft | undefined = allow(usdc, "transfer", { to: self() }).drafts[0]?.rules[0];
 */
export interface RuleDraft {
  readonly op: number;
  readonly path: Path;
  readonly other: Path;
  readonly mask: bigint;
  readonly value: bigint;
  /** The value is the account's address. */
  readonly self?: true;
  /** Added by us, so that a rule on an element cannot be met by what lies behind the array: dropped if it is implied. */
  readonly implied?: true;
}

/**
 * An ARGUMENT charge before the budgets have numbers.
 * @example const draft: ChargeDraft | undefined = allow(usdc, "transfer", { amount: spend("usdc") }).drafts[0]?.charges[0];
 */
export interface ChargeDraft {
  readonly budget: string;
  readonly path: Path;
}

/**
 * One way to meet the conditions: all of these rules.
 * @example const drafts: readonly Draft[] = allow(usdc, "transfer", { to: oneOf(alice, bob) }).drafts; // two
 */
export interface Draft {
  readonly rules: readonly RuleDraft[];
  readonly charges: readonly ChargeDraft[];
}

/**
 * Most permissions (inclusive) that one `allow` may stand for: all that a session can have.
 * @example const fits = recipients.length <= MAX_ALTERNATIVES;
 */
export const MAX_ALTERNATIVES = 1024;

/**
 * Every way to meet the conditions on a function's arguments; each becomes a permission.
 * Raises `UNKNOWN_ARGUMENT`, `AMBIGUOUS_ARGUMENT`, `WRONG_CONDITION`, `CONTRADICTION`, `TOO_MANY_ALTERNATIVES`, and what
 * {@link wordOf} and {@link pathTo} raise.
 */
export function compileArguments(
  inputs: readonly ParamType[],
  rules: Readonly<Record<string, RuleInput | undefined>>,
  where: string,
): readonly Draft[] {
  const compiler = new Compiler(inputs);
  const drafts = compiler.fields(inputs, placesIn(inputs, START), rules, where);
  const possible = drafts.flatMap((draft) => simplify(draft) ?? []);
  if (possible.length > 0) return possible;
  throw new SessionKeyError("CONTRADICTION", `${where}: no call can meet these rules`, { where });
}

const NOTHING: readonly Draft[] = [{ rules: [], charges: [] }];

/** A dictionary keyed by name, or by position for what has no name of its own. Raises `UNKNOWN_ARGUMENT`, `AMBIGUOUS_ARGUMENT`. */
function indexOfField(params: readonly ParamType[], key: string, where: string): number {
  const named = params.flatMap((param, index) => (param.name === key ? [index] : []));
  if (named.length === 1) return named[0]!;
  const signature = params.map((param, index) => `${param.name || index}: ${param.type}`).join(", ") || "nothing";
  if (named.length > 1) {
    const message = `${where} has ${named.length} arguments called ${key}; use their positions: ${named.join(", ")}`;
    throw new SessionKeyError("AMBIGUOUS_ARGUMENT", message, { where, found: key, positions: named });
  }
  if (/^\d+$/.test(key) && Number(key) < params.length) return Number(key);
  throw new SessionKeyError("UNKNOWN_ARGUMENT", `${where} has no ${print(key)}: it takes ${signature}`, {
    where,
    found: key,
    allowed: params.map((param, index) => param.name || String(index)),
  });
}

/** A value of the argument list: its type, its place, and what must hold for it to exist. */
interface Located {
  readonly param: ParamType;
  readonly place: Place;
  readonly implied: readonly RuleDraft[];
}

class Compiler {
  constructor(private readonly inputs: readonly ParamType[]) {}

  /** Conditions on the parts of an argument list or a struct. */
  fields(
    params: readonly ParamType[],
    places: readonly Place[],
    rules: Readonly<Record<string, RuleInput | undefined>>,
    where: string,
  ): readonly Draft[] {
    let drafts = NOTHING;
    const seen = new Map<number, string>();
    for (const [key, rule] of Object.entries(rules)) {
      if (rule === undefined) continue;
      const index = indexOfField(params, key, where);
      const twice = seen.get(index);
      if (twice !== undefined) {
        const message = `${where}: ${twice} and ${key} are the same argument; join their conditions by all()`;
        throw new SessionKeyError("DUPLICATE_ARGUMENT", message, { where, found: key });
      }
      seen.set(index, key);
      drafts = combine(drafts, this.value(params[index]!, places[index]!, rule, `${where}.${key}`), where);
    }
    return drafts;
  }

  /** A condition on a value of any type. */
  value(param: ParamType, place: Place, rule: RuleInput, where: string): readonly Draft[] {
    if (!isCondition(rule)) return this.struct(param, place, rule, where);
    const node = nodeOf(rule);
    if (node.kind === "all") return this.all(node.conditions, where, (one) => this.value(param, place, one, where));
    if (node.kind === "oneOf") return this.oneOf(param, place, node.values, where);
    const type = wordTypeOf(param);
    if (type !== undefined) return this.word(type, place, node, where);
    if (node.kind === "eq") return [{ rules: this.equal(param, place, node.value, where), charges: [] }];
    if (node.kind === "length") return this.length(param, place, node.rule, where);
    if (node.kind === "elements") return this.elements(param, place, node, where);
    if (node.kind === "prefix" && !param.isArray() && !param.isTuple()) {
      return [{ rules: prefixRules(param, place, node.prefix, where), charges: [] }];
    }
    throw wrongCondition(param.type, node, where);
  }

  private struct(param: ParamType, place: Place, rule: unknown, where: string): readonly Draft[] {
    if (typeof rule !== "object" || rule === null || Array.isArray(rule)) {
      const message = `${where} is ${print(rule)}, expected a condition such as eq(${print(rule)})`;
      throw new SessionKeyError("NOT_A_CONDITION", message, { where, found: rule });
    }
    if (!param.isTuple()) {
      const message = `${where} is ${param.type}, and only structs take rules by field; expected a condition such as eq(…)`;
      throw new SessionKeyError("NOT_A_CONDITION", message, { where, found: rule });
    }
    return this.fields(param.components, fieldPlaces(param, place), rule as Record<string, RuleInput>, where);
  }

  private all<Item>(
    items: readonly Item[],
    where: string,
    compile: (item: Item) => readonly Draft[],
  ): readonly Draft[] {
    return items.reduce<readonly Draft[]>((drafts, item) => combine(drafts, compile(item), where), NOTHING);
  }

  private oneOf(param: ParamType, place: Place, values: readonly unknown[], where: string): readonly Draft[] {
    assertCount(values.length, where);
    const drafts = values.map((value) => ({ rules: this.equal(param, place, value, where), charges: [] }));
    const seen = new Set<string>();
    drafts.forEach((draft, index) => {
      const key = draft.rules.map(({ path, value }) => `${path.join()}=${value}`).join(";");
      if (seen.has(key)) {
        const message = `${where}: oneOf names ${print(values[index])} twice`;
        throw new SessionKeyError("DUPLICATE_VALUE", message, { where, found: values[index] });
      }
      seen.add(key);
    });
    return drafts;
  }

  // --------------------------------------------------------------------------------------------------- one word

  private word(type: WordType, place: Place, node: ConditionNode, where: string): readonly Draft[] {
    const path = pathTo(place, where);
    switch (node.kind) {
      case "eq":
        return just(draftRule("eq", path, wordOf(type, node.value, where)));
      case "not":
        return just(...node.values.map((value) => notRule(type, path, wordOf(type, value, where))));
      case "self":
        if (type.kind === "address") return just({ ...draftRule("eq", path, 0n), self: true });
        break;
      case "order":
        if (isInteger(type)) return just(...orderRules(type, path, node.order, node.value, where));
        break;
      case "between":
        if (isInteger(type)) return just(...betweenRules(type, path, node, where));
        break;
      case "mask":
        if (isInteger(type) || type.kind === "bytes") return just(maskRule(type, path, node, where));
        break;
      case "ratio":
        if (type.kind === "uint") return just(...this.ratioRules(type, path, node, where));
        break;
      case "spend":
        if (type.kind === "uint") return [{ rules: [], charges: [{ budget: node.budget, path }] }];
        break;
      case "prefix":
        if (type.kind === "bytes") return just(wordPrefixRule(type, path, node.prefix, where));
        break;
      default:
    }
    throw wrongCondition(type.name, node, where);
  }

  private ratioRules(
    type: WordType,
    path: Path,
    node: ConditionNode & { readonly kind: "ratio" },
    where: string,
  ): readonly RuleDraft[] {
    const other = locate(this.inputs, node.other, where);
    const otherType = wordTypeOf(other.param);
    if (otherType?.kind !== "uint") {
      const message = `${where} is compared to ${node.other}, which is ${other.param.type}: only unsigned integers can be`;
      throw new SessionKeyError("WRONG_CONDITION", message, { where, found: other.param.type });
    }
    const otherPath = pathTo(other.place, node.other);
    // Dirty upper bits of the argument could lift it over the least value, those of the other the greatest value.
    const mask = node.order === "gte" ? usedBits(type) : MAX_UINT256;
    const clean =
      node.order === "lte" && otherType.bits < 256 ? [draftRule("lte", otherPath, bounds(otherType).max)] : [];
    return [{ ...draftRule(node.order, path, node.factor, mask), other: otherPath }, ...clean, ...other.implied];
  }

  // ------------------------------------------------------------------------------------------------ many words

  /** Rules for a value to be exactly that, word by word. */
  private equal(param: ParamType, place: Place, value: unknown, where: string): readonly RuleDraft[] {
    const type = wordTypeOf(param);
    if (type !== undefined) return [draftRule("eq", pathTo(place, where), wordOf(type, value, where))];
    if (param.isArray()) return this.equalArray(param, place, value, where);
    if (param.isTuple()) return this.equalStruct(param, place, value, where);
    const bytes = bytesOf(param, value, where);
    const start = enter(place);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 32) }, (_, i) => bytes.subarray(i * 32, i * 32 + 32));
    return [
      draftRule("eq", pathTo(start, where), BigInt(bytes.length)),
      ...chunks.map((chunk, i) =>
        draftRule("eq", pathTo({ ...start, at: start.at + 32 + i * 32 }, where), leftAligned(chunk)),
      ),
    ];
  }

  private equalArray(
    param: ParamType & { readonly arrayLength: number; readonly arrayChildren: ParamType },
    place: Place,
    value: unknown,
    where: string,
  ): readonly RuleDraft[] {
    if (!Array.isArray(value) || (param.arrayLength !== -1 && value.length !== param.arrayLength)) {
      const expected = param.arrayLength === -1 ? "an array" : `an array of ${param.arrayLength}`;
      const message = `${where} is ${print(value)}, expected ${expected}`;
      throw new SessionKeyError("NOT_AN_ARRAY", message, { where, found: value });
    }
    const size = param.arrayLength === -1 ? [draftRule("eq", pathTo(enter(place), where), BigInt(value.length))] : [];
    const items = value.flatMap((item, index) =>
      this.equal(param.arrayChildren, elementPlace(param, place, index), item, `${where}[${index}]`),
    );
    return [...size, ...items];
  }

  private equalStruct(
    param: ParamType & { readonly components: readonly ParamType[] },
    place: Place,
    value: unknown,
    where: string,
  ): readonly RuleDraft[] {
    if (typeof value !== "object" || value === null) {
      const message = `${where} is ${print(value)}, expected a struct: an object, or a list of its fields`;
      throw new SessionKeyError("NOT_A_STRUCT", message, { where, found: value });
    }
    const fields = Object.entries(value);
    const byIndex = new Map(
      fields.map(([key, field]) => [indexOfField(param.components, key, where), field as unknown]),
    );
    if (fields.length !== param.components.length || byIndex.size !== param.components.length) {
      const message = `${where} has ${fields.length} fields, and the struct ${param.components.length}`;
      throw new SessionKeyError("NOT_A_STRUCT", message, { where, found: value });
    }
    return fieldPlaces(param, place).flatMap((at, index) => {
      const field = param.components[index]!;
      return this.equal(field, at, byIndex.get(index), `${where}.${field.name || index}`);
    });
  }

  private length(param: ParamType, place: Place, rule: Condition<unknown>, where: string): readonly Draft[] {
    if (param.isTuple() || (param.isArray() && param.arrayLength !== -1)) {
      const message = `${where} is ${param.type}: it has always the same length`;
      throw new SessionKeyError("WRONG_CONDITION", message, { where, found: "length" });
    }
    const node = nodeOf(rule);
    const inner = `${where}.length`;
    if (node.kind === "all") return this.all(node.conditions, where, (one) => this.length(param, place, one, where));
    if (node.kind === "oneOf")
      return node.values.flatMap((value) => this.word(LENGTH, enter(place), eqNode(value), inner));
    return this.word(LENGTH, enter(place), node, inner);
  }

  private elements(
    param: ParamType,
    place: Place,
    node: ConditionNode & { readonly kind: "elements" },
    where: string,
  ): readonly Draft[] {
    if (!param.isArray()) throw wrongCondition(param.type, node, where);
    const size: readonly Draft[] = node.exact
      ? just(...this.exactLength(param, place, node.rules.size, where))
      : NOTHING;
    return this.all([...node.rules], where, ([index, rule]) => {
      const found = locateElement({ param, place, implied: [] }, `[${index}]`, where);
      const drafts = this.value(found.param, found.place, rule, `${where}[${index}]`);
      return combine(just(...found.implied), drafts, where);
    }).flatMap((draft) => combine(size, [draft], where));
  }

  private exactLength(
    param: ParamType & { readonly arrayLength: number },
    place: Place,
    size: number,
    where: string,
  ): readonly RuleDraft[] {
    if (param.arrayLength === -1) return [draftRule("eq", pathTo(enter(place), where), BigInt(size))];
    if (param.arrayLength === size) return [];
    const message = `${where} has ${param.arrayLength} elements, and elements() names ${size}`;
    throw new SessionKeyError("NOT_AN_ARRAY", message, { where, found: size });
  }
}

const LENGTH: WordType = { kind: "uint", bits: 256, name: "uint256" };

function eqNode(value: unknown): ConditionNode {
  return { kind: "eq", value };
}

/** The value that a text such as `params.amounts[0]` names. */
function locate(inputs: readonly ParamType[], text: string, where: string): Located {
  const [first = "", ...steps] = text.split(/\.|(?=\[)/);
  const index = indexOfField(inputs, first, where);
  const top: Located = { param: inputs[index]!, place: placesIn(inputs, START)[index]!, implied: [] };
  return steps.reduce((found, step) => {
    if (step.startsWith("[")) return locateElement(found, step, text);
    const { param, place } = found;
    if (!param.isTuple()) {
      const message = `${text}: ${param.type} has no ${print(step)}`;
      throw new SessionKeyError("UNKNOWN_ARGUMENT", message, { where, found: step });
    }
    const field = indexOfField(param.components, step, text);
    return { ...found, param: param.components[field]!, place: fieldPlaces(param, place)[field]! };
  }, top);
}

/**
 * The path of the word that a text such as `amount`, `params.tokenIn` or `path[1]` names; of `bytes`, `string` or a dynamic
 * array, that of its length. For rules made by hand.
 * Raises `UNKNOWN_ARGUMENT`, `UNKNOWN_ELEMENT`, `WRONG_CONDITION`, `PATH_TOO_LONG`, `OFFSET_TOO_FAR`.
 * @example argumentPath(new Interface(router.abi).getFunction("swap")!.inputs, "path[1]") // [64, 64]
 */
export function argumentPath(inputs: readonly ParamType[], text: string): Path {
  const { param, place } = locate(inputs, text, text);
  if (wordTypeOf(param) !== undefined) return pathTo(place, text);
  if (!param.isTuple() && !(param.isArray() && param.arrayLength !== -1)) return pathTo(enter(place), text);
  throw new SessionKeyError("WRONG_CONDITION", `${text} is ${param.type}, which has no word of its own`, {
    found: text,
  });
}

function locateElement({ param, place, implied }: Located, step: string, where: string): Located {
  const index = Number(/^\[(\d+)\]$/.exec(step)?.[1] ?? NaN);
  if (!param.isArray() || Number.isNaN(index) || (param.arrayLength !== -1 && index >= param.arrayLength)) {
    const message = `${where}: ${param.type} has no element ${step}`;
    throw new SessionKeyError("UNKNOWN_ELEMENT", message, { where, found: step });
  }
  // Behind a shorter array lies something that the key may choose freely.
  const exists: readonly RuleDraft[] =
    param.arrayLength === -1
      ? [{ ...draftRule("gte", pathTo(enter(place), where), BigInt(index + 1)), implied: true }]
      : [];
  return {
    param: param.arrayChildren,
    place: elementPlace(param, place, index),
    implied: [...implied, ...exists],
  };
}

// ------------------------------------------------------------------------------------------------------------- rules

function draftRule(op: OpName, path: Path, value: bigint, mask: bigint = MAX_UINT256): RuleDraft {
  return { op: OPS[op], path, other: [], mask, value };
}

function just(...rules: readonly RuleDraft[]): readonly Draft[] {
  return [{ rules, charges: [] }];
}

function isInteger(type: WordType): boolean {
  return type.kind === "uint" || type.kind === "int";
}

function notRule(type: WordType, path: Path, word: bigint): RuleDraft {
  // A bool has one other value; any further one (a dirty word) is not meant.
  if (type.kind === "bool") return draftRule("eq", path, 1n - word);
  // Only the bits that the type has: a target that cuts off the others must not see the forbidden value after all.
  const mask = usedBits(type);
  return draftRule("neq", path, word & mask, mask);
}

const SIGNED_OPS = { lt: "slt", lte: "slte", gt: "sgt", gte: "sgte" } as const;

function orderRules(type: WordType, path: Path, order: Order, value: bigint, where: string): readonly RuleDraft[] {
  const word = integerWord(type, value, where);
  const upward = order === "gt" || order === "gte";
  if (type.kind === "uint") {
    // A dirty word is great: harmless below a bound, but above one only the bits of the type may count.
    return [draftRule(order, path, word, upward ? usedBits(type) : MAX_UINT256)];
  }
  const rule = draftRule(SIGNED_OPS[order], path, word);
  if (type.bits === 256) return [rule];
  const { min, max } = bounds(type);
  const clean = upward
    ? draftRule("slte", path, BigInt.asUintN(256, max))
    : draftRule("sgte", path, BigInt.asUintN(256, min));
  return [rule, clean];
}

function betweenRules(
  type: WordType,
  path: Path,
  { low, high }: { readonly low: bigint; readonly high: bigint },
  where: string,
): readonly RuleDraft[] {
  const [from, to] = [integerWord(type, low, where), integerWord(type, high, where)];
  if (low === high) return [draftRule("eq", path, from)];
  if (type.kind === "int") return [draftRule("sgte", path, from), draftRule("slte", path, to)];
  return low === 0n ? [draftRule("lte", path, to)] : [draftRule("gte", path, from), draftRule("lte", path, to)];
}

function maskRule(
  type: WordType,
  path: Path,
  node: { readonly mask: unknown; readonly value: unknown },
  where: string,
): RuleDraft {
  const bits: WordType = type.kind === "bytes" ? type : { ...type, kind: "uint" };
  const mask = wordOf(bits, node.mask, `${where} (mask)`);
  const value = wordOf(bits, node.value, where);
  if ((value & ~mask) !== 0n || mask === 0n) {
    const message = `${where}: the value has bits that the mask has not, or the mask none at all`;
    throw new SessionKeyError("CONTRADICTION", message, { where, mask, value });
  }
  return draftRule("eq", path, value, mask);
}

// ------------------------------------------------------------------------------------------------------------- bytes

function bytesOf(param: ParamType, value: unknown, where: string): Uint8Array {
  if (param.type === "string" && typeof value === "string") return toUtf8Bytes(value);
  if (param.type === "bytes" && value instanceof Uint8Array) return value;
  if (param.type === "bytes" && isHexString(value) && value.length % 2 === 0) return getBytes(value);
  const message = `${where} is ${print(value)}, expected ${param.type === "string" ? "text" : "0x and hex digits"}`;
  throw new SessionKeyError("NOT_BYTES", message, { where, found: value });
}

function leftAligned(chunk: Uint8Array): bigint {
  return BigInt(hexlify(chunk).padEnd(66, "0"));
}

function prefixMask(bytes: number): bigint {
  return MAX_UINT256 ^ ((1n << BigInt(256 - bytes * 8)) - 1n);
}

function nonEmptyPrefix(bytes: Uint8Array, where: string): Uint8Array {
  if (bytes.length > 0) return bytes;
  throw new SessionKeyError("EMPTY_PREFIX", `${where}: everything starts with nothing`, { where });
}

function prefixRules(param: ParamType, place: Place, start: string, where: string): readonly RuleDraft[] {
  const bytes = nonEmptyPrefix(bytesOf(param, start, where), where);
  const base = enter(place);
  const words = Array.from({ length: Math.ceil(bytes.length / 32) }, (_, i) => {
    const chunk = bytes.subarray(i * 32, i * 32 + 32);
    return draftRule(
      "eq",
      pathTo({ ...base, at: base.at + 32 + i * 32 }, where),
      leftAligned(chunk),
      prefixMask(chunk.length),
    );
  });
  return [{ ...draftRule("gte", pathTo(base, where), BigInt(bytes.length)), implied: true }, ...words];
}

function wordPrefixRule(type: WordType, path: Path, start: string, where: string): RuleDraft {
  const isBytes = isHexString(start) && start.length % 2 === 0 && (start.length - 2) * 4 <= type.bits;
  if (!isBytes) {
    const message = `${where}: ${print(start)} cannot start a ${type.name}`;
    throw new SessionKeyError("NOT_BYTES", message, { where, found: start });
  }
  const bytes = nonEmptyPrefix(getBytes(start), where);
  return draftRule("eq", path, leftAligned(bytes), prefixMask(bytes.length));
}

// ------------------------------------------------------------------------------------------------------ alternatives

function assertCount(found: number, where: string): void {
  if (found <= MAX_ALTERNATIVES) return;
  const message = `${where}: the alternatives multiply to ${found} permissions, and a session has at most ${MAX_ALTERNATIVES}`;
  throw new SessionKeyError("TOO_MANY_ALTERNATIVES", message, { where, found, max: MAX_ALTERNATIVES });
}

/** Every way to meet both. Raises `TOO_MANY_ALTERNATIVES`. */
function combine(left: readonly Draft[], right: readonly Draft[], where: string): readonly Draft[] {
  assertCount(left.length * right.length, where);
  return left.flatMap((a) =>
    right.map((b) => ({ rules: [...a.rules, ...b.rules], charges: [...a.charges, ...b.charges] })),
  );
}

function place(rule: RuleDraft): string {
  return `${rule.path.join()}|${rule.mask}`;
}

/**
 * The draft without what is said twice; `undefined` if nothing can meet it: two different values for the same word, or
 * an element behind the length.
 */
function simplify(draft: Draft): Draft | undefined {
  const exact = new Map<string, RuleDraft>();
  const kept = new Map<string, RuleDraft>();
  for (const rule of draft.rules) {
    if (rule.op === OPS.eq && rule.other.length === 0) {
      const before = exact.get(place(rule));
      // The account's address is not known here: contradictions with it are found when the session is.
      if (before !== undefined && before.value !== rule.value && !before.self && !rule.self) return undefined;
      exact.set(place(rule), rule);
    }
    kept.set([rule.op, place(rule), rule.other.join(), rule.value, rule.self ?? ""].join("#"), rule);
  }
  const rules: RuleDraft[] = [];
  for (const rule of kept.values()) {
    if (!rule.implied) {
      rules.push(rule);
      continue;
    }
    const size = exact.get(place(rule));
    if (size !== undefined && size.value < rule.value) return undefined;
    const outdone = [...kept.values()].some(
      (other) =>
        other.op === OPS.gte && place(other) === place(rule) && other.other.length === 0 && other.value > rule.value,
    );
    if (size === undefined && !outdone) rules.push(rule);
  }
  return { rules, charges: draft.charges };
}

function wrongCondition(type: string, node: ConditionNode, where: string): SessionKeyError {
  const message = `${where} is ${type}, and ${node.kind} is not for that type${HINTS[node.kind] ?? ""}`;
  return new SessionKeyError("WRONG_CONDITION", message, { where, found: node.kind, type });
}

const HINTS: Readonly<Partial<Record<ConditionNode["kind"], string>>> = {
  not: ": of a value of several words one cannot say what it is not; use oneOf or exactly",
  spend: ": only unsigned integers are amounts",
  self: ": only an address is the account",
  ratio: ": only unsigned integers have a ratio",
  mask: ": only integers and bytesN have bits",
  length: ": only arrays, bytes and string have a length",
  elements: ": only arrays have elements",
  prefix: ": only bytes, bytesN and string start with something",
};
