import { formatUnits, getAddress, toBeHex } from "ethers";
import type { WordType } from "../builder/word";
import { MAX_UINT256 } from "../constants";
import type { Address } from "../hex";
import type { BudgetUnit } from "./budgets";
import type { Book, Token } from "./context";

/** `items` as people list them. */
export function list(items: readonly string[], conjunction: "or" | "and"): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${conjunction} ${items[items.length - 1]!}`;
}

/** At most this many alternatives are spelt out; the structured form has them all. */
const SPELT_OUT = 12;

/** Alternatives; of very many the first. */
export function alternatives(items: readonly string[]): string {
  if (items.length <= SPELT_OUT) return list(items, "or");
  return `${items.slice(0, SPELT_OUT).join(", ")} or one of ${items.length - SPELT_OUT} more`;
}

/** An amount with its symbol. */
export function amount(value: bigint, { symbol, decimals }: Token): string {
  return `${formatUnits(value, decimals).replace(/\.0$/, "")} ${symbol}`;
}

/** An amount of a budget in its unit; `hint`: the token that some of it is surely in. */
export function quantity(value: bigint, unit: BudgetUnit, hint?: Token): string {
  if (unit === "calls") return value === 1n ? "1 call" : `${value} calls`;
  if (unit !== "unknown") return amount(value, unit);
  const units = value === 1n ? "1 unit" : `${value} units`;
  return hint === undefined ? units : `${units} (${amount(value, hint)} where it counts ${hint.symbol})`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A moment in words, in UTC; beyond JavaScript's calendar the second itself.
 * @example moment(1_797_933_600) // "22 Dec 2026 10:00 UTC"
 */
export function moment(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `second ${seconds}`;
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  const rest = date.getUTCSeconds() === 0 ? "" : `:${two(date.getUTCSeconds())}`;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]!} ${date.getUTCFullYear()} ${clock}${rest} UTC`;
}

const UNITS = [
  [604_800, "week"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/**
 * A period in words.
 * @example period(2_592_000) // "30 days"
 */
export function period(seconds: number): string {
  const [size, name] =
    UNITS.find(([unit]) => seconds % unit === 0 && (unit !== 604_800 || seconds === unit)) ?? UNITS[4];
  const count = seconds / size;
  return count === 1 ? name : `${count} ${name}s`;
}

/** An address by its name; the account by its role. */
export function person(word: bigint, book: Book, account: Address): string {
  if (word === BigInt(account)) return "the account itself";
  return book.nameOf(getAddress(toBeHex(word, 20)));
}

/** A word as a value of its type; of an unknown type as what it looks like. */
export function wordText(word: bigint, type: WordType | undefined, book: Book, account: Address): string {
  if (type === undefined) return rawText(word, book, account);
  if (type.kind === "address" && word < 1n << 160n) return person(word, book, account);
  if (type.kind === "bool" && word < 2n) return String(word === 1n);
  if (type.kind === "int") return String(BigInt.asIntN(256, word));
  if (type.kind === "bytes") return toBeHex(word, 32).slice(0, 2 + type.bits / 4);
  return type.kind === "uint" ? numberText(word) : toBeHex(word, 32);
}

function numberText(word: bigint): string {
  return word === MAX_UINT256 ? "2^256 - 1" : String(word);
}

/** Above this a word of unknown type is rather an address or bytes than a number. */
const PLAIN_NUMBER = 1n << 96n;

function rawText(word: bigint, book: Book, account: Address): string {
  if (word < PLAIN_NUMBER) return String(word);
  if (word === MAX_UINT256) return numberText(word);
  return word < 1n << 160n ? person(word, book, account) : toBeHex(word, 32);
}
