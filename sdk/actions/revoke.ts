import { Contract, type ContractTransactionReceipt, type ContractTransactionResponse, type Signer } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { ownerSignature } from "../accounts/adapter";
import type { Address, Hex } from "../hex";
import { sessionRevocationTypedData } from "../typedData";
import type { Context } from "./context";
import { callAsOwner, type OwnerRequest } from "./owner";
import type { SendResult } from "./send";

type OwnerFunction = "revokeSession" | "revokeAllSessions" | "pause" | "unpause";

async function ownerCall(context: Context, request: OwnerRequest, name: OwnerFunction, args: readonly Hex[] = []) {
  const data = VALIDATOR_INTERFACE.encodeFunctionData(name, args);
  return callAsOwner(context, request, [{ target: context.validator, value: 0n, data }]);
}

/**
 * Revokes one session for good.
 * @example await revokeSession(context, { account, owner }, sessionId(session))
 */
export async function revokeSession(context: Context, request: OwnerRequest, id: Hex): Promise<SendResult> {
  return ownerCall(context, request, "revokeSession", [id]);
}

/**
 * Kills every session and every unused grant of the account: a new epoch.
 * @example await revokeAllSessions(context, { account, owner });
 */
export async function revokeAllSessions(context: Context, request: OwnerRequest): Promise<SendResult> {
  return ownerCall(context, request, "revokeAllSessions");
}

/**
 * Stops every session of the account until {@link unpauseSessions}.
 * @example await pauseSessions(context, { account, owner });
 */
export async function pauseSessions(context: Context, request: OwnerRequest): Promise<SendResult> {
  return ownerCall(context, request, "pause");
}

/**
 * Lets the sessions of a paused account work again.
 *
 * @example
 * await pauseSessions(context, { account, owner });
 * await unpauseSessions(context, { account, owner });
 */
export async function unpauseSessions(context: Context, request: OwnerRequest): Promise<SendResult> {
  return ownerCall(context, request, "unpause");
}

/**
 * The owner's signature with which anybody can revoke a session; as the account's ERC-1271 takes it.
 *
 * @example
 * const revocation = { account, chainId, sessionId: sessionId(session) };
 * const signature = await signRevocation(context, owner, revocation); // anybody may send it
 */
export async function signRevocation(
  context: Pick<Context, "validator" | "adapter">,
  owner: Signer,
  revocation: { readonly account: Address; readonly chainId: bigint; readonly sessionId: Hex },
): Promise<Hex> {
  return ownerSignature(owner, context.adapter, sessionRevocationTypedData(revocation, context.validator));
}

interface Validator {
  revokeSessionBySig(account: Address, id: Hex, signature: Hex): Promise<ContractTransactionResponse>;
}

/**
 * Revokes a session with the owner's signature, in a transaction of the bundler: the account needs no balance.
 *
 * @example
 * const revocation = { account, chainId, sessionId: sessionId(session) };
 * const signature = await signRevocation(context, owner, revocation);
 * await revokeSessionBySig(context, account, revocation.sessionId, signature);
 */
export async function revokeSessionBySig(
  context: Pick<Context, "validator" | "bundler">,
  account: Address,
  id: Hex,
  signature: Hex,
): Promise<ContractTransactionReceipt | null> {
  const validator = new Contract(context.validator, VALIDATOR_INTERFACE, context.bundler) as unknown as Validator;
  return (await validator.revokeSessionBySig(account, id, signature)).wait();
}
