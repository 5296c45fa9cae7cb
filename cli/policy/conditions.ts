import type { ParamType } from "ethers";
import * as builder from "../../sdk/builder/condition";
import type { Condition, RuleInput } from "../../sdk/builder/condition";
import { invalid } from "../../sdk/handover/complaint";
import { amountOf, type Units } from "./amounts";

/** Where a condition stands: the argument's type, the units of amounts, and its name for errors. */
export interface Place {
  readonly type: ParamType;
  readonly units: Units;
  readonly where: string;
}

type Json = Readonly<Record<string, unknown>>;
type Read = (value: unknown, place: Place) => Condition<unknown>;

/** Each condition that a policy can name, as the builder has it. */
const CONDITIONS: Readonly<Record<string, Read>> = {
  eq: (value, place) => builder.eq(valueOf(value, place)),
  not: (value, place) => builder.not(...valuesOf(value, place)),
  oneOf: (value, place) => builder.oneOf(...valuesOf(value, place)),
  lt: (value, place) => builder.lt(numberOf(value, place)),
  lte: (value, place) => builder.lte(numberOf(value, place)),
  gt: (value, place) => builder.gt(numberOf(value, place)),
  gte: (value, place) => builder.gte(numberOf(value, place)),
  between: (value, place) => {
    const [low, high, ...more] = listOf(value, place);
    if (high === undefined || more.length > 0) throw wrong(place, value, "a list of two amounts");
    return builder.between(numberOf(low, place), numberOf(high, place));
  },
  self: (value, place) => {
    if (value !== true) throw wrong(place, value, "true");
    return builder.self();
  },
  spend: (value, place) => builder.spend(textOf(value, place)),
  prefix: (value, place) => builder.prefix(textOf(value, place)),
  length: (value, place) => {
    const number = typeof value === "object" ? conditionOf(value, place) : builder.eq(numberOf(value, place));
    return builder.length(number as Condition<bigint>);
  },
};

/** What a policy says of one argument: `{ "lte": "5 USDC", "spend": "usdc" }` is both. Raises `WRONG_CONDITION`. */
export function conditionOf(json: unknown, place: Place): Condition<unknown> {
  const parts = Object.entries(objectOf(json, place)).map(([name, value]) => {
    const read = CONDITIONS[name];
    if (read !== undefined) return read(value, { ...place, where: `${place.where}.${name}` });
    throw wrong({ ...place, where: `${place.where}.${name}` }, value, `one of ${Object.keys(CONDITIONS).join(", ")}`);
  });
  const [only, ...others] = parts;
  if (only === undefined) throw wrong(place, json, `one of ${Object.keys(CONDITIONS).join(", ")}`);
  return others.length === 0 ? only : builder.all(...parts);
}

/** The conditions on the arguments of a function or the fields of a struct. Raises `UNKNOWN_ARGUMENT`. */
export function rulesOf(
  json: Json,
  inputs: readonly ParamType[],
  units: Units,
  where: string,
): Record<string, RuleInput> {
  const entries = Object.entries(json).map(([name, rule]) => {
    const type = inputs.find((input) => input.name === name);
    const place = `${where}.${name}`;
    if (type === undefined) {
      const names = inputs.map((input) => input.name).filter((known) => known !== "");
      const message = `${place}: there is no such argument; there are ${names.join(", ") || "none with a name"}`;
      throw invalid("UNKNOWN_ARGUMENT", message, place);
    }
    if (type.isTuple())
      return [name, rulesOf(objectOf(rule, { type, units, where: place }), type.components, units, place)];
    return [name, conditionOf(rule, { type, units, where: place })];
  });
  return Object.fromEntries(entries) as Record<string, RuleInput>;
}

/** Integers are amounts; addresses, bytes, text and booleans are what they are. */
function valueOf(value: unknown, place: Place): unknown {
  if (/^u?int\d*$/.test(place.type.baseType)) return numberOf(value, place);
  if (typeof value === "string" || typeof value === "boolean") return value;
  throw wrong(place, value, `a value of type ${place.type.type}`);
}

function valuesOf(value: unknown, place: Place): unknown[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  return values.map((one) => valueOf(one, place));
}

function numberOf(value: unknown, { where, units }: Place): bigint {
  return amountOf(value, where, units);
}

function textOf(value: unknown, place: Place): string {
  if (typeof value === "string") return value;
  throw wrong(place, value, "text");
}

function listOf(value: unknown, place: Place): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw wrong(place, value, "a list");
}

function objectOf(value: unknown, place: Place): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw wrong(place, value, 'an object, such as {"lte": "5"}');
}

function wrong({ where }: Place, found: unknown, expected: string) {
  return invalid("WRONG_CONDITION", `${where} is ${JSON.stringify(found)}, expected ${expected}`, where, found);
}
