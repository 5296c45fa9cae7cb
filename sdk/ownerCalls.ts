import { VALIDATOR_INTERFACE } from "./abi";
import type { Call } from "./execution";
import type { Address, Hex } from "./hex";
import { serializeSession } from "./serialize";
import type { Session } from "./session";
import { sessionId } from "./typedData";

// What the owner has the account call, as plain calls: any account that executes calls in its owner's name can send them,
// alone or in a batch with others.

/**
 * Enables a session and publishes it: the whole document goes into the log, from which anyone can rebuild it. On an
 * enabled session it publishes again. Raises what {@link serializeSession} raises.
 * @example const calls: Call[] = [enableCall(validator, session)];
 */
export function enableCall(validator: Address, session: Session): Call {
  const data = serializeSession(session);
  return callOf(validator, "enableSession", [sessionId(session), data]);
}

/**
 * Enables sessions by their ids and publishes nothing; with one id or several.
 * @example const calls: Call[] = [enableIdsCall(validator, [sessionId(session)])];
 */
export function enableIdsCall(validator: Address, ids: readonly Hex[]): Call {
  return callOf(validator, "enableSessions", [ids]);
}

/**
 * Revokes one session or several for good, whether they were enabled or not.
 * @example const calls: Call[] = [revokeCall(validator, sessionId(session))];
 */
export function revokeCall(validator: Address, ...ids: readonly Hex[]): Call {
  return ids.length === 1 ? callOf(validator, "revokeSession", ids) : callOf(validator, "revokeSessions", [ids]);
}

/**
 * Kills every session and every unused grant of the account: a new epoch.
 * @example const calls: Call[] = [revokeAllCall(validator)];
 */
export function revokeAllCall(validator: Address): Call {
  return callOf(validator, "revokeAllSessions");
}

/**
 * Stops every session of the account until {@link unpauseCall}.
 * @example const calls: Call[] = [pauseCall(validator)];
 */
export function pauseCall(validator: Address): Call {
  return callOf(validator, "pause");
}

/**
 * Lets the sessions of a paused account work again.
 * @example const calls: Call[] = [unpauseCall(validator)];
 */
export function unpauseCall(validator: Address): Call {
  return callOf(validator, "unpause");
}

function callOf(validator: Address, name: string, args: readonly unknown[] = []): Call {
  return { target: validator, value: 0n, data: VALIDATOR_INTERFACE.encodeFunctionData(name, args) };
}
