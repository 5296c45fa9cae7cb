import { getBytes } from "ethers";
import { ownerSignature, type AccountAdapter } from "../../../sdk";
import type { Ground, Subject } from "../ground";

/** Accounts with EntryPoint v0.7 written into their code: what they say to the others. */
export const REFUSED = "AA23 AccountAccessUnauthorized";

/** What most accounts share: one ECDSA owner, who signs operations raw and grants as the adapter says. */
export function subject(ground: Ground, address: string, adapter: AccountAdapter, ownerNonceKey: bigint): Subject {
  return {
    address,
    adapter,
    ownerNonceKey,
    signOperation: (_op, userOpHash) => Promise.resolve(ground.owner.signingKey.sign(getBytes(userOpHash)).serialized),
    signData: (data, owner = ground.owner) => ownerSignature(owner, adapter, data),
  };
}
