import type { Signer, TypedDataField } from "ethers";
import type { Address, Hex } from "../hex";
import { encodeExecute, type Call } from "../execution";
import type { PackedUserOperation } from "../userOp";
import type { Context } from "./context";
import { draftUserOp, submitUserOp, type OperationOptions } from "./operate";
import type { SendResult } from "./send";

/** The struct that EntryPoint v0.8 hashes: everything but the signature. */
const USER_OP_FIELDS: (TypedDataField & { name: keyof PackedUserOperation })[] = [
  { name: "sender", type: "address" },
  { name: "nonce", type: "uint256" },
  { name: "initCode", type: "bytes" },
  { name: "callData", type: "bytes" },
  { name: "accountGasLimits", type: "bytes32" },
  { name: "preVerificationGas", type: "uint256" },
  { name: "gasFees", type: "bytes32" },
  { name: "paymasterAndData", type: "bytes" },
];

/** An operation of the account as its owner makes one. */
export interface OwnerRequest {
  readonly account: Address;
  /** Any ethers signer, a wallet's too: the operation is signed as EIP-712 typed data. */
  readonly owner: Signer;
}

/** The operation with the owner's signature, which the plain owner validator takes. */
export async function signAsOwner(
  context: Context,
  owner: Signer,
  op: PackedUserOperation,
): Promise<PackedUserOperation> {
  const { chainId, entryPoint: verifyingContract } = context;
  const message = Object.fromEntries(USER_OP_FIELDS.map(({ name }) => [name, op[name]]));
  const domain = { name: "ERC4337", version: "1", chainId, verifyingContract };
  return { ...op, signature: await owner.signTypedData(domain, { PackedUserOperation: USER_OP_FIELDS }, message) };
}

/**
 * The account does these calls in the owner's name, through the plain owner validator.
 * @example await callAsOwner(context, { account, owner }, [{ target: alice, value: 1n, data: "0x" }])
 */
export async function callAsOwner(
  context: Context,
  request: OwnerRequest,
  calls: readonly Call[],
  options: OperationOptions = {},
): Promise<SendResult> {
  return sendAsOwner(context, request, encodeExecute(calls), calls.length, options);
}

/** The same for any `callData` of the account's, such as the installation of a module. */
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
