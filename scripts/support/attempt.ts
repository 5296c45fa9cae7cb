import { concat, dataSlice } from "ethers";
import {
  encodeExecute,
  explain,
  matchPermissions,
  permissionTree,
  pickTime,
  type Call,
  type EnvelopeGrant,
  type Hex,
  type Mode,
  type PackedUserOperation,
  type Permission,
  type Session,
  type UserOpGas,
} from "../../sdk";
import { draftUserOp, submitUserOp } from "../../sdk/actions/operate";
import { sealUse, type UseKey } from "../../sdk/actions/use";
import { encodeEnvelope } from "../../sdk/envelope";
import { byteLength } from "../../sdk/hex";
import { permissionHeight } from "../../sdk/session";
import type { Chain, Installation } from "./chain";
import { describeRefusal } from "./failure";

/** An operation that somebody tries, rightly or not. */
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
  /**
   * Which permission each call claims, past the SDK's own refusal, as a thief with a tool of his own would: one of the
   * session's by its place, or one that he makes up.
   */
  readonly forge?: readonly (number | Permission)[];
  /** A relayer puts this session into the envelope, and leaves the key's signature. */
  readonly swapFor?: Session;
}

/** What became of an operation. */
export interface Verdict {
  /** `done`, `reverted`, the name of the validator's error, or the EntryPoint's code. */
  readonly got: string;
  /** The refusal's reason in full. */
  readonly reason?: string;
  /** Gas of the transaction, if it is done. */
  readonly gas?: bigint;
}

/** Fees of every attempt, so that it costs the same in every run. */
export const FEES = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };

/** The signed operation, for a block of the time `now`. */
export async function prepareAttempt(
  { installed, chain }: { readonly installed: Installation; readonly chain: Chain },
  attempt: Attempt,
  now: number,
): Promise<PackedUserOperation> {
  const { session, calls, gas, key = chain.key, swapFor } = attempt;
  const draft = { sender: session.account, callData: encodeExecute(calls), validator: installed.validator };
  const op = await draftUserOp(installed, { ...draft, calls: calls.length }, { gas: { ...FEES, ...gas } });
  const envelope = envelopeOf(attempt, now);
  const sealed = await sealUse(installed, op, envelope, key);
  if (swapFor === undefined) return sealed;
  const keySignature = dataSlice(sealed.signature, byteLength(envelope));
  return { ...sealed, signature: concat([envelopeOf({ ...attempt, session: swapFor }, now), keySignature]) };
}

/** Sends it, and says what the EntryPoint made of it. */
export async function submitAttempt(installed: Installation, op: PackedUserOperation): Promise<Verdict> {
  try {
    const { success, receipt } = await submitUserOp(installed, op);
    return success ? { got: "done", gas: receipt.gasUsed } : { got: "reverted", reason: "the calls reverted" };
  } catch (error) {
    return refusalOf(error);
  }
}

/** Why it was not done. */
export function refusalOf(error: unknown): Verdict {
  const failure = explain(error);
  return { got: failure.code, reason: describeRefusal(failure) ?? failure.cause };
}

/** As `buildEnvelope`, but a forged one claims whichever permission it likes. */
function envelopeOf(attempt: Attempt, now: number): Hex {
  const { session, calls, mode = "use", grant, forge } = attempt;
  const tree = permissionTree(session);
  const used = (forge ?? matchPermissions(session, calls)).map((one) =>
    typeof one === "number"
      ? { permission: session.permissions[one]!, proof: tree.proof(one) }
      : { permission: one, proof: tree.proof(0) },
  );
  const permissions = used.map(({ permission }) => permission);
  const claimed = attempt.time ?? pickTime(session, permissions, now);
  return encodeEnvelope({
    mode,
    session,
    height: permissionHeight(session),
    calls: used,
    ...(claimed === undefined ? {} : { time: claimed }),
    ...(grant === undefined ? {} : { grant }),
  });
}
