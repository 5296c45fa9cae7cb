import { ownerSignature } from "../accounts/adapter";
import { grantTypedData, type Grant } from "../grant";
import { validateSession, type Session } from "../session";
import type { OwnerSigner } from "./owner";

/**
 * The owner's signature over one session, as EIP-712 typed data that a wallet shows in full. Nothing is sent.
 * Raises what {@link validateSession} raises.
 * @example const grant = await grantSession(owner, session)
 */
export async function grantSession(owner: OwnerSigner, session: Session): Promise<Grant> {
  return grantSessions(owner, [session]);
}

/**
 * One signature over several sessions, on one chain or on many; all of them with permission trees of the same height.
 * Raises what {@link validateSession} and {@link grantTypedData} raise.
 * @example const grant = await grantSessions(owner, [onMainnet, onBase])
 */
export async function grantSessions(owner: OwnerSigner, sessions: readonly Session[]): Promise<Grant> {
  sessions.forEach(validateSession);
  const { signer, adapter, validator } = owner;
  const signature = await ownerSignature(signer, adapter, grantTypedData(sessions, validator));
  return { sessions, validator, signature };
}
