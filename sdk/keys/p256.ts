import { concat, dataSlice, decodeBase64, getBytes, hexlify, toBeHex, toBigInt } from "ethers";
import { SessionKeyError } from "../errors";
import { asHex, byteLength, packUint, toHex, type Address, type Hex } from "../hex";
import { verifierKey, type VerifierKey } from "./verifierKey";
import { ALGORITHMS, platformSigner, privateScalar, publicJwk, type KeySource } from "./webCrypto";

/** The order of the group of P-256 (secp256r1). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/**
 * Neither number is in range: the verifier refuses it at once. A bundler looks for the least gas with which validation does not
 * revert, and a verifier that runs out of gas does not make it revert: its answer is a wrong signature, like that to any
 * dummy. So the search would end with a limit that starves a verifier that works a dummy through.
 */
export const DUMMY_P256_SIGNATURE: Hex = `0x${"ff".repeat(64)}`;

/**
 * What a right signature costs more than the dummy where it is verified in Solidity, and some 10 % for unlucky scalars.
 * @example const gas = { verificationGasLimit: DEFAULT_GAS.verificationGasLimit + P256_UNESTIMATED_GAS };
 */
export const P256_UNESTIMATED_GAS = 270_000n;

/**
 * A P-256 key that lives elsewhere (a secure enclave, a key management service) and signs a hash as it is.
 * @example
 * const enclave: P256Signer = { publicKey, sign: (hash) => Promise.resolve(`0x${"22".repeat(64)}`) }; // asks the enclave
 * const key = await p256Key({ verifier, key: enclave });
 */
export interface P256Signer {
  /** `qx ‖ qy`, 64 bytes. */
  readonly publicKey: Hex;
  /** `r ‖ s` over the 32 bytes of `hash`, not hashed again; s high or low. See {@link compactSignature} for DER. */
  sign(hash: Uint8Array): Promise<Hex | Uint8Array>;
}

/**
 * What a {@link p256Key} is made of.
 * @example
 * const options: P256KeyOptions = { verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey };
 * const key = await p256Key(options);
 */
export interface P256KeyOptions {
  /** `P256Verifier` (never calls 0x100), or OpenZeppelin's `ERC7913P256Verifier` (tries it first). */
  readonly verifier: Address;
  /** A private key of node:crypto, an extractable key pair of WebCrypto, or something that signs hashes. */
  readonly key: KeySource | P256Signer;
  /** Instead of {@link P256_UNESTIMATED_GAS}: 20,000 is plenty for OpenZeppelin's verifier where the chain has the precompile. */
  readonly unestimatedGas?: bigint;
}

/**
 * What a {@link p256Sha256Key} is made of.
 * @example
 * const options: P256Sha256KeyOptions = { verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey };
 * const key = await p256Sha256Key(options);
 */
export interface P256Sha256KeyOptions {
  /** `P256Sha256Verifier`. */
  readonly verifier: Address;
  /** A private key of node:crypto, or a key pair of WebCrypto, extractable or not. */
  readonly key: KeySource;
}

/**
 * A P-256 key that signs the digest itself. Its signatures have 64 bytes, `r ‖ s` with low s.
 *
 * Neither WebCrypto nor node:crypto signs a hash as it is, so this takes the private scalar out of the key and computes with
 * it, in a time that depends on it. A browser's key is better off with {@link p256Sha256Key}.
 * Raises `KEY_NOT_EXTRACTABLE`, `UNSUPPORTED_KEY`, `INVALID_PUBLIC_KEY`, `INVALID_ADDRESS`.
 * @example await p256Key({ verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey })
 */
export async function p256Key({ verifier, key, unestimatedGas }: P256KeyOptions): Promise<VerifierKey> {
  const signer = "sign" in key ? key : await extractedSigner(key);
  return verifierKey({
    verifier,
    key: p256PublicKey(signer.publicKey),
    dummySignature: DUMMY_P256_SIGNATURE,
    signDigest: async (digest) => withLowS(toHex(await signer.sign(getBytes(digest)))),
    unestimatedGas: unestimatedGas ?? P256_UNESTIMATED_GAS,
  });
}

/**
 * A P-256 key that signs the SHA-256 of the digest, as WebCrypto does with a key that never leaves it. Its signatures
 * have 64 bytes, `r ‖ s` with low s. Raises `UNSUPPORTED_KEY`, `INVALID_ADDRESS`.
 * @example
 * const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
 * await p256Sha256Key({ verifier, key })
 */
export async function p256Sha256Key({ verifier, key }: P256Sha256KeyOptions): Promise<VerifierKey> {
  const point = await publicPoint(key);
  const sign = await platformSigner(key, ALGORITHMS.p256);
  return verifierKey({
    verifier,
    key: point,
    dummySignature: DUMMY_P256_SIGNATURE,
    signDigest: async (digest) => withLowS(hexlify(await sign(getBytes(digest)))),
    unestimatedGas: P256_UNESTIMATED_GAS,
  });
}

/**
 * The public key `qx ‖ qy`, if it is a point of the curve. Raises `INVALID_HEX`, `INVALID_PUBLIC_KEY`.
 * @example const checked = p256PublicKey(publicKey); // raises unless it is a point of the curve
 */
export function p256PublicKey(point: Hex): Hex {
  const key = asHex(point, "public key", 64);
  const [x, y] = [toBigInt(dataSlice(key, 0, 32)), toBigInt(dataSlice(key, 32))];
  if (x >= FIELD || y >= FIELD || (y * y - (x * x * x - 3n * x + CURVE_B)) % FIELD !== 0n) {
    throw new SessionKeyError("INVALID_PUBLIC_KEY", "not a point of P-256", { found: key });
  }
  return key;
}

/**
 * Of the two right signatures `r ‖ s` the one with `s ≤ n / 2`, which is the only one that verifiers on chain take.
 * Raises `INVALID_HEX`.
 * @example withLowS(concat([r, s]))
 */
export function withLowS(signature: Hex): Hex {
  const s = toBigInt(dataSlice(asHex(signature, "signature", 64), 32));
  return s <= P256_ORDER / 2n ? signature : concat([dataSlice(signature, 0, 32), toBeHex(P256_ORDER - s, 32)]);
}

/**
 * `r ‖ s` (64 bytes) of a DER signature, as authenticators and key management services give it. Raises `INVALID_DER`.
 * @example
 * const { length } = compactSignature(passkey.get(getBytes(id("challenge"))).signature as Uint8Array);
 */
export function compactSignature(der: Hex | Uint8Array): Hex {
  const hex = toHex(der);
  const [, rLength = "", rest = ""] = /^0x30[0-7].02(..)(.*)$/.exec(hex) ?? [];
  const r = rest.slice(0, 2 * parseInt(rLength, 16));
  const [, sLength, s = ""] = /^02(..)(.*)$/.exec(rest.slice(r.length)) ?? [];
  const numbers = [r, s].map((digits) => BigInt(`0x${digits || "0"}`));
  const total = parseInt(hex.slice(4, 6), 16) === byteLength(hex) - 2;
  if (!total || parseInt(sLength ?? "", 16) * 2 !== s.length || numbers.some((number) => number >= P256_ORDER)) {
    throw new SessionKeyError("INVALID_DER", "not a DER sequence of two integers", { found: hex });
  }
  return `0x${numbers.map((number) => packUint(number, 32)).join("")}`;
}

async function publicPoint(key: KeySource): Promise<Hex> {
  const { x, y } = await publicJwk(key, ALGORITHMS.p256);
  return p256PublicKey(concat([fromBase64Url(x!), fromBase64Url(y!)]));
}

async function extractedSigner(key: KeySource): Promise<P256Signer> {
  const publicKey = await publicPoint(key);
  const secret = toBigInt(fromBase64Url(await privateScalar(key)));
  return { publicKey, sign: (hash) => signHash(secret, toBigInt(hash)) };
}

/** ECDSA: r = (kG).x and s = (hash + r · secret) / k modulo n. */
async function signHash(secret: bigint, hash: bigint): Promise<Hex> {
  // A new key pair is what ECDSA asks for: a uniform k of the platform's generator, with the point kG.
  const pair = await crypto.subtle.generateKey(ALGORITHMS.p256, true, ["sign", "verify"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const r = toBigInt(fromBase64Url(x!)) % P256_ORDER;
  const s = ((hash + r * secret) * inverse(toBigInt(fromBase64Url(d!)))) % P256_ORDER;
  // Once in 2^256 signatures, but then it would be wrong.
  if (r === 0n || s === 0n) return signHash(secret, hash);
  return concat([toBeHex(r, 32), toBeHex(s, 32)]);
}

/** 1 / value modulo n, by the extended Euclidean algorithm; value is neither 0 nor a multiple of n. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % P256_ORDER, P256_ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % P256_ORDER) + P256_ORDER) % P256_ORDER;
}

/** The bytes of base64url without padding, as JSON Web Keys have them. */
export function fromBase64Url(text: string): Uint8Array {
  return decodeBase64(text.replace(/-/g, "+").replace(/_/g, "/"));
}
