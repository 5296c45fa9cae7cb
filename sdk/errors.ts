/**
 * The one error class of the SDK.
 *
 * `code` is stable and meant for programs: an `UPPER_SNAKE` word for what only the SDK refuses, and the name of the
 * contract's custom error (`RuleNotMet`, `EnvelopeTruncated`, …) for what the contract refuses too. In the second case
 * `details` holds the arguments of that error, under their Solidity names, in their Solidity order.
 *
 * @example
 * try { validateSession(session) }
 * catch (error) { if (error instanceof SessionKeyError && error.code === "TooManyBudgets") console.log(error.details) }
 */
export class SessionKeyError extends Error {
  /** What went wrong, for programs. */
  readonly code: string;
  /** What was found and what is allowed. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Record<string, unknown> = {}) {
    super(`${code}: ${message}`);
    this.name = "SessionKeyError";
    this.code = code;
    this.details = details;
  }
}

/**
 * An argument of a Solidity custom error as ethers decodes it: every integer a bigint, the rest hex.
 * @example const [found, max]: readonly ContractErrorArgument[] = [17n, 16n]; // of TooManyBudgets
 */
export type ContractErrorArgument = bigint | string;

/**
 * An error that the contract raises too. Numbers become bigints, so that `Object.values(error.details)` equals what
 * ethers decodes from the revert data.
 * @example throw contractError("TooManyBudgets", { found: 17, max: 16 });
 */
export function contractError(name: string, args: Record<string, bigint | number | string>): SessionKeyError {
  const details: Record<string, ContractErrorArgument> = {};
  for (const [key, value] of Object.entries(args)) details[key] = typeof value === "number" ? BigInt(value) : value;
  const text = Object.entries(details).map(([key, value]) => `${key} ${value}`);
  return new SessionKeyError(name, text.join(", ") || "refused", details);
}
