import { createPublicKey, createSign, generateKeyPairSync, sign, verify, webcrypto } from "node:crypto";
import { expect } from "chai";
import { concat, dataLength, dataSlice, getBytes, hexlify, id, keccak256, toBeHex } from "ethers";
import { type SessionKey } from "../../../sdk";
import {
  compactSignature,
  P256_ORDER,
  P256_UNESTIMATED_GAS,
  p256Key,
  p256PublicKey,
  p256Sha256Key,
  withLowS,
} from "../../../sdk/keys/p256";
import { expectCode, VALIDATOR } from "../arbitraries";
import { expectRejectedWith } from "./rejection";

const verifier = VALIDATOR;
const DIGEST = id("a digest");
const node = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const web = (extractable: boolean) =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, extractable, ["sign", "verify"]);

/** By node:crypto, which verifies a SHA-256 only. */
function isValid(key: SessionKey, message: string, signature: string): boolean {
  const [x, y] = [dataSlice(key.signer, 20, 52), dataSlice(key.signer, 52)];
  const jwk = { kty: "EC", crv: "P-256", x: base64Url(x), y: base64Url(y) };
  const publicKey = createPublicKey({ format: "jwk", key: jwk });
  return verify("sha256", getBytes(message), { key: publicKey, dsaEncoding: "ieee-p1363" }, getBytes(signature));
}

const base64Url = (hex: string) => Buffer.from(getBytes(hex)).toString("base64url");
const low = (signature: string) => BigInt(dataSlice(signature, 32)) <= P256_ORDER / 2n;

describe("keys/p256", () => {
  describe("p256Key", () => {
    it("signs the digest itself, always with low s, as node:crypto would its preimage", async () => {
      for (const source of [node(), await web(true)]) {
        const key = await p256Key({ verifier, key: source });
        for (let i = 0; i < 10; i++) {
          const message = keccak256(toBeHex(i));
          // What SHA-256 makes of the message is the digest here: then both sign the same.
          const digest = hexlify(new Uint8Array(await webcrypto.subtle.digest("SHA-256", getBytes(message))));
          const signature = await key.signDigest(digest);
          expect(dataLength(signature)).to.equal(64);
          expect(low(signature)).to.equal(true);
          expect(isValid(key, message, signature)).to.equal(true);
          expect(isValid(key, DIGEST, signature)).to.equal(false);
        }
      }
    });

    it("is a verifier and a point, with a dummy of the right length that is refused at once", async () => {
      const key = await p256Key({ verifier, key: node() });
      expect(dataLength(key.signer)).to.equal(84);
      expect(dataSlice(key.signer, 0, 20)).to.equal(verifier.toLowerCase());
      expect(dataLength(key.dummySignature)).to.equal(64);
      const numbers = [dataSlice(key.dummySignature, 0, 32), dataSlice(key.dummySignature, 32)].map(BigInt);
      expect(numbers.every((number) => number >= P256_ORDER)).to.equal(true);
      expect(key.unestimatedGas).to.equal(P256_UNESTIMATED_GAS);
      const cheap = await p256Key({ verifier, key: node(), unestimatedGas: 20_000n });
      expect(cheap.unestimatedGas).to.equal(20_000n);
    });

    it("never uses a nonce twice", async () => {
      const key = await p256Key({ verifier, key: node() });
      const signatures = await Promise.all(Array.from({ length: 20 }, () => key.signDigest(DIGEST)));
      expect(new Set(signatures.map((signature) => dataSlice(signature, 0, 32)))).to.have.length(20);
    });

    it("takes a signer that lives elsewhere, bytes or hex, and lowers its s", async () => {
      const inner = await p256Key({ verifier, key: node() });
      const publicKey = dataSlice(inner.signer, 20);
      const right = await inner.signDigest(DIGEST);
      const high = concat([dataSlice(right, 0, 32), toBeHex(P256_ORDER - BigInt(dataSlice(right, 32)), 32)]);
      for (const answer of [right, high, getBytes(high)]) {
        const key = await p256Key({ verifier, key: { publicKey, sign: () => Promise.resolve(answer) } });
        expect(key.signer).to.equal(inner.signer);
        expect(await key.signDigest(DIGEST)).to.equal(right);
      }
    });

    it("refuses a WebCrypto key that is not extractable, and names the way out", async () => {
      await expectRejectedWith(p256Key({ verifier, key: await web(false) }), "KEY_NOT_EXTRACTABLE");
      await p256Key({ verifier, key: await web(true) });
    });

    it("refuses keys of other kinds, public keys and other curves", async () => {
      const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const others = [
        rsa.privateKey,
        generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
        generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
        generateKeyPairSync("ed25519").privateKey,
        createPublicKey(node()),
        await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]),
      ];
      for (const key of others) {
        await expectRejectedWith(p256Key({ verifier, key }), "UNSUPPORTED_KEY");
        await expectRejectedWith(p256Sha256Key({ verifier, key }), "UNSUPPORTED_KEY");
      }
    });
  });

  describe("p256Sha256Key", () => {
    it("signs the SHA-256 of the digest with keys that cannot be extracted, and with those that can", async () => {
      for (const source of [node(), await web(true), await web(false)]) {
        const key = await p256Sha256Key({ verifier, key: source });
        for (let i = 0; i < 10; i++) {
          const signature = await key.signDigest(DIGEST);
          expect(dataLength(signature)).to.equal(64);
          expect(low(signature)).to.equal(true);
          expect(isValid(key, DIGEST, signature)).to.equal(true);
        }
        expect(dataLength(key.dummySignature)).to.equal(64);
        expect(key.unestimatedGas).to.equal(P256_UNESTIMATED_GAS);
      }
    });
  });

  describe("p256PublicKey", () => {
    it("takes points of the curve and nothing else", async () => {
      const { signer } = await p256Key({ verifier, key: node() });
      const point = dataSlice(signer, 20);
      expect(p256PublicKey(point)).to.equal(point);
      const field = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
      for (const wrong of [
        `0x${"00".repeat(64)}`,
        concat([dataSlice(point, 32), dataSlice(point, 0, 32)]),
        concat([toBeHex(field, 32), dataSlice(point, 32)]),
        concat([dataSlice(point, 0, 32), toBeHex(field, 32)]),
      ]) {
        expectCode(() => p256PublicKey(wrong), "INVALID_PUBLIC_KEY");
      }
      for (const length of [0, 33, 63]) {
        const short = dataSlice(point, 0, length);
        expectCode(() => p256PublicKey(short), "INVALID_HEX");
      }
    });
  });

  describe("compactSignature", () => {
    it("reads what node:crypto writes, whatever the length of its integers", () => {
      const key = node();
      for (let i = 0; i < 200; i++) {
        const der = sign("sha256", Buffer.from([i]), key);
        const compact = compactSignature(der);
        const options = { key: createPublicKey(key), dsaEncoding: "ieee-p1363" } as const;
        expect(verify("sha256", Buffer.from([i]), options, getBytes(compact))).to.equal(true);
        expect(verify("sha256", Buffer.from([i]), options, getBytes(withLowS(compact)))).to.equal(true);
        expect(compactSignature(hexlify(der))).to.equal(compact);
      }
    });

    it("reads integers of one byte", () => {
      expect(compactSignature("0x3006020105020107")).to.equal(concat([toBeHex(5, 32), toBeHex(7, 32)]));
    });

    it("refuses everything else", () => {
      const der = hexlify(createSign("sha256").update("message").sign(node()));
      const wrong = [
        "0x",
        "0x30",
        concat([der, "0x00"]),
        dataSlice(der, 0, -1),
        concat(["0x31", dataSlice(der, 1)]),
        `0x${"11".repeat(64)}`,
        "0x300602010502010700",
        "0x3005020105020107",
        "0x3007020105020107",
        "0x3006020105020207",
        "0x3006020205020107",
        "0x3006030105020107",
        concat(["0x3026", "0x0221", "0x00", toBeHex(P256_ORDER, 32), "0x020105"]),
      ];
      for (const bytes of wrong) {
        expectCode(() => compactSignature(bytes), "INVALID_DER");
      }
    });
  });
});
