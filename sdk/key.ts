import { computeAddress, concat, dataSlice, N, recoverAddress, type SigningKey } from "ethers";
import { SessionKeyError } from "./errors";
import { asAddress, asHex, byteLength, sameAddress, type Address, type Hex } from "./hex";

/**
 * What signs operations of a session.
 * @example
 * const key: SessionKey = ecdsaKey(Wallet.createRandom());
 * const signature = await key.signDigest(digest(validator, sessionId(session)));
 */
export interface SessionKey {
  /** What goes into `Session.signer`: an address, or ERC-7913 `verifier ‖ key`. */
  readonly signer: Hex;
  /** A wrong signature of the usual length, for gas estimation. */
  readonly dummySignature: Hex;
  /**
   * Gas of validation that a right signature costs and {@link dummySignature} does not, at most: add it to a
   * `verificationGasLimit` that was estimated with the dummy. None where a dummy is worked through like a right signature.
   */
  readonly unestimatedGas?: bigint;
  /** Signs the EIP-712 digest of a `SessionUse` as it is, without any prefix. */
  signDigest(digest: Hex): Promise<Hex>;
}

/**
 * An ethers `Wallet`, or anything else that holds a `SigningKey`.
 * @example
 * const holder: SigningKeyHolder = Wallet.createRandom();
 * const key = ecdsaKey(holder);
 */
export interface SigningKeyHolder {
  readonly signingKey: Pick<SigningKey, "sign" | "publicKey">;
}

/** Low s, v = 27, recovers to nobody's address: costs the gas of a real one. */
export const DUMMY_ECDSA_SIGNATURE: Hex = `0x${"11".repeat(32)}${"22".repeat(32)}1b`;

/**
 * A secp256k1 key. Its signatures have 65 bytes, `r ‖ s ‖ v` with low s and v 27 or 28 (EIP-2).
 * @example const key = ecdsaKey(Wallet.createRandom()); // key.signer is its address
 */
export function ecdsaKey(holder: SigningKeyHolder | SigningKeyHolder["signingKey"]): SessionKey {
  const signingKey = "signingKey" in holder ? holder.signingKey : holder;
  return {
    signer: computeAddress(signingKey.publicKey).toLowerCase(),
    dummySignature: DUMMY_ECDSA_SIGNATURE,
    signDigest: (digest) => Promise.resolve(signingKey.sign(digest).serialized),
  };
}

/**
 * Whether `signature` is one of the ECDSA `signer` over `digest` as the validator takes it: 65 bytes, low s, v 27 or 28.
 * Anything else, and any signer that is not 20 bytes long, is wrong; nothing is raised.
 * @example verifyEcdsa(key.signer, digest, await key.signDigest(digest)) // true
 */
export function verifyEcdsa(signer: Hex, digest: Hex, signature: Hex): boolean {
  if (byteLength(signer) !== 20 || byteLength(signature) !== 65) return false;
  const s = BigInt(dataSlice(signature, 32, 64));
  const v = Number(dataSlice(signature, 64));
  if (s > N / 2n || (v !== 27 && v !== 28)) return false;
  try {
    return sameAddress(recoverAddress(digest, signature), signer);
  } catch {
    // No point of the curve has that r.
    return false;
  }
}

/**
 * What an {@link erc7913Key} is made of.
 * @example
 * const signDigest = (digest: Hex) => Promise.resolve(`0x${"22".repeat(64)}`); // asks the device
 * const options: Erc7913KeyOptions = { verifier, key: publicKey, dummySignature: `0x${"11".repeat(64)}`, signDigest };
 */
export interface Erc7913KeyOptions {
  /** The stateless ERC-7913 verifier contract. */
  readonly verifier: Address;
  /** The public key as the verifier wants it; not empty. */
  readonly key: Hex;
  readonly dummySignature: Hex;
  signDigest(digest: Hex): Promise<Hex>;
}

/**
 * A key that an ERC-7913 verifier understands: P-256, WebAuthn, RSA, a contract by ERC-1271.
 * Raises `EMPTY_KEY` (20 bytes of signer would mean ECDSA), `INVALID_ADDRESS`, `INVALID_HEX`.
 *
 * @example
 * const signDigest = (digest: Hex) => Promise.resolve(`0x${"22".repeat(64)}`); // asks the device
 * const passkeys = erc7913Key({ verifier, key: publicKey, dummySignature: `0x${"11".repeat(64)}`, signDigest });
 */
export function erc7913Key(options: Erc7913KeyOptions): SessionKey {
  if (asHex(options.key, "key") === "0x") {
    throw new SessionKeyError("EMPTY_KEY", "a verifier without a key would be taken for an ECDSA address");
  }
  return {
    signer: concat([asAddress(options.verifier, "verifier"), options.key]),
    dummySignature: asHex(options.dummySignature, "dummySignature"),
    signDigest: (digest) => options.signDigest(digest),
  };
}
