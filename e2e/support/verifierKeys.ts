import { generateKeyPairSync } from "node:crypto";
import { p256Key } from "../../sdk/keys/p256";
import { type VerifierKey } from "../../sdk/keys/verifierKey";

/**
 * Gas of `P256Verifier` for a right signature, and some 10 % for unlucky scalars: `docs/keys.md` has 235,000 above ECDSA.
 */
const P256_GAS = 270_000n;

/** Neither number is in range: the verifier says no at once. */
const REFUSED_AT_ONCE = `0x${"ff".repeat(64)}`;

/**
 * A new P-256 key whose dummy signature costs the verifier nothing. Bundlers look for the least limit with which validation
 * does not revert, and a verifier that runs out of gas does not make it revert: its answer is a wrong signature, like that
 * to the dummy. So they would find a limit with which the verifier starves.
 */
export async function newP256Key(verifier: string): Promise<VerifierKey> {
  const key = await p256Key({ verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey });
  return { ...key, dummySignature: REFUSED_AT_ONCE, unestimatedGas: P256_GAS };
}
