import type { KeyObject, webcrypto } from "node:crypto";
import { SessionKeyError } from "../errors";

// WebCrypto is a global in browsers and in Node alike, so nothing is imported from node:crypto but types: a KeyObject
// says itself what is in it.

/**
 * A private key of node:crypto, or a key pair of WebCrypto.
 * @example
 * const source: KeySource = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
 * const key = await p256Sha256Key({ verifier, key: source });
 */
export type KeySource = KeyObject | webcrypto.CryptoKeyPair;

/** The algorithms of the keys that the SDK knows, as WebCrypto names them. */
export const ALGORITHMS = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;

type Algorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS];

/**
 * The public half as a JSON Web Key. Raises `UNSUPPORTED_KEY` if the key is not one of that algorithm.
 * @example (await publicJwk(pair, ALGORITHMS.p256)).x // base64url
 */
export async function publicJwk(source: KeySource, algorithm: Algorithm): Promise<webcrypto.JsonWebKey> {
  const jwk = isPair(source) ? await exportJwk(source.publicKey) : privateJwk(source);
  if (isPair(source)) assertAlgorithm(source.privateKey, algorithm);
  const wanted = "namedCurve" in algorithm ? ["EC", algorithm.namedCurve] : ["RSA", undefined];
  if (jwk.kty !== wanted[0] || jwk.crv !== wanted[1]) throw unsupported(algorithm, `${jwk.kty} ${jwk.crv ?? ""}`);
  return jwk;
}

/**
 * The private scalar of a P-256 key, base64url. Raises `KEY_NOT_EXTRACTABLE` if WebCrypto keeps it to itself.
 * @example await privateScalar(pair)
 */
export async function privateScalar(source: KeySource): Promise<string> {
  if (isPair(source) && !source.privateKey.extractable) {
    throw new SessionKeyError(
      "KEY_NOT_EXTRACTABLE",
      "WebCrypto signs only a SHA-256: use p256Sha256Key and its verifier, or an extractable key",
    );
  }
  return (isPair(source) ? await exportJwk(source.privateKey) : privateJwk(source)).d!;
}

/**
 * A function that signs the SHA-256 of what it is given. Keys of WebCrypto never leave it.
 * @example const sign = await platformSigner(pair, ALGORITHMS.rsa);
 */
export async function platformSigner(
  source: KeySource,
  algorithm: Algorithm,
): Promise<(data: Uint8Array) => Promise<Uint8Array>> {
  const key = isPair(source)
    ? source.privateKey
    : await crypto.subtle.importKey("jwk", privateJwk(source), algorithm, false, ["sign"]);
  return async (data) => new Uint8Array(await crypto.subtle.sign(algorithm, key, data));
}

function isPair(source: KeySource): source is webcrypto.CryptoKeyPair {
  return "privateKey" in source;
}

function exportJwk(key: webcrypto.CryptoKey): Promise<webcrypto.JsonWebKey> {
  return crypto.subtle.exportKey("jwk", key);
}

function privateJwk(key: KeyObject): webcrypto.JsonWebKey {
  if (key.type !== "private") throw new SessionKeyError("UNSUPPORTED_KEY", `a ${key.type} key cannot sign`);
  try {
    return key.export({ format: "jwk" });
  } catch (error) {
    throw new SessionKeyError("UNSUPPORTED_KEY", `this key has no JWK form: ${String(error)}`);
  }
}

/** A pair can sign with its own algorithm only, whatever its numbers would allow. */
function assertAlgorithm({ algorithm }: webcrypto.CryptoKey, wanted: Algorithm): void {
  const { name, hash } = algorithm as webcrypto.KeyAlgorithm & { hash?: webcrypto.KeyAlgorithm };
  if (name !== wanted.name || (hash !== undefined && hash.name !== wanted.hash)) {
    throw unsupported(wanted, `${name} ${hash?.name ?? ""}`);
  }
}

function unsupported(wanted: Algorithm, found: string): SessionKeyError {
  const { name, hash } = wanted;
  const message = `the key is for ${found.trim()}, expected ${name} ${"namedCurve" in wanted ? wanted.namedCurve : hash}`;
  return new SessionKeyError("UNSUPPORTED_KEY", message, { found, wanted });
}
