import type { Provider } from "ethers";
import { ENTRY_POINT_INTERFACE } from "../abi";
import type { EntryPointVersion } from "../constants";
import type { Address, Hex } from "../hex";
import {
  packUserOp,
  unpackGas,
  unpackPaymaster,
  userOpHash,
  type PackedUserOperation,
  type UserOperation,
  type UserOpGas,
} from "../userOp";
import { providerOf, type Context } from "./context";
import { getNonce, sendUserOp, type SendResult } from "./send";

/**
 * Gas limits of an operation on a node without a bundler that would estimate them. They are also what a fee budget is
 * charged with, so `callGasLimit` is per call.
 * @example const use: SessionUse = { session, calls, key, gas: { ...DEFAULT_GAS, callGasLimit: 90_000n } };
 */
export const DEFAULT_GAS = {
  verificationGasLimit: 400_000n,
  callGasLimit: 150_000n,
  preVerificationGas: 60_000n,
} as const;

/**
 * What can differ from an ordinary operation.
 * @example const options: OperationOptions = { gas: { callGasLimit: 90_000n }, nonceKey: 1 };
 */
export interface OperationOptions {
  /** Instead of {@link DEFAULT_GAS} and the node's present fees. */
  readonly gas?: Partial<UserOpGas>;
  /** Operations with different keys have independent nonces; 0 by default. */
  readonly nonceKey?: number;
}

/**
 * An operation of `sender` with everything but its signature.
 * @param validator The installed validator that will judge it: part of the nonce.
 * @param calls How many calls the `callData` makes, for its gas.
 */
export async function draftUserOp(
  context: Context,
  op: Pick<UserOperation, "sender" | "callData"> & { readonly validator: Address; readonly calls: number },
  options: OperationOptions = {},
): Promise<PackedUserOperation> {
  const { sender, callData, validator, calls } = op;
  const key = context.adapter.nonceKey(validator, options.nonceKey ?? 0);
  const nonce = await getNonce(context.bundler, context.entryPoint, sender, key);
  const gas = { ...DEFAULT_GAS, callGasLimit: DEFAULT_GAS.callGasLimit * BigInt(calls), ...options.gas };
  const fees = await feesPerGas(providerOf(context.bundler));
  return packUserOp({ sender, nonce, callData, signature: "0x", ...fees, ...gas });
}

/** The node's present fees, in wei per gas. */
export async function feesPerGas(
  provider: Provider,
): Promise<Pick<UserOpGas, "maxFeePerGas" | "maxPriorityFeePerGas">> {
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await provider.getFeeData();
  const price = maxFeePerGas ?? gasPrice ?? 0n;
  return { maxFeePerGas: price, maxPriorityFeePerGas: maxPriorityFeePerGas ?? price };
}

/**
 * Where an operation is hashed for, by which version of the EntryPoint (v0.8 by default).
 * @example const place: HashContext = { entryPoint: ENTRY_POINTS["0.7"], chainId, version: "0.7" };
 */
export type HashContext = Pick<Context, "entryPoint" | "chainId"> & { readonly version?: EntryPointVersion };

/**
 * The hash that the account's validator gets and that keys sign.
 * @example hashUserOp(context, op) // the hash by which bundlers know it, too
 */
export function hashUserOp({ entryPoint, chainId, version = "0.8" }: HashContext, op: PackedUserOperation): Hex {
  return userOpHash(op, { entryPoint, chainId, version });
}

/**
 * Asks the node whether the EntryPoint would take the operation in the block that is being made, and throws what it
 * would: a transaction that is mined and reverts costs the bundler and tells no reason.
 * @example await simulateUserOp(context, op)
 */
export async function simulateUserOp(
  context: Pick<Context, "entryPoint" | "bundler">,
  op: PackedUserOperation,
): Promise<void> {
  const from = await context.bundler.getAddress();
  const data = ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [[op], from]);
  const request = { from, to: context.entryPoint, data, gasLimit: bundleGasLimit(op) };
  await providerOf(context.bundler).call({ ...request, blockTag: "pending" });
}

/**
 * Sends a signed operation and waits until it is included. What the EntryPoint refuses is thrown: see
 * {@link decodeFailedOp}.
 * @example const { success } = await submitUserOp(context, await prepareUse(context, { session, calls, key }))
 */
export async function submitUserOp(context: Context, op: PackedUserOperation): Promise<SendResult> {
  const { entryPoint, bundler } = context;
  return sendUserOp({ op, entryPoint, bundler, gasLimit: bundleGasLimit(op) });
}

/**
 * Gas of a `handleOps` transaction with this operation alone: the EntryPoint keeps 1/64 back at each call, and wants the
 * limits to be there in full.
 */
export function bundleGasLimit(op: PackedUserOperation): bigint {
  const { verificationGasLimit, callGasLimit, preVerificationGas } = unpackGas(op);
  const { paymasterVerificationGasLimit = 0n, paymasterPostOpGasLimit = 0n } = unpackPaymaster(op);
  const paymaster = paymasterVerificationGasLimit + paymasterPostOpGasLimit;
  return ((verificationGasLimit + callGasLimit + preVerificationGas + paymaster) * 5n) / 4n + 100_000n;
}
