import type { Signer } from "ethers";
import { ownerSignature, type AccountAdapter } from "../accounts/adapter";
import { grantTypedData, type Grant } from "../grant";
import type { Address } from "../hex";
import { validateSession, type Session } from "../session";

/**
 * The owner's signature over one session or several, as EIP-712 typed data that a wallet shows in full. Nothing is sent.
 * Raises what {@link validateSession} and {@link grantTypedData} raise.
 * @example const grant = await grantSessions({ validator, adapter }, owner, [session])
 */
export async function grantSessions(
  context: { readonly validator: Address; readonly adapter: AccountAdapter },
  owner: Signer,
  sessions: readonly Session[],
): Promise<Grant> {
  sessions.forEach(validateSession);
  const { validator, adapter } = context;
  const signature = await ownerSignature(owner, adapter, grantTypedData(sessions, validator));
  return { sessions, validator, signature };
}
