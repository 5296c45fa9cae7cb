import type { Attempt } from "../support/attempt";

/** What is tried, and what must come of it. */
export interface Step {
  readonly title: string;
  /** `done`, the name of the validator's error, or the EntryPoint's code. */
  readonly expected: string;
  /** Unix seconds of the block; a few seconds after the one before by default. */
  readonly at?: number;
  /** What the owner does before. */
  readonly before?: () => Promise<unknown>;
  readonly attempt: Attempt;
}

/** A heading and what is tried under it. */
export interface Chapter {
  readonly title: string;
  /** What the owner signed, in plain English. */
  readonly terms: string;
  readonly steps: readonly Step[];
}

/** What came of a step. */
export interface Outcome {
  readonly ok: boolean;
  /** As {@link Step.expected}. */
  readonly got: string;
  /** The refusal's reason in full. */
  readonly reason?: string;
  /** Gas of the transaction, and of the same calls by the plain owner in the same state. */
  readonly gas?: { readonly session: bigint; readonly owner: bigint };
}
