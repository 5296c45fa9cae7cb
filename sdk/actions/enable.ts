import type { Signer } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { serializeSession } from "../serialize";
import type { Session } from "../session";
import { sessionId } from "../typedData";
import type { Context } from "./context";
import { callAsOwner } from "./owner";
import type { SendResult } from "./send";

/**
 * Enables a session by an operation of the owner, and publishes it: anyone can rebuild it from the log. Enabling it again
 * publishes it again, which is how a session that enabled itself (mode `enable`) gets listed.
 * Raises what {@link serializeSession} raises.
 * @example await enableSession(context, owner, session)
 */
export async function enableSession(context: Context, owner: Signer, session: Session): Promise<SendResult> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData("enableSession", [sessionId(session), serializeSession(session)]);
  return callAsOwner(context, { account: session.account, owner }, [{ target: context.validator, value: 0n, data }]);
}
