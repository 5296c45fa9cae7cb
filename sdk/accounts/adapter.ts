import type { TypedDataDomain, TypedDataField } from "ethers";
import type { Address, Hex } from "../hex";
import type { TypedData } from "../typedData";

/**
 * What a wallet is asked to sign: `signTypedData(domain, types, message)` of ethers v6.
 * @example
 * const asked: OwnerTypedData = adapter.ownerTypedData(sessionTypedData(session, validator));
 * const signature = await wallet.signTypedData(asked.domain, asked.types, asked.message);
 */
export interface OwnerTypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}

/**
 * What differs from one kind of smart account to the next. Pure: nothing here talks to a chain.
 * @example const adapter: AccountAdapter = kernelAccount({ account, chainId });
 */
export interface AccountAdapter {
  /**
   * The 192-bit key of the EntryPoint nonce that makes the account use `validator`. Operations with different `key`s
   * have independent sequences.
   */
  nonceKey(validator: Address, key?: number): bigint;
  /** Calldata to the account itself that installs `validator`; `initData` is what its `onInstall` gets. */
  installModule(validator: Address, initData?: Hex): Hex;
  /**
   * Calldata to the account itself that uninstalls `validator`. Accounts that keep their validators in a linked list want
   * the entry before it: the validator installed next after it, or {@link FIRST_IN_LIST} (the default) if there is none.
   */
  uninstallModule(validator: Address, deInitData?: Hex, previous?: Address): Hex;
  /** What the owner signs so that the account's ERC-1271 accepts `data`: `data` itself, or the account's wrapper of it. */
  ownerTypedData(data: TypedData): OwnerTypedData;
  /** What the account's ERC-1271 takes for `data`, from the owner's signature over {@link ownerTypedData}. */
  wrapOwnerSignature(signature: Hex, data: TypedData): Hex;
}

/**
 * For accounts that take the owner's signature over the digest as it is: wrapping it needs no more than itself.
 * @example const adapter: PlainAccountAdapter = modularAccount(ownerValidator);
 */
export interface PlainAccountAdapter extends AccountAdapter {
  wrapOwnerSignature(signature: Hex, data?: TypedData): Hex;
}

/**
 * The entry before the newest one in the linked lists of Nexus, Safe7579 and the reference account.
 * @example
 * const callData = nexusAccount({ account, chainId, ownerValidator }).uninstallModule(validator, "0x", FIRST_IN_LIST);
 */
export const FIRST_IN_LIST: Address = "0x0000000000000000000000000000000000000001";

/**
 * An ethers `Signer`, or anything else that signs EIP-712.
 * @example
 * const holder: TypedDataSigner = wallet;
 * const signature = await ownerSignature(holder, adapter, sessionTypedData(session, validator));
 */
export interface TypedDataSigner {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    message: Record<string, unknown>,
  ): Promise<Hex>;
}

/**
 * The owner's signature over a grant or a revocation as the account's ERC-1271 takes it: asks the owner for what the
 * account wants to see signed, and wraps the answer.
 * @example
 * const signature = await ownerSignature(wallet, kernelAccount({ account, chainId }), grantTypedData([session], validator));
 */
export async function ownerSignature(owner: TypedDataSigner, adapter: AccountAdapter, data: TypedData): Promise<Hex> {
  const { domain, types, message } = adapter.ownerTypedData(data);
  return adapter.wrapOwnerSignature(await owner.signTypedData(domain, types, message), data);
}
