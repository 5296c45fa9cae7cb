import type { Call, EnvelopeGrant, Mode, Session, UserOpGas } from "../../sdk";
import type { UseKey } from "../../sdk/actions/use";

/** One operation of the demo. */
export interface Attempt {
  readonly session: Session;
  readonly calls: readonly Call[];
  /** `use` by default. */
  readonly mode?: Mode;
  readonly grant?: EnvelopeGrant;
  /** Who signs it; the session's key by default. */
  readonly key?: UseKey;
  /** The claimed time; the right one by default. */
  readonly time?: number;
  readonly gas?: Partial<UserOpGas>;
  /** Which permission each call claims, past the SDK's own refusal, as a thief with a tool of his own would. */
  readonly forge?: readonly number[];
  /** A relayer puts this session into the envelope, and leaves the key's signature. */
  readonly swapFor?: Session;
}

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
