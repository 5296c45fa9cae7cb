import { Contract, type Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import type { SessionState } from "../check";
import { STATUSES } from "../constants";
import type { Address, Hex } from "../hex";
import type { Session } from "../session";
import { sessionId } from "../typedData";
import type { Usage } from "../usage";

interface Validator {
  isInitialized(account: Address): Promise<boolean>;
  isPaused(account: Address): Promise<boolean>;
  epochOf(account: Address): Promise<bigint>;
  sessionStatus(id: Hex, account: Address): Promise<bigint>;
  budgetUsage(id: Hex, account: Address, index: number): Promise<Usage>;
}

/**
 * What the chain knows of the session now, as {@link checkCalls} wants it.
 * @example checkCalls({ session, calls, mode: "use", validator, state: await chainState(provider, validator, session) })
 */
export async function chainState(provider: Provider, validator: Address, session: Session): Promise<SessionState> {
  const at = new Contract(validator, VALIDATOR_INTERFACE, provider) as unknown as Validator;
  const { account } = session;
  const id = sessionId(session);
  const [installed, paused, epoch, status, ...usage] = await Promise.all([
    at.isInitialized(account),
    at.isPaused(account),
    at.epochOf(account),
    at.sessionStatus(id, account),
    ...session.budgets.map((_, index) => at.budgetUsage(id, account, index)),
  ]);
  const plain = usage.map(({ spent, period }) => ({ spent, period }));
  return { installed, paused, epoch, status: Number(status), usage: plain };
}

/** What the chain will know when the account is created with the validator: nothing yet. */
export function unbornState({ epoch }: Session): SessionState {
  return { installed: true, paused: false, epoch, status: STATUSES.none, usage: [] };
}
