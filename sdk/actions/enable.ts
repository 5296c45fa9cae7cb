import { enableCall } from "../ownerCalls";
import type { Session } from "../session";
import type { Owner } from "./owner";

/**
 * Enables a session on chain, and publishes it: anyone can rebuild it from the log. Enabling it again publishes it again,
 * which is how a session that enabled itself (mode `enable`) gets listed.
 * Raises what {@link enableCall} and {@link Owner.execute} raise.
 * @example await enableSession(owner, session)
 */
export async function enableSession<Done>(owner: Owner<Done>, session: Session): Promise<Done> {
  return owner.execute(session.account, [enableCall(owner.validator, session)]);
}
