import type { Provider, Signer } from "ethers";
import type { AccountAdapter, TypedDataSigner } from "../accounts/adapter";
import { encodeExecute, type Call } from "../execution";
import type { Address, Hex } from "../hex";
import { userOpTypedData, type PackedUserOperation } from "../userOp";
import { providerOf, type Context } from "./context";
import { draftUserOp, submitUserOp, type OperationOptions } from "./operate";
import type { SendResult } from "./send";

/**
 * What it takes to sign grants and revocations. Nothing here sends anything.
 * @example const owner: OwnerSigner = { signer: wallet, adapter: modularAccount(ownerValidator), validator };
 */
export interface OwnerSigner {
  /** The owner's wallet: any ethers signer. */
  readonly signer: TypedDataSigner;
  /** What the account wants its owner to sign. */
  readonly adapter: AccountAdapter;
  /** The session key validator. */
  readonly validator: Address;
}

/**
 * The owner of smart accounts, whatever kind they are: who signs, and how the accounts are told to do something.
 * `Done` is what {@link Owner.execute} answers, and hence what revoking and enabling answer.
 * @example
 * const owner: Owner = {
 *   signer: wallet, adapter: kernelAccount({ account, chainId }), validator, provider,
 *   execute: (account, calls) => kernelClient.sendAndWait(account, calls),
 * };
 */
export interface Owner<Done = unknown> extends OwnerSigner {
  /** Of the chain of the sessions: what was done is read back from it. */
  readonly provider: Provider;
  /** Has the account make these calls, all or none, and answers when they are included. */
  execute(account: Address, calls: readonly Call[]): Promise<Done>;
}

/**
 * The owner of accounts that take operations of a plain owner validator ({@link Context.ownerValidator}), sent by
 * {@link Context.bundler}.
 * @example await revokeSession(plainOwner(context, wallet), session)
 */
export function plainOwner(context: Context, signer: Signer): Owner<SendResult> {
  const { adapter, validator, bundler } = context;
  const execute = (account: Address, calls: readonly Call[]) => callAsOwner(context, { account, owner: signer }, calls);
  return { signer, adapter, validator, provider: providerOf(bundler), execute };
}

/**
 * An operation of the account as its owner makes one.
 * @example const request: OwnerRequest = { account, owner: wallet };
 */
export interface OwnerRequest {
  readonly account: Address;
  /** Any ethers signer, a wallet's too: the operation is signed as EIP-712 typed data. */
  readonly owner: Signer;
}

/**
 * The operation with the owner's signature, which the plain owner validator takes.
 * @example const signed = await signAsOwner(context, wallet, op)
 */
export async function signAsOwner(
  { chainId, entryPoint }: Pick<Context, "chainId" | "entryPoint">,
  owner: TypedDataSigner,
  op: PackedUserOperation,
): Promise<PackedUserOperation> {
  const { domain, types, message } = userOpTypedData(op, { entryPoint, chainId, version: "0.8" });
  return { ...op, signature: await owner.signTypedData(domain, types, message) };
}

/**
 * The account does these calls in the owner's name, through the plain owner validator.
 * @example await callAsOwner(context, { account, owner: wallet }, [{ target: alice, value: 1n, data: "0x" }])
 */
export async function callAsOwner(
  context: Context,
  request: OwnerRequest,
  calls: readonly Call[],
  options: OperationOptions = {},
): Promise<SendResult> {
  return sendAsOwner(context, request, encodeExecute(calls), calls.length, options);
}

/**
 * The same for any `callData` of the account's, such as the installation of a module.
 * @example await sendAsOwner(context, { account, owner: wallet }, adapter.installModule(validator))
 */
export async function sendAsOwner(
  context: Context,
  { account, owner }: OwnerRequest,
  callData: Hex,
  calls = 1,
  options: OperationOptions = {},
): Promise<SendResult> {
  const draft = { sender: account, callData, validator: context.ownerValidator, calls };
  const op = await draftUserOp(context, draft, options);
  return submitUserOp(context, await signAsOwner(context, owner, op));
}
