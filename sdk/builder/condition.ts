import { SessionKeyError } from "../errors";
import { print, toBigInt, type AddressInput, type HasAddress, type Numeric } from "./input";

// What may be said of one argument. A condition knows nothing of the ABI; the compiler gives it a place and a type.

/**
 * A comparison of numbers as the user writes it; signed or not is the ABI's business.
 * @example const order: Order = "lte";
 */
export type Order = "lt" | "lte" | "gt" | "gte";

/**
 * What a {@link Condition} holds.
 * @example const node: ConditionNode = { kind: "eq", value: 5n };
 */
export type ConditionNode =
  | { readonly kind: "eq"; readonly value: unknown }
  | { readonly kind: "not"; readonly values: readonly unknown[] }
  | { readonly kind: "oneOf"; readonly values: readonly unknown[] }
  | { readonly kind: "order"; readonly order: Order; readonly value: bigint }
  | { readonly kind: "between"; readonly low: bigint; readonly high: bigint }
  | { readonly kind: "mask"; readonly mask: unknown; readonly value: unknown }
  | { readonly kind: "self" }
  | { readonly kind: "ratio"; readonly order: "gte" | "lte"; readonly other: string; readonly factor: bigint }
  | { readonly kind: "spend"; readonly budget: string }
  | { readonly kind: "length"; readonly rule: Condition<Numeric> }
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "elements"; readonly rules: ReadonlyMap<number, RuleInput>; readonly exact: boolean }
  | { readonly kind: "all"; readonly conditions: readonly Condition<unknown>[] };

/** A key that no field of a struct can have; the same for every copy of this package. */
const NODE: unique symbol = Symbol.for("session-keys.condition") as never;
declare const ACCEPTS: unique symbol;

/**
 * A condition on an argument that takes a `Value`; made by {@link eq}, {@link oneOf}, {@link lte}, {@link spend}, …
 * @example const recipients: Condition<AddressInput> = oneOf(alice, bob);
 */
export interface Condition<out Value> {
  readonly [NODE]: ConditionNode;
  /** For TypeScript only; never there. */
  readonly [ACCEPTS]?: Value;
}

/**
 * Each argument of a call: a condition, or for a struct a dictionary of its fields.
 * @example const rules: Record<string, RuleInput> = { to: eq(alice), params: { amount: lte(5n) } };
 */
export type RuleInput = Condition<unknown> | { readonly [field: string]: RuleInput | undefined };

/**
 * Marks the conditions of everything that has a length.
 * @example const short: Condition<Sized> = length(lte(32));
 */
export interface Sized {
  readonly sized: true;
}

/**
 * Marks the conditions of `bytes`, `bytesN` and `string`.
 * @example const start: Condition<Prefixed> = prefix("0x1234");
 */
export interface Prefixed {
  readonly prefixed: true;
}

/**
 * Marks the conditions on elements of an array.
 * @example const first: Condition<Elements<Condition<string>>> = element(0, eq(alice));
 */
export interface Elements<out Rule> {
  readonly elements: Rule;
}

/**
 * The charge of one budget for each call; made by {@link count}.
 * @example const calls: CallCount = count("mints");
 */
export interface CallCount {
  readonly kind: "count";
  readonly budgets: readonly string[];
}

function condition<Value>(node: ConditionNode): Condition<Value> {
  return { [NODE]: node };
}

/** What a condition says. */
export function nodeOf(condition: Condition<unknown>): ConditionNode {
  return condition[NODE];
}

/** Whether `value` was made by one of the functions of this file. */
export function isCondition(value: unknown): value is Condition<unknown> {
  return typeof value === "object" && value !== null && NODE in value;
}

// ------------------------------------------------------------------------------------------------------- comparisons

/**
 * Exactly that value. For arrays, structs, `bytes` and `string` see also {@link exactly}.
 * @example allow(usdc, "transfer", { to: eq(alice), amount: spend("usdc") })
 */
export function eq<Value>(value: Value): Condition<Value> {
  return condition({ kind: "eq", value });
}

/**
 * Exactly that value, word by word, whatever its type: the length of an array and each element, every field of a struct,
 * text to the last byte. Costs a rule per word; a permission has at most 16.
 * @example allow(router, "swap", { path: exactly([USDC, WETH]) })
 */
export function exactly<const Value>(value: Value): Condition<Value> {
  return condition({ kind: "eq", value });
}

/**
 * None of these values. A blocklist is weak: what you did not think of is allowed; prefer {@link oneOf}.
 * Safe against dirty upper bits: only the bits that the type has are compared.
 * @example allow(market, "vote", { proposal: not(7n) })
 */
export function not<const Values extends readonly unknown[]>(...values: Values): Condition<Values[number]> {
  return condition({ kind: "not", values: atLeastOne(values, "not") });
}

/**
 * One of these values. Compiles to a permission for each; several `oneOf` in one call to one for each combination, at
 * most 1,024 in all.
 * @example allow(usdc, "transfer", { to: oneOf(alice, bob), amount: spend("usdc") })
 */
export function oneOf<const Values extends readonly unknown[]>(...values: Values): Condition<Values[number]> {
  return condition({ kind: "oneOf", values: atLeastOne(values, "oneOf") });
}

function atLeastOne<Value>(values: readonly Value[], name: string): readonly Value[] {
  if (values.length > 0) return values;
  throw new SessionKeyError("NO_VALUES", `${name}() without a value allows nothing or everything: name at least one`);
}

/**
 * Less than `value`.
 * @example lt(100n)
 */
export function lt(value: Numeric): Condition<Numeric> {
  return order("lt", value);
}

/**
 * At most `value`. On an amount it bounds one call, and calls repeat: {@link spend} bounds them together.
 * @example lte(parseUnits("50", 6))
 */
export function lte(value: Numeric): Condition<Numeric> {
  return order("lte", value);
}

/**
 * More than `value`.
 * @example gt(0n)
 */
export function gt(value: Numeric): Condition<Numeric> {
  return order("gt", value);
}

/**
 * At least `value`.
 * @example gte(parseEther("0.1"))
 */
export function gte(value: Numeric): Condition<Numeric> {
  return order("gte", value);
}

function order(name: Order, value: Numeric): Condition<Numeric> {
  return condition({ kind: "order", order: name, value: toBigInt(value, name) });
}

/**
 * From `low` to `high`, both inclusive. Raises `EMPTY_RANGE`.
 * @example between(-887_220, 887_220) // an int24 tick
 */
export function between(low: Numeric, high: Numeric): Condition<Numeric> {
  const range = { low: toBigInt(low, "between"), high: toBigInt(high, "between") };
  if (range.low > range.high) {
    throw new SessionKeyError("EMPTY_RANGE", `between(${range.low}, ${range.high}) holds for nothing`, range);
  }
  return condition({ kind: "between", ...range });
}

/**
 * `argument & bits` is exactly `value`: flags in a number, or some bytes of a `bytesN` (both then hex of that many bytes).
 * @example mask(0b1100n, 0b0100n)
 */
export function mask<Value extends Numeric | string>(bits: Value, value: Value): Condition<Value> {
  return condition({ kind: "mask", mask: bits, value });
}

/**
 * The account itself: what a swap buys stays at home.
 * @example allow(router, "swap", { to: self() })
 */
export function self(): Condition<HasAddress> {
  return condition({ kind: "self" });
}

// ------------------------------------------------------------------------------------------------------------ ratios

/**
 * Decimals of the two tokens of a ratio; then the factor is the price that people say.
 * @example const units: RatioUnits = { decimals: 18, otherDecimals: 6 };
 */
export interface RatioUnits {
  /** Decimals of the argument that the condition is on. */
  readonly decimals: number;
  /** Decimals of the other argument. */
  readonly otherDecimals: number;
}

/**
 * At least `factor` times another argument of the same call: a worst price, enforced on chain.
 *
 * The factor is a decimal as text or number, or a bigint in units of 1e-18. **It multiplies raw units**: 1 USDC is 10^6, 1 WETH 10^18, so
 * say their decimals and the factor becomes the price that people say. It is rounded **up** at its 18th decimal (towards
 * strict); on chain `other × factor` is rounded down to a whole unit. `other` may be a path: `"params.amountIn"`.
 *
 * Raises `INVALID_FACTOR`.
 * @example
 * // at least 0.0003 WETH (18 decimals) for each USDC (6 decimals)
 * allow(router, "swap", { amountOutMin: atLeastOf("amountIn", "0.0003", { decimals: 18, otherDecimals: 6 }) })
 */
export function atLeastOf(other: string, factor: string | Numeric, units?: RatioUnits): Condition<Numeric> {
  return condition({ kind: "ratio", order: "gte", other, factor: toFactor(factor, units, "up") });
}

/**
 * At most `factor` times another argument of the same call; as {@link atLeastOf}, but the factor is rounded **down**
 * (towards strict), and so is the product.
 * @example allow(vault, "withdraw", { fee: atMostOf("amount", "0.003") })
 */
export function atMostOf(other: string, factor: string | Numeric, units?: RatioUnits): Condition<Numeric> {
  return condition({ kind: "ratio", order: "lte", other, factor: toFactor(factor, units, "down") });
}

const FACTOR_DECIMALS = 18;
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

function toFactor(factor: string | Numeric, units: RatioUnits | undefined, rounding: "up" | "down"): bigint {
  const shift = units === undefined ? 0 : unitShift(units);
  const [digits, exponent] = typeof factor === "bigint" ? [factor, -FACTOR_DECIMALS] : parseDecimal(factor);
  const scaled = scale(digits, exponent + FACTOR_DECIMALS + shift, rounding);
  if (scaled <= 0n || scaled >= 1n << 256n) {
    const message = `the factor ${print(factor)} is ${scaled} × 1e-18 of raw units: it must be above 0 and below 2^256 × 1e-18`;
    throw new SessionKeyError("INVALID_FACTOR", message, { found: factor, scaled });
  }
  return scaled;
}

function unitShift({ decimals, otherDecimals }: RatioUnits): number {
  for (const found of [decimals, otherDecimals]) {
    if (!Number.isInteger(found) || found < 0 || found > 77) {
      throw new SessionKeyError("INVALID_FACTOR", `${found} decimals: expected 0 to 77`, { found });
    }
  }
  return decimals - otherDecimals;
}

/** Digits and exponent of ten of a decimal. */
function parseDecimal(factor: string | number): readonly [bigint, number] {
  const parts = DECIMAL.exec(String(factor));
  if (parts === null) {
    const message = `the factor ${print(factor)} is no decimal such as "0.0003"`;
    throw new SessionKeyError("INVALID_FACTOR", message, { found: factor });
  }
  const [, whole = "", fraction = "", exponent = "0"] = parts;
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

function scale(digits: bigint, exponent: number, rounding: "up" | "down"): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (digits + (rounding === "up" ? divisor - 1n : 0n)) / divisor;
}

// ----------------------------------------------------------------------------------------------------------- budgets

/**
 * The amount is counted against that budget of the session, over all its calls and permissions.
 * @example allow(usdc, "transfer", { to: eq(alice), amount: spend("usdc") })
 */
export function spend(budget: string): Condition<Numeric> {
  return condition({ kind: "spend", budget });
}

/**
 * Each call counts 1 against that budget (against each of them).
 * @example allow(nft, "mint", {}, { calls: count("mints") })
 */
export function count(...budgets: readonly string[]): CallCount {
  return { kind: "count", budgets: atLeastOne(budgets, "count") };
}

// ------------------------------------------------------------------------------------------------- lengths and parts

/**
 * The number of elements of an array, or of bytes of `bytes` and `string`.
 * @example allow(airdrop, "send", { recipients: length(lte(10)) })
 */
export function length(rule: Numeric | Condition<Numeric>): Condition<Sized> {
  return condition({ kind: "length", rule: isCondition(rule) ? rule : eq(rule) });
}

/**
 * `bytes` (or a `bytesN`) that start with these bytes, hex; a `string` that starts with this text. Also says that it is
 * at least so long.
 * @example allow(forwarder, "forward", { data: prefix("0xa9059cbb") })
 */
export function prefix(start: string): Condition<Prefixed> {
  return condition({ kind: "prefix", prefix: start });
}

/**
 * A condition on element `index` of an array, and that there is such an element. The others are free: bound them by
 * {@link length}, or say {@link elements}.
 * @example allow(router, "swap", { path: all(length(2), element(0, eq(USDC)), element(1, oneOf(WETH, DAI))) })
 */
export function element<const Rule extends RuleInput>(index: number, rule: Rule): Condition<Elements<Rule>> {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new SessionKeyError("INVALID_ELEMENT", `element(${index}): expected 0 or more`, { found: index });
  }
  return condition({ kind: "elements", rules: new Map([[index, rule]]), exact: false });
}

/**
 * An array of exactly so many elements, with a condition on each.
 * @example allow(splitter, "pay", { shares: elements([lte(10n), lte(20n)]) })
 */
export function elements<const Rule extends RuleInput>(rules: readonly Rule[]): Condition<Elements<Rule>> {
  return condition({ kind: "elements", rules: new Map(rules.entries()), exact: true });
}

/**
 * The value of a condition, for {@link all}.
 * @example const value: ValueOf<Condition<bigint>> = 5n;
 */
export type ValueOf<C> = C extends Condition<infer Value> ? Value : never;

/**
 * All of these conditions.
 * @example allow(usdc, "transfer", { amount: all(lte(10_000_000n), spend("usdc")) })
 */
export function all<const Conditions extends readonly Condition<unknown>[]>(
  ...conditions: Conditions
): Condition<ValueOf<Conditions[number]>> {
  return condition({ kind: "all", conditions: atLeastOne(conditions, "all") });
}

/**
 * What the conditions of an address take.
 * @example const recipients: AddressCondition = oneOf(alice, bob);
 */
export type AddressCondition = Condition<AddressInput>;
