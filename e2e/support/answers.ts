import { explain, packUserOp, unpackUserOp, type Call, type PackedUserOperation, type Session } from "../../sdk";
import { draftUse, estimated, mine, type Options } from "./operate";
import type { Place } from "./place";

/** The codes of the SDK's errors for what the bundler says to an operation, or `taken`. */
export interface Answers {
  /** To `eth_estimateUserOperationGas`. */
  readonly estimate: string;
  /** To `eth_sendUserOperation`; then `taken` means mined, and its calls succeeded. */
  readonly send: string;
}

/** The same answer to both. */
export function both(code: string): Answers {
  return { estimate: code, send: code };
}

/** What an estimate does not look at: signatures, the clock, the fees that were asked for. */
export function atSend(code: string): Answers {
  return { estimate: "taken", send: code };
}

/** Of an operation's accepted twin. */
export const TAKEN = both("taken");

/** Enough for every operation that is refused before its gas is known. */
const LIMITS = { verificationGasLimit: 400_000n, callGasLimit: 200_000n, preVerificationGas: 80_000n };

/** What the bundler says to a use of the session: asked for an estimate first, then the operation is sent all the same. */
export async function answers(
  place: Place,
  session: Session,
  calls: readonly Call[],
  options: Options = {},
): Promise<Answers> {
  const drafted = await draftUse(place, session, calls, options);
  let op: PackedUserOperation = packUserOp({ ...unpackUserOp(drafted.op), ...LIMITS });
  const estimate = await codeOf(async () => {
    op = await estimated(place, drafted);
    return true;
  });
  const send = await codeOf(async () => (await mine(place, await drafted.sign(op))).success);
  return { estimate, send };
}

async function codeOf(attempt: () => Promise<boolean>): Promise<string> {
  try {
    return (await attempt()) ? "taken" : "failed";
  } catch (error) {
    return explain(error).code;
  }
}
