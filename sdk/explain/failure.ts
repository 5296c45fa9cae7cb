import { SessionKeyError } from "../errors";

/**
 * Who refused.
 * @example const layer: FailureLayer = explain(new Error("AA24 signature error")).layer; // "validator"
 */
export type FailureLayer =
  "sdk" | "validator" | "account" | "entryPoint" | "paymaster" | "bundler" | "target" | "node" | "wallet" | "unknown";

/**
 * What {@link SessionFailure} is made of.
 * @example const parts: FailureParts = { code: "MINE", layer: "sdk", cause: "It rains.", remedy: "Wait." };
 */
export interface FailureParts {
  readonly code: string;
  readonly layer: FailureLayer;
  readonly cause: string;
  readonly remedy: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** What was thrown. */
  readonly original?: unknown;
}

/**
 * Why something failed, and what to do about it: what `explain` makes of any failure.
 *
 * `code` is stable and meant for programs: the name of the validator's custom error, the EntryPoint's `AA..`, a word for
 * everything else (`BUNDLER_RULES`, `TARGET_REVERTED`, `INSUFFICIENT_FUNDS`, `UNKNOWN`, …). `details` has what was found.
 *
 * @example
 * try { await send() } catch (error) {
 *   const failure: SessionFailure = explain(error);
 *   if (failure.code === "BudgetExceeded") console.log(failure.cause, failure.remedy, failure.details.remaining);
 * }
 */
export class SessionFailure extends SessionKeyError {
  /** Who refused. */
  readonly layer: FailureLayer;
  /** Why, in a sentence. */
  override readonly cause: string;
  /** What to do, in a sentence. */
  readonly remedy: string;
  /** What was thrown. Not enumerable: ethers puts the endpoint's address into its errors, and logs print what is enumerable. */
  declare readonly original: unknown;

  constructor({ code, layer, cause, remedy, details = {}, original }: FailureParts) {
    super(code, `${cause} ${remedy}`, details);
    this.name = "SessionFailure";
    this.layer = layer;
    this.cause = cause;
    this.remedy = remedy;
    Object.defineProperty(this, "original", { value: original, enumerable: false });
  }
}
