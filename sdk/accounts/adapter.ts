import type { Address, Hex } from "../hex";

/** What differs from one kind of smart account to the next. Pure: nothing here talks to a chain. */
export interface AccountAdapter {
  /**
   * The 192-bit key of the EntryPoint nonce that makes the account use `validator`. Operations with different `key`s
   * have independent sequences.
   */
  nonceKey(validator: Address, key?: number): bigint;
  /** Calldata to the account itself that installs `validator`; `initData` is what its `onInstall` gets. */
  installModule(validator: Address, initData?: Hex): Hex;
  /** Calldata to the account itself that uninstalls `validator`. */
  uninstallModule(validator: Address, deInitData?: Hex): Hex;
  /** What the account's ERC-1271 takes, from the owner's signature over the raw digest. */
  wrapOwnerSignature(signature: Hex): Hex;
}
