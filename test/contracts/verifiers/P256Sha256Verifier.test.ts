import { sign } from "node:crypto";
import { expect } from "chai";
import { concat, dataSlice, getBytes, hexlify, sha256, toBeHex } from "ethers";
import { P256_ORDER, p256Key, p256Sha256Key, withLowS } from "../../../sdk/keys/p256";
import { accepts, approves, HASH, keyWorld, MAGIC, newP256, refuses, tampered, withSigner, WRONG } from "./fixture";

describe("P256Sha256Verifier", () => {
  it("accepts a WebCrypto key that nobody can extract", async () => {
    const w = await keyWorld();
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const key = await p256Sha256Key({ verifier: w.at.p256Sha256, key: pair });
    await accepts(w, key);
    const other = await p256Sha256Key({ verifier: w.at.p256Sha256, key: newP256() });
    await refuses(w, withSigner(other, key.signer));
  });

  it("takes what node:crypto signs, with low s only", async () => {
    const w = await keyWorld();
    const privateKey = newP256();
    const key = dataSlice((await p256Key({ verifier: w.at.p256, key: privateKey })).signer, 20);
    for (let i = 0; i < 8; i++) {
      const raw = hexlify(sign("sha256", getBytes(HASH), { key: privateKey, dsaEncoding: "ieee-p1363" }));
      const low = withLowS(raw);
      const high = concat([dataSlice(low, 0, 32), toBeHex(P256_ORDER - BigInt(dataSlice(low, 32)), 32)]);
      expect(await w.verifiers.p256Sha256.verify(key, HASH, low)).to.equal(MAGIC);
      expect(await w.verifiers.p256Sha256.verify(key, HASH, high)).to.equal(WRONG);
      expect(await w.verifiers.p256.verify(key, sha256(HASH), low)).to.equal(MAGIC);
    }
  });

  it("refuses a signature over the digest itself, which P256Verifier accepts, and the other way round", async () => {
    const w = await keyWorld();
    const privateKey = newP256();
    const plain = await p256Key({ verifier: w.at.p256, key: privateKey });
    const hashed = await p256Sha256Key({ verifier: w.at.p256Sha256, key: privateKey });
    await approves(w, plain);
    await approves(w, hashed);
    await refuses(w, withSigner(plain, hashed.signer));
    await refuses(w, withSigner(hashed, plain.signer));
  });

  it("refuses wrong lengths, as P256Verifier does", async () => {
    const w = await keyWorld();
    const key = await p256Sha256Key({ verifier: w.at.p256Sha256, key: newP256() });
    await refuses(w, withSigner(key, concat([key.signer, "0x00"])));
    await refuses(
      w,
      tampered(key, (signature) => concat([signature, "0x00"])),
    );
    await refuses(
      w,
      tampered(key, () => "0x"),
    );
    await approves(w, key);
  });
});
