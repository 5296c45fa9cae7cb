import { AbiCoder, concat, getBytes, hexlify, toBigInt, ZeroHash } from "ethers";
import { SessionKeyError } from "../errors";
import { asAddress, byteLength, type Address } from "../hex";
import { fromBase64Url } from "./p256";
import { assertSigner, verifierKey, type VerifierKey } from "./verifierKey";
import { ALGORITHMS, platformSigner, publicJwk, type KeySource } from "./webCrypto";

/** Fewest bytes of the modulus: OpenZeppelin's verifier takes no less than 2,048 bits. */
export const MIN_RSA_MODULUS_BYTES = 256;
/** Lowest public exponent: the verifier takes any, but with 1 anyone can sign, and low ones break easily. */
export const MIN_RSA_EXPONENT = 65537n;

/** What an {@link rsaKey} is made of. */
export interface RsaKeyOptions {
  /** OpenZeppelin's `ERC7913RSAVerifier`. */
  readonly verifier: Address;
  /** A private RSA key of node:crypto, or a key pair of WebCrypto for RSASSA-PKCS1-v1_5 with SHA-256. */
  readonly key: KeySource;
}

/**
 * An RSA key of 2,048 to 6,656 bits: PKCS#1 v1.5 over the SHA-256 of the digest. The key on chain is
 * `abi.encode(bytes e, bytes n)`; signatures have exactly the bytes of the modulus. The dummy is a signature of the key over
 * 32 zero bytes, since only a right padding is worked through to the end.
 * Raises `RSA_MODULUS_TOO_SHORT`, `RSA_EXPONENT_TOO_LOW`, `UNSUPPORTED_KEY`, `InvalidSignerLength`, `INVALID_ADDRESS`.
 * @example await rsaKey({ verifier, key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey })
 */
export async function rsaKey({ verifier, key }: RsaKeyOptions): Promise<VerifierKey> {
  const { e, n } = await publicJwk(key, ALGORITHMS.rsa);
  const [exponent, modulus] = [hexlify(fromBase64Url(e!)), hexlify(fromBase64Url(n!))];
  const found = byteLength(modulus);
  if (found < MIN_RSA_MODULUS_BYTES) {
    const message = `the modulus has ${found} bytes, at least ${MIN_RSA_MODULUS_BYTES}`;
    throw new SessionKeyError("RSA_MODULUS_TOO_SHORT", message, { found, min: MIN_RSA_MODULUS_BYTES });
  }
  if (toBigInt(exponent) < MIN_RSA_EXPONENT) {
    const message = `the exponent is ${toBigInt(exponent)}, at least ${MIN_RSA_EXPONENT}`;
    throw new SessionKeyError("RSA_EXPONENT_TOO_LOW", message, { found: toBigInt(exponent), min: MIN_RSA_EXPONENT });
  }
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes", "bytes"], [exponent, modulus]);
  assertSigner(concat([asAddress(verifier, "verifier"), encoded]));
  const sign = await platformSigner(key, ALGORITHMS.rsa);
  const signDigest = async (digest: string) => hexlify(await sign(getBytes(digest)));
  return verifierKey({
    verifier,
    key: encoded,
    dummySignature: await signDigest(ZeroHash),
    signDigest,
  });
}
