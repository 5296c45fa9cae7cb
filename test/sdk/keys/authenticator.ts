import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { toUtf8Bytes } from "ethers";
import { toBase64Url, webAuthnPublicKey, type Assertion } from "../../../sdk/keys/webAuthn";

/** The web site of the tests. */
export const ORIGIN = "https://app.example";

/** Flags of authenticatorData. */
export const UP = 0x01;
export const UV = 0x04;
export const BE = 0x08;
export const BS = 0x10;

/** What a hostile client or a careless authenticator may do otherwise. */
export interface Quirks {
  readonly type?: string;
  readonly origin?: string;
  readonly flags?: number;
  /** Instead of 32 bytes of the site's hash, flags and counter. */
  readonly authenticatorData?: Uint8Array;
  /** Instead of the JSON that browsers write. */
  readonly clientData?: (challenge: string) => string;
}

/** A passkey in software: what a browser and an authenticator do together (WebAuthn Level 2, 6.3.3 and 5.8.1). */
export class SoftAuthenticator {
  readonly #key: KeyObject;

  constructor(pem?: string) {
    this.#key = pem ? createPrivateKey(pem) : generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  }

  /** As `AuthenticatorAttestationResponse.getPublicKey()` has it. */
  get spki(): Uint8Array {
    const { x, y } = this.#key.export({ format: "jwk" });
    const head = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");
    return Buffer.concat([head, Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]);
  }

  /** `qx ‖ qy`. */
  get publicKey(): string {
    return webAuthnPublicKey(this.spki);
  }

  /** As `navigator.credentials.get()` answers; the signature is DER, its s high or low as it comes. */
  get(challenge: Uint8Array, quirks: Quirks = {}): Assertion {
    const { type = "webauthn.get", origin = ORIGIN, flags = UP | UV } = quirks;
    const encoded = toBase64Url(challenge);
    const json =
      quirks.clientData?.(encoded) ?? JSON.stringify({ type, challenge: encoded, origin, crossOrigin: false });
    const clientDataJSON = toUtf8Bytes(json);
    const site = createHash("sha256").update(new URL(ORIGIN).hostname).digest();
    const authenticatorData = quirks.authenticatorData ?? Buffer.concat([site, Buffer.from([flags]), Buffer.alloc(4)]);
    const signed = Buffer.concat([authenticatorData, createHash("sha256").update(clientDataJSON).digest()]);
    return { authenticatorData, clientDataJSON, signature: sign("sha256", signed, this.#key) };
  }
}
