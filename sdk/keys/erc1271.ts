import { asAddress, type Address, type Hex } from "../hex";
import { verifierKey, type VerifierKey } from "./verifierKey";

/**
 * What an {@link erc1271Key} is made of.
 * @example
 * const { dummySignature, signDigest } = key; // of whom the contract asks
 * const options: Erc1271KeyOptions = { verifier, contract: account, dummySignature, signDigest };
 * const wallet = erc1271Key(options);
 */
export interface Erc1271KeyOptions {
  /** `ERC1271Verifier`. */
  readonly verifier: Address;
  /** The contract that signs. In validation it may not read its own storage (ERC-7562). */
  readonly contract: Address;
  /** As long as the contract's signatures are, and as expensive. */
  readonly dummySignature: Hex;
  /** What the contract's `isValidSignature` takes for this digest. */
  signDigest(digest: Hex): Promise<Hex>;
}

/**
 * A contract that signs by ERC-1271: a wallet, a multisig. How it signs is its own affair.
 * Raises `INVALID_ADDRESS`, `INVALID_HEX`.
 *
 * @example
 * const { dummySignature, signDigest } = key; // of whom the contract asks
 * const wallet = erc1271Key({ verifier, contract: account, dummySignature, signDigest });
 */
export function erc1271Key(options: Erc1271KeyOptions): VerifierKey {
  const { verifier, dummySignature } = options;
  const key = asAddress(options.contract, "contract");
  return verifierKey({ verifier, key, dummySignature, signDigest: (digest) => options.signDigest(digest) });
}
