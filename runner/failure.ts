import { explain, type SessionFailure } from "../sdk/explain";

/**
 * A failure that may pass: the action is tried again.
 * @example
 * const calls: ActionCalls = ({ time }) => {
 *   if (time % 86_400 < 3_600) throw new Fault("TOO_EARLY", "The market is not open yet.");
 *   return [];
 * };
 */
export class Fault extends Error {
  constructor(
    /** As of `explain`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "Fault";
  }
}

/** Refused by these, an operation of the same calls is refused again. */
const POLICY: readonly SessionFailure["layer"][] = ["validator", "sdk"];

/** Of those layers, what passes by itself or says nothing of the policy. */
const PASSING = new Set([
  ...[
    "AA22",
    "TIME_RANGE",
    "AccountPaused",
    "BUNDLE_REVERTED",
    "CLOCK_STANDS_STILL",
    "INVALID_ANSWER",
    "PERIOD_ENDS",
    "SESSION_NOT_ACTIVE",
  ],
  ...["NO_PROVIDER", "OPERATION_TIMEOUT", "WRONG_CHAIN"],
  ...["STATE_FULL", "STATE_LOCKED", "STATE_CORRUPT", "STATE_UNUSABLE"],
]);

/**
 * Whether the session's policy refuses what was tried, so that trying again is of no use.
 * @example isRefusal(explain(contractError("BudgetExceeded", { budget: 0, asked: 2, remaining: 1 }))) // true
 */
export function isRefusal({ code, layer }: Pick<SessionFailure, "code" | "layer">): boolean {
  return POLICY.includes(layer) && !PASSING.has(code);
}

/** Whether nobody can tell if the operation was taken: no answer came. */
export function isUnanswered({ code, layer }: Pick<SessionFailure, "code" | "layer">): boolean {
  return layer === "node" || code === "THROTTLED";
}

/** What failed, as a {@link Fault}: for what is tried again. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, cause } = explain(error);
  return new Fault(code, cause);
}

/** An action is due of an automation that this process has not loaded: it waits for a process that has. */
export function notLoaded({ key }: { readonly key: string }): Fault {
  return new Fault("UNKNOWN_AUTOMATION", `${key} is due, but its automation is not loaded here.`);
}

/**
 * How long to wait before the next try, in milliseconds: 1 second, doubled with every try up to a minute, and up to a
 * quarter more so that a thousand do not come back at once.
 * @example backoff(0) // 1000 to 1250
 */
export function backoff(tries: number): number {
  const most = Math.min(1_000 * 2 ** tries, 60_000);
  return most * (1 + Math.random() / 4);
}
