import { parseUnits } from "ethers";
import { invalid } from "../../sdk/handover/complaint";
import type { PolicyJson } from "./format";

/** Decimals by the name of the unit. */
export type Units = Readonly<Record<string, number>>;

const NATIVE: Units = { wei: 0, gwei: 9, ETH: 18 };

/** The units that a policy knows: those of the native coin, and its tokens. */
export function unitsOf({ tokens = {} }: PolicyJson): Units {
  return { ...NATIVE, ...Object.fromEntries(Object.entries(tokens).map(([name, { decimals }]) => [name, decimals])) };
}

/**
 * `"100 USDC"`, `"0.02 ETH"`, or a whole number of the smallest unit, all in quotes: JSON's numbers have 53 bits.
 * Raises `WRONG_UNIT`.
 */
export function amountOf(value: unknown, where: string, units: Units): bigint {
  const [, digits, unit] = (typeof value === "string" && /^(-?\d+(?:\.\d+)?)(?: (\S+))?$/.exec(value)) || [];
  if (digits === undefined) {
    const message = `${where} is ${JSON.stringify(value)}, expected an amount in quotes, such as "0.02 ETH"`;
    throw invalid("WRONG_UNIT", message, where, value);
  }
  const decimals = unit === undefined ? 0 : units[unit];
  if (decimals === undefined) {
    const message = `${where} is in ${unit}, and the units are ${Object.keys(units).join(", ")}: add it to "tokens"`;
    throw invalid("WRONG_UNIT", message, where, value);
  }
  try {
    return parseUnits(digits, decimals);
  } catch {
    const message = `${where} is "${String(value)}", and ${unit ?? "the smallest unit"} has ${decimals} decimals`;
    throw invalid("WRONG_UNIT", message, where, value);
  }
}

const PERIODS: Readonly<Record<string, number>> = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 };

/** Seconds, or one of the words; a month has 30 days. Raises `WRONG_UNIT`. */
export function periodOf(value: unknown, where: string): number {
  const known = typeof value === "string" ? PERIODS[value] : value;
  if (typeof known === "number" && Number.isSafeInteger(known) && known >= 60) return known;
  const words = Object.keys(PERIODS).join(", ");
  const message = `${where} is ${JSON.stringify(value)}, expected ${words}, or a number of seconds of at least 60`;
  throw invalid("WRONG_UNIT", message, where, value);
}
