import { MAX_SIGNER_BYTES, MIN_SIGNER_BYTES } from "../constants";
import { contractError } from "../errors";
import { byteLength, type Hex } from "../hex";
import { erc7913Key, type Erc7913KeyOptions, type SessionKey } from "../key";

/**
 * A session key that a verifier contract checks (ERC-7913).
 * @example
 * const key: VerifierKey = await p256Key({ verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey });
 * const verificationGasLimit = DEFAULT_GAS.verificationGasLimit + key.unestimatedGas;
 */
export interface VerifierKey extends SessionKey {
  readonly unestimatedGas: bigint;
}

/**
 * An {@link erc7913Key} whose signer is not too long for a session. Raises `InvalidSignerLength` and as `erc7913Key`.
 * @example verifierKey({ verifier, key, dummySignature, signDigest }).unestimatedGas // 0n
 */
export function verifierKey(options: Erc7913KeyOptions & { readonly unestimatedGas?: bigint }): VerifierKey {
  const key = erc7913Key(options);
  return { ...key, signer: assertSigner(key.signer), unestimatedGas: options.unestimatedGas ?? 0n };
}

/**
 * The signer, if it has a length that a session takes. Raises `InvalidSignerLength`.
 * @example assertSigner(key.signer)
 */
export function assertSigner(signer: Hex): Hex {
  const found = byteLength(signer);
  if (found < MIN_SIGNER_BYTES || found > MAX_SIGNER_BYTES) {
    throw contractError("InvalidSignerLength", { found, min: MIN_SIGNER_BYTES, max: MAX_SIGNER_BYTES });
  }
  return signer;
}
