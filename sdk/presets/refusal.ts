import { summarize, type DescribeContext } from "../describe";
import { explain, type SessionFailure } from "../explain";
import type { Session } from "../session";

/**
 * Why a call was refused, as an agent can read it: JSON.
 * @example const answer = (error: unknown): presets.Refusal => presets.refusalOf(error, session, { contracts: { USDC: usdc } });
 */
export interface Refusal {
  readonly refused: true;
  /** As `explain` has it: `BudgetExceeded`, `NO_PERMISSION`, … */
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
}

/**
 * What to answer an agent whose call has failed, whatever was thrown: with the session, what no permission allows is told in
 * the words of `describe`. Raises what `describe` raises of a wrong session or context, else nothing.
 * @example
 * const answer = await signer.sendCalls(calls).then(
 *   ({ hash }) => ({ hash }),
 *   (error) => presets.refusalOf(error, session, { contracts: { USDC: usdc } }),
 * );
 */
export function refusalOf(error: unknown, session?: Session, context: DescribeContext = {}): Refusal {
  const units = session === undefined ? {} : { units: summarize(session, context).budgets.map(({ unit }) => unit) };
  const failure = explain(error, { abis: Object.values(context.contracts ?? {}), ...units });
  const { code, cause, remedy } = failure;
  if (session === undefined || code !== "NO_PERMISSION") return { refused: true, code, cause, remedy };
  const why = wishes(failure, session, context);
  if (why.length === 0) {
    const unknown = "The session is not for this function of this contract, or not for native value sent there.";
    return { refused: true, code, cause: unknown, remedy: "Do without it, or ask the owner for another session." };
  }
  const only = `The session allows it only where ${why.join(", or ")}.`;
  return { refused: true, code, cause: only, remedy: "Change the arguments, or ask the owner for another session." };
}

/** As `matchPermissions` has it. */
interface Objection {
  readonly permission: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What each permission for that function would have wanted. */
function wishes({ details }: SessionFailure, session: Session, context: DescribeContext): readonly string[] {
  const { permissions } = summarize(session, context);
  const objections = details["reasons"] as readonly Objection[];
  const texts = objections.map(({ permission, code, message, details: found }) => {
    if (code === "ValueTooHigh") return `its native value is at most ${String(found["max"])} wei`;
    const group = permissions.find(({ members }) => members.includes(permission));
    const rule = code === "RuleNotMet" ? group?.rules[Number(found["rule"])]?.text : undefined;
    return rule === undefined || rule === "" ? message : rule;
  });
  return [...new Set(texts)];
}
