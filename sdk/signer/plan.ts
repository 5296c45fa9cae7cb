import type { Provider } from "ethers";
import { checkCalls, type SessionState } from "../check";
import { STATUSES, type Mode } from "../constants";
import type { Call } from "../execution";
import type { Address } from "../hex";
import type { Transport } from "../transport/transport";
import type { MerkleTree } from "../tree";
import { matchPermissions, pickTime, type UseRequest } from "../use";
import type { Clock } from "./clock";
import type { GrantedSession, SendOptions } from "./options";
import { awaitPeriod } from "./period";
import { chainState, unbornState } from "./state";

/** What a plan is made with. */
export interface Planner extends GrantedSession {
  readonly tree: MerkleTree;
  readonly provider: Provider;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** How calls are to be made now: what their envelope is built from, and what the chain knows. */
export interface Plan {
  readonly use: UseRequest;
  readonly state: SessionState;
}

/**
 * Picks permissions, claimed time and mode: `enable` as long as the chain does not know the session and a grant is at
 * hand, else `use`. Waits as {@link awaitPeriod} says. Raises the same, `NO_PERMISSION` and `ForbiddenTarget`.
 */
export async function plan(
  planner: Planner,
  calls: readonly Call[],
  options: SendOptions,
  born: boolean,
): Promise<Plan> {
  const { session, validator, provider, transport, clock, grant, tree } = planner;
  const permissions = matchPermissions(session, calls).map((index) => session.permissions[index]!);
  const sponsored = options.sponsor !== undefined;
  const now = await awaitPeriod(session, permissions, sponsored, transport, clock);
  const time = pickTime(session, permissions, now, sponsored);
  const state = born ? await chainState(provider, validator, session) : unbornState(session);
  const known = state.status === STATUSES.enabled || grant === undefined;
  const mode: Mode = options.mode ?? (known ? "use" : "enable");
  const use = { session, calls, mode, tree, ...(time === undefined ? {} : { time }) };
  return { state, use: mode === "use" || grant === undefined ? use : { ...use, grant } };
}

/** Raises what the validator would raise of an operation with this fee (in wei) or paymaster. */
export function assertAllowed({ use, state }: Plan, validator: Address, fee: bigint, paymaster?: Address): void {
  const payer = paymaster === undefined ? { fee } : { paymaster };
  const verdict = checkCalls({ ...use, validator, state, ...payer });
  if (verdict.outcome === "refused") throw verdict.error;
}
