import { Contract, type ContractTransactionReceipt, type ContractTransactionResponse, type Signer } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { ownerSignature } from "../accounts/adapter";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import { pauseCall, revokeAllCall, revokeCall, unpauseCall } from "../ownerCalls";
import { sessionRevocationTypedData } from "../typedData";
import { assertRevoked, idOf, type RevocableSession } from "./assertRevoked";
import { providerOf } from "./context";
import { inspectAccount } from "./inspect";
import type { Owner, OwnerSigner } from "./owner";

/**
 * Revokes one session for good, and then looks whether it is dead: see {@link assertRevoked}, which raises `NOT_REVOKED`
 * and `STILL_USABLE`. Also raises what {@link Owner.execute} raises.
 * @example await revokeSession(owner, session)
 */
export async function revokeSession<Done>(owner: Owner<Done>, session: RevocableSession): Promise<Done> {
  const done = await owner.execute(session.account, [revokeCall(owner.validator, idOf(session))]);
  await assertRevoked(owner.provider, owner.validator, session);
  return done;
}

/**
 * Kills every session and every unused grant of the account, and then looks whether its epoch has risen: raises
 * `NOT_REVOKED` if not, and what {@link Owner.execute} raises.
 * @example await revokeAllSessions(owner, account)
 */
export async function revokeAllSessions<Done>(owner: Owner<Done>, account: Address): Promise<Done> {
  const { provider, validator } = owner;
  const before = await inspectAccount(provider, validator, account);
  const done = await owner.execute(account, [revokeAllCall(validator)]);
  const { epoch } = await inspectAccount(provider, validator, account);
  if (epoch > before.epoch) return done;
  const message = `the epoch of ${account} is ${epoch}, as before: every session works on`;
  throw new SessionKeyError("NOT_REVOKED", message, { account, epoch });
}

/**
 * Stops every session of the account until {@link unpauseSessions}, and looks whether it is paused: raises `NOT_PAUSED`
 * if not, and what {@link Owner.execute} raises.
 * @example await pauseSessions(owner, account)
 */
export async function pauseSessions<Done>(owner: Owner<Done>, account: Address): Promise<Done> {
  const done = await owner.execute(account, [pauseCall(owner.validator)]);
  const { paused } = await inspectAccount(owner.provider, owner.validator, account);
  if (paused) return done;
  throw new SessionKeyError("NOT_PAUSED", `the sessions of ${account} work on`, { account });
}

/**
 * Lets the sessions of a paused account work again.
 * @example await unpauseSessions(owner, account)
 */
export async function unpauseSessions<Done>(owner: Owner<Done>, account: Address): Promise<Done> {
  return owner.execute(account, [unpauseCall(owner.validator)]);
}

/**
 * A revocation that anybody may send.
 * @example const revocation: SignedRevocation = await signRevocation(owner, session);
 */
export interface SignedRevocation {
  readonly account: Address;
  readonly sessionId: Hex;
  /** What the account's ERC-1271 takes over `SessionRevocation(account, chainId, sessionId)`. */
  readonly signature: Hex;
}

/**
 * The owner's signature with which anybody can revoke a session, as the account's ERC-1271 takes it. Nothing is sent.
 * @example const revocation = await signRevocation(owner, session)
 */
export async function signRevocation(
  { signer, adapter, validator }: OwnerSigner,
  session: RevocableSession & { readonly chainId: bigint },
): Promise<SignedRevocation> {
  const { account, chainId } = session;
  const sessionId = idOf(session);
  const data = sessionRevocationTypedData({ account, chainId, sessionId }, validator);
  return { account, sessionId, signature: await ownerSignature(signer, adapter, data) };
}

interface Validator {
  revokeSessionBySig(account: Address, id: Hex, signature: Hex): Promise<ContractTransactionResponse>;
}

/**
 * Sends a signed revocation in a transaction of anybody's: the account needs no balance. Then looks whether the session is
 * dead, and raises as {@link assertRevoked}.
 * @example await revokeSessionBySig(bundler, validator, await signRevocation(owner, session))
 */
export async function revokeSessionBySig(
  sender: Signer,
  validator: Address,
  revocation: SignedRevocation,
): Promise<ContractTransactionReceipt | null> {
  const { account, sessionId, signature } = revocation;
  const contract = new Contract(validator, VALIDATOR_INTERFACE, sender) as unknown as Validator;
  const receipt = await (await contract.revokeSessionBySig(account, sessionId, signature)).wait();
  await assertRevoked(providerOf(sender), validator, { account, sessionId });
  return receipt;
}
