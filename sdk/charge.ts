import { CHARGE_SOURCES, MAX_PATH } from "./constants";
import { contractError } from "./errors";
import { isOneOf } from "./integer";
import { validatePath, type Path } from "./rule";

/**
 * What a call costs one of the session's budgets. Several permissions may charge one budget.
 * Mirrors `Charge(uint8 budget,uint8 source,uint16[] path)`.
 * @example const charge: Charge = argumentCharge(0, [32]); // { budget: 0, source: CHARGE_SOURCES.argument, path: [32] }
 */
export interface Charge {
  /** Index into the session's budgets. */
  readonly budget: number;
  /** One of {@link CHARGE_SOURCES}. */
  readonly source: number;
  /** Where the amount is for an ARGUMENT charge, 1 to 4 elements; empty for the others. */
  readonly path: Path;
}

/**
 * Counts the calls.
 * @example countCharge(0)
 */
export function countCharge(budget: number): Charge {
  return { budget, source: CHARGE_SOURCES.count, path: [] };
}

/**
 * Counts the native value of the calls, in wei.
 * @example valueCharge(0)
 */
export function valueCharge(budget: number): Charge {
  return { budget, source: CHARGE_SOURCES.value, path: [] };
}

/**
 * Counts the word at `path`, for example the amount of an ERC-20 transfer.
 * @example argumentCharge(0, [32])
 */
export function argumentCharge(budget: number, path: Path): Charge {
  return { budget, source: CHARGE_SOURCES.argument, path };
}

/** Raises `UnknownBudget`. */
export function checkChargeBudget(budget: number, budgetCount: number): void {
  if (!(Number.isInteger(budget) && budget >= 0 && budget < budgetCount)) {
    throw contractError("UnknownBudget", { budget, budgetCount });
  }
}

/** Raises `UnknownSource`. */
export function checkSource(source: number): void {
  if (!isOneOf(source, CHARGE_SOURCES)) throw contractError("UnknownSource", { source });
}

/** Fewest and most path elements (both inclusive) of a charge of that source. */
export function chargePathBounds(source: number): { readonly min: number; readonly max: number } {
  return source === CHARGE_SOURCES.argument ? { min: 1, max: MAX_PATH } : { min: 0, max: 0 };
}

/** Raises `UnknownBudget`, `UnknownSource`, `InvalidPathLength` or `INTEGER_OUT_OF_RANGE`. */
export function validateCharge(charge: Charge, budgetCount: number, name: string): void {
  checkChargeBudget(charge.budget, budgetCount);
  checkSource(charge.source);
  const { min, max } = chargePathBounds(charge.source);
  validatePath(charge.path, min, max, `${name}.path`);
}
