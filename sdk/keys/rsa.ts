import { AbiCoder, concat, getBytes, hexlify, toBigInt } from "ethers";
import { SessionKeyError } from "../errors";
import { asAddress, byteLength, type Address, type Hex } from "../hex";
import { fromBase64Url } from "./p256";
import { assertSigner, verifierKey, type VerifierKey } from "./verifierKey";
import { ALGORITHMS, platformSigner, publicJwk, type KeySource } from "./webCrypto";

/** Fewest bytes of the modulus: OpenZeppelin's verifier takes no less than 2,048 bits. */
export const MIN_RSA_MODULUS_BYTES = 256;
/** Lowest public exponent: the verifier takes any, but with 1 anyone can sign, and low ones break easily. */
export const MIN_RSA_EXPONENT = 65537n;
/** Of the verifier, for each byte of the modulus, besides the modular exponentiation: 100 measured, and some 10 %. */
const GAS_PER_BYTE = 110n;

/**
 * What an {@link rsaKey} is made of.
 * @example
 * const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
 * const options: RsaKeyOptions = { verifier, key: privateKey };
 * const key = await rsaKey(options);
 */
export interface RsaKeyOptions {
  /** OpenZeppelin's `ERC7913RSAVerifier`. */
  readonly verifier: Address;
  /** A private RSA key of node:crypto, or a key pair of WebCrypto for RSASSA-PKCS1-v1_5 with SHA-256. */
  readonly key: KeySource;
}

/**
 * An RSA key of 2,048 to 6,656 bits: PKCS#1 v1.5 over the SHA-256 of the digest. The key on chain is
 * `abi.encode(bytes e, bytes n)`; signatures have exactly the bytes of the modulus. The dummy is
 * refused at once; `unestimatedGas` is what a right signature costs more, also at the prices of EIP-7883 (Osaka).
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
  return verifierKey({
    verifier,
    key: encoded,
    // Not below the modulus: refused at once, as the dummy of P-256 is, and for the same reason.
    dummySignature: `0x${"ff".repeat(found)}`,
    signDigest: async (digest) => hexlify(await sign(getBytes(digest))),
    unestimatedGas: verificationGas(exponent, found),
  });
}

/** The exponentiation by EIP-7883, the dearest of its prices so far, and what the verifier does around it. */
function verificationGas(exponent: Hex, modulusBytes: number): bigint {
  const words = BigInt(Math.ceil(modulusBytes / 8));
  // One for each bit below the first; exponents beyond 256 bits, whose bits count twice, are nobody's.
  const steps = BigInt(toBigInt(exponent).toString(2).length - 1);
  return 2n * words * words * steps + GAS_PER_BYTE * BigInt(modulusBytes);
}
