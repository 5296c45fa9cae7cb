import { getAddress, toBeHex, type ParamType } from "ethers";
import { bounds, usedBits, wordTypeOf, type WordType } from "../builder/word";
import { MAX_UINT256 } from "../constants";
import type { PermissionSummary, SessionSummary } from "../describe";

/**
 * A JSON Schema (draft 2020-12).
 * @example const schema: presets.JsonSchema = { type: "string", enum: ["500"] };
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a permission says of one word of the arguments, by the name that `describe` gives it. */
interface Fact {
  /** One of these words. */
  readonly values?: readonly bigint[];
  /** Inclusive. */
  readonly max?: bigint;
  readonly texts: readonly string[];
}

/** By name of the word: `amount`, `params.fee`, `path[1]`, `path.length`. */
export type Facts = ReadonlyMap<string, Fact>;

/** What rules and budgets say of the arguments. Words of which no ABI knows the name are left out. */
export function factsOf({ rules, charges }: PermissionSummary, { budgets }: SessionSummary): Facts {
  const facts = new Map<string, Fact>();
  const add = (name: string, { values, max, texts }: Fact) => {
    const old = facts.get(name) ?? { texts: [] };
    const least = max === undefined || (old.max !== undefined && old.max < max) ? old.max : max;
    const all = { ...old, ...(values === undefined ? {} : { values }), ...(least === undefined ? {} : { max: least }) };
    facts.set(name, { ...all, texts: [...old.texts, ...texts] });
  };
  for (const { argument, op, values, other, mask, text } of rules) {
    if (argument === undefined) continue;
    const texts = text === "" ? [] : [text];
    const isPlain = other === undefined && mask === MAX_UINT256;
    if (isPlain && op === "eq") add(argument, { values, texts });
    else if (isPlain && (op === "lte" || op === "lt"))
      add(argument, { max: values[0]! - (op === "lt" ? 1n : 0n), texts });
    else add(argument, { texts });
  }
  for (const { counts, argument, budget } of charges) {
    if (counts !== "argument" || argument === undefined) continue;
    const { kind, limit, text } = budgets[budget]!;
    add(argument, { ...(kind === "stream" ? {} : { max: limit }), texts: [`together at most ${text}`] });
  }
  return facts;
}

/** An object with a property for each parameter, all of them required. */
export function objectSchema(params: readonly ParamType[], facts: Facts, prefix = ""): JsonSchema {
  const named = params.map((param, index) => [param.name || `#${index}`, param] as const);
  const properties = named.map(([name, param]) => [
    name,
    paramSchema(param, prefix === "" ? name : `${prefix}.${name}`, facts),
  ]);
  return {
    type: "object",
    properties: Object.fromEntries(properties) as JsonSchema,
    required: named.map(([name]) => name),
    additionalProperties: false,
  };
}

function paramSchema(param: ParamType, name: string, facts: Facts): JsonSchema {
  if (param.isTuple()) return objectSchema(param.components, facts, name);
  if (param.isArray()) return arraySchema(param, name, facts);
  const type = wordTypeOf(param);
  const fact = facts.get(name) ?? { texts: [] };
  if (type !== undefined) return { ...wordSchema(type, fact), ...described(fact.texts) };
  const chunks = [...facts].filter(([word]) => word.startsWith(`${name}[`) || word === `${name}.length`);
  const pattern = param.type === "bytes" ? { pattern: "^0x([0-9a-fA-F]{2})*$" } : {};
  return { type: "string", ...pattern, ...described(chunks.flatMap(([, { texts }]) => texts)) };
}

function arraySchema(
  param: ParamType & { arrayChildren: ParamType; arrayLength: number },
  name: string,
  facts: Facts,
): JsonSchema {
  const { values, max, texts = [] } = facts.get(`${name}.length`) ?? {};
  const length = values?.length === 1 ? values[0] : param.arrayLength === -1 ? undefined : BigInt(param.arrayLength);
  const item = (index: number | string) => paramSchema(param.arrayChildren, `${name}[${index}]`, facts);
  if (length !== undefined) {
    const size = Number(length);
    const prefixItems = Array.from({ length: size }, (_item, index) => item(index));
    return { type: "array", prefixItems, items: false, minItems: size, maxItems: size, ...described(texts) };
  }
  return {
    type: "array",
    items: item("*"),
    ...(max === undefined ? {} : { maxItems: Number(max) }),
    ...described(texts),
  };
}

function described(texts: readonly string[]): JsonSchema {
  return texts.length === 0 ? {} : { description: texts.join("; ") };
}

function wordSchema(type: WordType, { values, max }: Fact): JsonSchema {
  const { kind, bits } = type;
  const base = { type: kind === "bool" ? "boolean" : "string" };
  if (values !== undefined) return { ...base, enum: values.map((word) => literal(type, word)) };
  if (kind === "bool") return base;
  if (kind === "address") return { ...base, pattern: "^0x[0-9a-fA-F]{40}$" };
  if (kind === "bytes") return { ...base, pattern: `^0x[0-9a-fA-F]{${bits / 4}}$` };
  if (kind === "int") return { ...base, pattern: "^(0|-?[1-9][0-9]*)$" };
  return { ...base, pattern: max === undefined ? "^(0|[1-9][0-9]*)$" : decimalsUpTo(least(max, bounds(type).max)) };
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

/** A word as JSON has it: integers as decimal strings, because numbers are rounded beyond 2^53. */
function literal(type: WordType, word: bigint): string | boolean {
  if (type.kind === "bool") return word !== 0n;
  if (type.kind === "address") return getAddress(toBeHex(word, 20));
  if (type.kind === "bytes") return toBeHex(word & usedBits(type), 32).slice(0, 2 + type.bits / 4);
  return String(type.kind === "int" ? BigInt.asIntN(256, word) : word);
}

/**
 * A pattern of the decimals from 0 to `max`, both inclusive: JSON Schema has no maximum for strings.
 * @example decimalsUpTo(250n) // "^(0|[1-9][0-9]{0,1}|1[0-9]{2}|2[0-4][0-9]|250)$"
 */
export function decimalsUpTo(max: bigint): string {
  const digits = String(max);
  const ranges = [...digits].map((digit, at) => {
    const low = at === 0 ? 1 : 0;
    const high = Number(digit) - 1;
    const rest = digits.length - at - 1;
    return high < low ? undefined : digits.slice(0, at) + oneOfDigits(low, high) + anyDigits(rest);
  });
  const shorter = digits.length === 1 ? undefined : `[1-9][0-9]{0,${digits.length - 2}}`;
  const parts = ["0", shorter, ...ranges, max === 0n ? undefined : digits];
  return `^(${parts.filter((part) => part !== undefined).join("|")})$`;
}

function oneOfDigits(low: number, high: number): string {
  return low === high ? String(low) : `[${low}-${high}]`;
}

function anyDigits(count: number): string {
  return count === 0 ? "" : count === 1 ? "[0-9]" : `[0-9]{${count}}`;
}
