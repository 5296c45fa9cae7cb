import { createPrivateKey } from "node:crypto";
import type { SessionKey } from "../sdk";
import { p256Key } from "../sdk/keys/p256";
import { webAuthnKey } from "../sdk/keys/webAuthn";
import { ORIGIN, SoftAuthenticator } from "../test/sdk/keys/authenticator";
import type { Props } from "./stage";

/** The example key of RFC 7515, A.3: gas depends on a key's bytes, so the key is the same in each run. */
const KEY = createPrivateKey({
  format: "jwk",
  key: {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
  },
});

/** A P-256 key, checked by OpenZeppelin's verifier through the chain's precompile. */
export async function p256({ p256Verifier }: Props): Promise<SessionKey> {
  return p256Key({ verifier: p256Verifier, key: KEY });
}

/** A passkey, checked in the same way. */
export function passkey({ webAuthnVerifier }: Props): Promise<SessionKey> {
  const authenticator = new SoftAuthenticator(KEY.export({ format: "pem", type: "pkcs8" }) as string);
  const key = webAuthnKey({
    verifier: webAuthnVerifier,
    publicKey: authenticator.publicKey,
    origin: ORIGIN,
    getAssertion: (challenge) => Promise.resolve(authenticator.get(challenge)),
  });
  return Promise.resolve(key);
}
