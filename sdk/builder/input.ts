import { LATEST_SECOND } from "../constants";
import { SessionKeyError } from "../errors";
import { asAddress, type Address } from "../hex";

// What a user may write where the document has one form only.

/**
 * An address, or what has one: an ethers `Contract` (`target`), a `Wallet` (`address`). ENS names are not resolved.
 * @example const who: AddressInput[] = [alice, bot, new Contract(USDC, [])];
 */
export type AddressInput = Address | HasAddress | HasTarget;

/**
 * Such as an ethers `Wallet`.
 * @example const holder: HasAddress = Wallet.createRandom();
 */
export interface HasAddress {
  readonly address: string;
}

/**
 * Such as an ethers `Contract`.
 * @example const holder: HasTarget = new Contract(USDC, []);
 */
export interface HasTarget {
  readonly target: string | object;
}

/**
 * An integer. A number must be a safe one; units are yours: `parseUnits("100", 6)`.
 * @example const amounts: Numeric[] = [5, 5n];
 */
export type Numeric = bigint | number;

/**
 * A moment: a `Date`, or unix **seconds**. Milliseconds are refused.
 * @example const times: TimeInput[] = [new Date("2099-12-22T10:00:00Z"), inDays(30)];
 */
export type TimeInput = Date | number;

/**
 * The checksummed address of whatever has one. Raises `INVALID_ADDRESS`.
 * @example toAddress(new Wallet(privateKey)) // "0x…"
 */
export function toAddress(value: unknown, name: string): Address {
  if (typeof value === "object" && value !== null) {
    const { address, target } = value as { address?: unknown; target?: unknown };
    return asAddress(address ?? target, name);
  }
  return asAddress(value, name);
}

/**
 * A whole number as a bigint. Raises `NOT_A_NUMBER`, and `UNSAFE_NUMBER` for a number that JavaScript may have rounded.
 * @example toBigInt(5, "amount") // 5n
 */
export function toBigInt(value: unknown, name: string): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value !== "number") {
    const message = `${name} is ${print(value)}, expected a bigint: parseUnits("1.5", 6) makes one of "1.5"`;
    throw new SessionKeyError("NOT_A_NUMBER", message, { name, found: value });
  }
  if (!Number.isSafeInteger(value)) {
    const message = `${name} is ${value}: not a whole number, or beyond 2^53, where numbers are rounded; use a bigint`;
    throw new SessionKeyError("UNSAFE_NUMBER", message, { name, found: value });
  }
  return BigInt(value);
}

/** A value in an error message. */
export function print(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
    return text.length > 120 ? `${text.slice(0, 117)}…` : text;
  } catch {
    return "an object";
  }
}

// -------------------------------------------------------------------------------------------------------------- time

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Seconds of a day. */
export const DAY = 24 * HOUR;

/**
 * Unix seconds of a moment; a fraction of a `Date`'s second is cut off. Raises `INVALID_DATE`, `MILLISECONDS` (a number
 * above 2^33 is no date in seconds that anybody means), `FRACTIONAL_TIME`.
 * @example toSeconds(new Date("2026-12-22T10:00:00Z"), "validUntil") // 1798020000
 */
export function toSeconds(time: TimeInput, name: string): number {
  if (time instanceof Date) {
    const found = time.getTime();
    if (Number.isNaN(found)) throw new SessionKeyError("INVALID_DATE", `${name} is an invalid Date`, { name });
    return Math.floor(found / 1000);
  }
  if (typeof time !== "number" || !(time >= 0)) {
    const message = `${name} is ${print(time)}, expected a Date or unix seconds`;
    throw new SessionKeyError("INVALID_DATE", message, { name, found: time });
  }
  if (time > LATEST_SECOND) {
    const message = `${name} is ${time}: milliseconds? Seconds are meant; Math.floor(Date.now() / 1000) makes them, or pass a Date`;
    throw new SessionKeyError("MILLISECONDS", message, { name, found: time, max: LATEST_SECOND });
  }
  if (!Number.isInteger(time)) {
    throw new SessionKeyError("FRACTIONAL_TIME", `${name} is ${time}, expected whole seconds`, { name, found: time });
  }
  return time;
}

/** Unix seconds of this moment. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * Unix seconds `days` days of 24 hours after `from` (now by default). Raises `INVALID_DURATION`.
 * @example inDays(30)
 */
export function inDays(days: number, from: TimeInput = nowInSeconds()): number {
  return later(days, DAY, from, "inDays");
}

/**
 * Unix seconds `hours` hours after `from` (now by default). Raises `INVALID_DURATION`.
 * @example inHours(12)
 */
export function inHours(hours: number, from: TimeInput = nowInSeconds()): number {
  return later(hours, HOUR, from, "inHours");
}

function later(count: number, unit: number, from: TimeInput, name: string): number {
  const seconds = Math.round(count * unit);
  if (!Number.isFinite(count) || seconds <= 0) {
    const message = `${name}(${String(count)}): expected a time to come`;
    throw new SessionKeyError("INVALID_DURATION", message, { name, found: count });
  }
  return toSeconds(from, name) + seconds;
}
