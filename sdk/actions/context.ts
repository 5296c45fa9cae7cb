import { isCallException, type Provider, type Signer } from "ethers";
import type { AccountAdapter } from "../accounts/adapter";
import { SessionKeyError } from "../errors";
import type { Address } from "../hex";

/**
 * The chain, the contracts on it, and who pays for transactions: what every action needs.
 * @example
 * const context: Context = {
 *   chainId, entryPoint: ENTRY_POINTS["0.8"], validator, ownerValidator, adapter: modularAccount(ownerValidator), bundler,
 * };
 */
export interface Context {
  readonly chainId: bigint;
  /** EntryPoint v0.8: the owner's operations are signed as the EIP-712 struct that it hashes. */
  readonly entryPoint: Address;
  /** The session key validator. */
  readonly validator: Address;
  /** The validator that knows the account's owner. */
  readonly ownerValidator: Address;
  readonly adapter: AccountAdapter;
  /** An ordinary account that sends the transactions and is paid back by the operations. */
  readonly bundler: Signer;
}

/**
 * The provider behind a signer. Raises `NO_PROVIDER`.
 * @example const provider = providerOf(context.bundler)
 */
export function providerOf(signer: Signer): Provider {
  if (signer.provider === null) throw new SessionKeyError("NO_PROVIDER", "the signer is not connected to a provider");
  return signer.provider;
}

/** TIMESTAMP, and return it: what a call without a receiver runs. */
const TIMESTAMP_CODE = "0x4260005260206000f3";

/**
 * Unix seconds of the block that is being made. The chain's clock, because a local node's may be ahead of ours, and its
 * last block may be old.
 * @example const validUntil = (await chainTime(provider)) + 30 * 86_400;
 */
export async function chainTime(provider: Provider): Promise<number> {
  return Number(await provider.call({ data: TIMESTAMP_CODE, blockTag: "pending" }));
}

/** A revert is an answer; a network that is down is not. Nodes disagree on the code, ethers and Hardhat on the class. */
export function ignoreRevert(error: unknown): undefined {
  const reverted = isCallException(error) || /revert/i.test(error instanceof Error ? error.message : "");
  if (!reverted) throw error;
  return undefined;
}
