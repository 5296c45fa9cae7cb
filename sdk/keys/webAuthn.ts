import { AbiCoder, dataSlice, encodeBase64, getBytes, hexlify, toUtf8Bytes, ZeroHash } from "ethers";
import { SessionKeyError } from "../errors";
import { byteLength, type Address, type Hex } from "../hex";
import { compactSignature, DUMMY_P256_SIGNATURE, p256PublicKey, withLowS } from "./p256";
import { verifierKey, type VerifierKey } from "./verifierKey";

/**
 * The bytes that a browser's WebAuthn API gives.
 * @example
 * const spki: AssertionBytes = passkey.spki; // in a browser response.getPublicKey() of a new credential
 * const point = webAuthnPublicKey(spki);
 */
export type AssertionBytes = ArrayBuffer | Uint8Array;

/**
 * What an authenticator answers: a browser's `AuthenticatorAssertionResponse` is one.
 * @example
 * const hash = digest(validator, sessionId(session));
 * const assertion: Assertion = passkey.get(getBytes(hash)); // in a browser the response of navigator.credentials.get
 * const signature = encodeAssertion(assertion, hash);
 */
export interface Assertion {
  readonly authenticatorData: AssertionBytes;
  /** UTF-8. */
  readonly clientDataJSON: AssertionBytes;
  /** ECDSA over P-256 and SHA-256, in DER. */
  readonly signature: AssertionBytes;
}

/**
 * What a {@link webAuthnKey} is made of.
 * @example
 * const getAssertion = (challenge: Uint8Array) => Promise.resolve(passkey.get(challenge)); // asks the browser
 * const options: WebAuthnKeyOptions = { verifier, publicKey, origin: "https://app.example", getAssertion };
 * const key = webAuthnKey(options);
 */
export interface WebAuthnKeyOptions {
  /** OpenZeppelin's `ERC7913WebAuthnVerifier`. */
  readonly verifier: Address;
  /** `qx ‖ qy`, 64 bytes: see {@link webAuthnPublicKey}. */
  readonly publicKey: Hex;
  /** The web site's, such as `https://app.example`: only for the length of the dummy signature. */
  readonly origin: string;
  /** Instead of {@link WEBAUTHN_UNESTIMATED_GAS}: on a chain with the P-256 precompile 40,000 is plenty. */
  readonly unestimatedGas?: bigint;
  /** Asks the authenticator to sign the challenge. The user must be verified: the verifier insists. */
  getAssertion(challenge: Uint8Array): Promise<Assertion>;
}

/**
 * Validation of a dummy stops at its challenge, which cannot be the one of an operation that is not known yet. What a right one
 * costs more (where the chain has no P-256 precompile; with clientDataJSON of up to 500 bytes).
 * @example const gas = { verificationGasLimit: DEFAULT_GAS.verificationGasLimit + WEBAUTHN_UNESTIMATED_GAS };
 */
export const WEBAUTHN_UNESTIMATED_GAS = 300_000n;

const AUTHENTICATOR_DATA_BYTES = 37;
const FLAGS_AT = 32;
const FLAGS = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backupState: 0x10 } as const;
/** Chrome adds this at times, so that nobody relies on the form of the JSON. */
const CHROME_EXTRA =
  "do not compare clientDataJSON against a template. See https://goo.gl/yabPex (other_keys_can_be_added_here)";
/** DER of the public key of P-256 up to the 64 bytes of the point. */
const SPKI_HEAD = "0x3059301306072a8648ce3d020106082a8648ce3d03010703420004";

/**
 * A passkey. The challenge is the digest; the user is asked, and verified, for every operation. The dummy is of maximal
 * length: that of an assertion of this origin with what Chrome may add; extensions of the authenticator would need more.
 * Raises `INVALID_PUBLIC_KEY`, `INVALID_HEX`, `INVALID_ADDRESS`; when signing, as {@link encodeAssertion}.
 *
 * @example
 * const key = webAuthnKey({
 *   verifier,
 *   publicKey,
 *   origin: "https://app.example",
 *   getAssertion: async (challenge) => {
 *     const options = { challenge: new Uint8Array(challenge), userVerification: "required" } as const;
 *     const credential = await navigator.credentials.get({ publicKey: options });
 *     return (credential as PublicKeyCredential).response as AuthenticatorAssertionResponse;
 *   },
 * });
 */
export function webAuthnKey(options: WebAuthnKeyOptions): VerifierKey {
  const { verifier, publicKey, origin } = options;
  return verifierKey({
    verifier,
    key: p256PublicKey(publicKey),
    dummySignature: dummyFor(origin),
    signDigest: async (digest) => encodeAssertion(await options.getAssertion(getBytes(digest)), digest),
    unestimatedGas: options.unestimatedGas ?? WEBAUTHN_UNESTIMATED_GAS,
  });
}

/**
 * The signature that OpenZeppelin's verifier takes, from the authenticator's answer to the challenge `digest`:
 * `abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON)` with low s.
 * Raises what the verifier would refuse: `NOT_AN_ASSERTION`, `CHALLENGE_MISMATCH`, `AUTHENTICATOR_DATA_TOO_SHORT`,
 * `USER_NOT_PRESENT`, `USER_NOT_VERIFIED`, `INVALID_BACKUP_STATE`, `INVALID_DER`. The signature itself is not checked.
 *
 * @example
 * const hash = digest(validator, sessionId(session));
 * const assertion = passkey.get(getBytes(hash)); // in a browser the response of navigator.credentials.get
 * const signature = encodeAssertion(assertion, hash);
 */
export function encodeAssertion(assertion: Assertion, digest: Hex): Hex {
  const authenticatorData = asBytes(assertion.authenticatorData);
  const clientData = asBytes(assertion.clientDataJSON);
  assertFlags(authenticatorData);
  const typeIndex = fieldIndex(clientData, `"type":"webauthn.get"`, "NOT_AN_ASSERTION");
  const challenge = `"challenge":"${toBase64Url(getBytes(digest))}"`;
  const challengeIndex = fieldIndex(clientData, challenge, "CHALLENGE_MISMATCH");
  const signature = withLowS(compactSignature(asBytes(assertion.signature)));
  return encodeAuth(signature, challengeIndex, typeIndex, authenticatorData, clientData);
}

/**
 * `qx ‖ qy` of a new passkey, from `AuthenticatorAttestationResponse.getPublicKey()`. Raises `UNSUPPORTED_KEY` if the
 * passkey is none of P-256 (ask for algorithm −7 only), `INVALID_PUBLIC_KEY`.
 * @example
 * const point = webAuthnPublicKey(passkey.spki); // in a browser response.getPublicKey() of a new credential
 */
export function webAuthnPublicKey(spki: AssertionBytes): Hex {
  const der = hexlify(asBytes(spki));
  const head = byteLength(SPKI_HEAD);
  if (byteLength(der) !== head + 64 || !der.startsWith(SPKI_HEAD)) {
    throw new SessionKeyError("UNSUPPORTED_KEY", "not a public key of P-256 in SPKI form", { found: der });
  }
  return p256PublicKey(dataSlice(der, head));
}

/**
 * base64url without padding, as browsers write a challenge.
 * @example toBase64Url(getBytes(digest)) // 43 characters
 */
export function toBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function encodeAuth(
  signature: Hex,
  challengeIndex: number,
  typeIndex: number,
  authenticatorData: Uint8Array,
  clientData: Uint8Array,
): Hex {
  return AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes"],
    [dataSlice(signature, 0, 32), dataSlice(signature, 32), challengeIndex, typeIndex, authenticatorData, clientData],
  );
}

/** Where the field starts, in bytes: the JSON is UTF-8, and may hold more than ASCII before it. */
function fieldIndex(clientData: Uint8Array, field: string, code: string): number {
  // One character per byte: positions are those of the bytes.
  const index = Array.from(clientData, (byte) => String.fromCharCode(byte))
    .join("")
    .indexOf(field);
  if (index < 0) throw new SessionKeyError(code, `clientDataJSON does not contain ${field}`, { expected: field });
  return index;
}

function assertFlags(authenticatorData: Uint8Array): void {
  const found = authenticatorData.length;
  if (found < AUTHENTICATOR_DATA_BYTES) {
    const message = `authenticatorData has ${found} bytes, at least ${AUTHENTICATOR_DATA_BYTES}`;
    throw new SessionKeyError("AUTHENTICATOR_DATA_TOO_SHORT", message, { found, min: AUTHENTICATOR_DATA_BYTES });
  }
  const flags = authenticatorData[FLAGS_AT]!;
  const has = (flag: keyof typeof FLAGS) => (flags & FLAGS[flag]) !== 0;
  const refuse = (code: string, message: string) => new SessionKeyError(code, message, { flags });
  if (!has("userPresent")) throw refuse("USER_NOT_PRESENT", "the authenticator saw nobody");
  if (!has("userVerified")) throw refuse("USER_NOT_VERIFIED", `ask for userVerification: "required"`);
  if (has("backupState") && !has("backupEligible")) throw refuse("INVALID_BACKUP_STATE", "backed up, but not eligible");
}

function dummyFor(origin: string): Hex {
  const challenge = toBase64Url(getBytes(ZeroHash));
  const fields = { type: "webauthn.get", challenge, origin, crossOrigin: false, extra: CHROME_EXTRA };
  const clientData = toUtf8Bytes(JSON.stringify(fields));
  const authenticatorData = new Uint8Array(AUTHENTICATOR_DATA_BYTES);
  authenticatorData[FLAGS_AT] = FLAGS.userPresent | FLAGS.userVerified;
  return encodeAuth(DUMMY_P256_SIGNATURE, 23, 1, authenticatorData, clientData);
}

function asBytes(bytes: AssertionBytes): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}
