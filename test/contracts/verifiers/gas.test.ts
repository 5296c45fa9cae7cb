import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ecdsaKey, type SessionKey } from "../../../sdk";
import { multisigKey } from "../../../sdk/keys/multisig";
import { p256Key, p256Sha256Key } from "../../../sdk/keys/p256";
import { rsaKey } from "../../../sdk/keys/rsa";
import { ImmutableSigner__factory } from "../../../typechain-types";
import { wallet } from "../../helpers/world";
import { contractKey, keyWorld, newP256, passkey, validationGas, type KeyWorld } from "./fixture";

/** How far a key of another day may be from the number in the docs: scalars differ, bytes are zero or not. */
const TOLERANCE = 0.05;

/** Every row of the table of docs/keys.md. */
const KINDS: Record<string, (w: KeyWorld) => Promise<SessionKey>> = {
  ECDSA: (w) => Promise.resolve(ecdsaKey(w.key)),
  "P-256, `P256Verifier`": (w) => p256Key({ verifier: w.at.p256, key: newP256() }),
  "P-256, `P256Sha256Verifier`": (w) => p256Sha256Key({ verifier: w.at.p256Sha256, key: newP256() }),
  "P-256, `ERC7913P256Verifier`, no precompile": (w) => p256Key({ verifier: w.at.ozP256, key: newP256() }),
  "passkey, `ERC7913WebAuthnVerifier`, no precompile": (w) => Promise.resolve(passkey(w)),
  "RSA-2048, `ERC7913RSAVerifier`": (w) => rsaWith(w, 2048),
  "RSA-4096, `ERC7913RSAVerifier`": (w) => rsaWith(w, 4096),
  "contract, `ERC1271Verifier`": async (w) => {
    const contract = await new ImmutableSigner__factory(w.bundler).deploy(w.key.address);
    return contractKey(w, await contract.getAddress(), ecdsaKey(w.key));
  },
  "2 of 3 ECDSA, `MultisigVerifier`": (w) => Promise.resolve(multisigOf(w, 2, 3)),
  "16 of 16 ECDSA, `MultisigVerifier`": (w) => Promise.resolve(multisigOf(w, 16, 16)),
};

function rsaWith(w: KeyWorld, modulusLength: number): Promise<SessionKey> {
  return rsaKey({ verifier: w.at.ozRsa, key: generateKeyPairSync("rsa", { modulusLength }).privateKey });
}

function multisigOf(w: KeyWorld, threshold: number, count: number): SessionKey {
  const members = Array.from({ length: count }, (_, index) => ecdsaKey(wallet(`member ${index}`)));
  return multisigKey({ verifier: w.at.multisig, threshold, members });
}

/** The first two columns of the rows of the table: what, gas. */
function documented(): Map<string, bigint> {
  const rows = readFileSync("docs/keys.md", "utf8").matchAll(/^\| ([^|]+?) +\| +([\d,]+) \|/gm);
  return new Map([...rows].map(([, name, gas]) => [name!, BigInt(gas!.replaceAll(",", ""))]));
}

describe("gas of keys @gas", () => {
  for (const [name, create] of Object.entries(KINDS)) {
    it(`${name}: as documented, and no more than the dummy says`, async () => {
      const w = await keyWorld();
      const key = await create(w);
      const right = await validationGas(w, key);
      const dummy = await validationGas(w, {
        ...key,
        signDigest: () => Promise.resolve(key.dummySignature),
      });
      const unestimated = "unestimatedGas" in key ? (key.unestimatedGas as bigint) : 0n;
      if (process.env["PRINT_GAS"]) console.log(`| ${name} | ${right} | dummy ${dummy}, ${unestimated}`);
      // Two dummies of the same key differ a little as well: the scalars of P-256 depend on the digest.
      expect(dummy + unestimated).to.be.greaterThanOrEqual((right * 95n) / 100n);
      const expected = Number(documented().get(name) ?? 0n);
      expect(Number(right)).to.be.closeTo(expected, expected * TOLERANCE);
    });
  }
});
