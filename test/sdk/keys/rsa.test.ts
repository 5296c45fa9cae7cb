import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { expect } from "chai";
import { AbiCoder, dataLength, dataSlice, getBytes, hexlify, id } from "ethers";
import { MAX_SIGNER_BYTES } from "../../../sdk/constants";
import { rsaKey } from "../../../sdk/keys/rsa";
import { VALIDATOR } from "../arbitraries";
import { expectRejectedWith } from "./rejection";

const verifier = VALIDATOR;
const DIGEST = id("a digest");
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
const node = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync("rsa", { modulusLength, publicExponent }).privateKey;
const web = (algorithm: object) =>
  crypto.subtle.generateKey({ ...RSA, modulusLength: 2048, ...algorithm }, false, ["sign", "verify"]) as Promise<
    Awaited<ReturnType<typeof crypto.subtle.generateKey>> & { publicKey: never; privateKey: never }
  >;

describe("keys/rsa", () => {
  it("is a verifier and abi.encode(e, n), and signs with as many bytes as n has", async () => {
    const source = node(2048);
    const key = await rsaKey({ verifier, key: source });
    const [e, n] = AbiCoder.defaultAbiCoder().decode(
      ["bytes", "bytes"],
      dataSlice(key.signer, 20),
    ) as unknown as string[];
    const jwk = source.export({ format: "jwk" });
    expect(e).to.equal("0x010001");
    expect(n).to.equal(hexlify(Buffer.from(jwk.n!, "base64url")));
    const signature = await key.signDigest(DIGEST);
    expect(verify("sha256", getBytes(DIGEST), createPublicKey(source), getBytes(signature))).to.equal(true);
    expect(dataLength(signature)).to.equal(256);
    expect(dataLength(key.dummySignature)).to.equal(256);
    expect(dataLength(key.signer)).to.equal(436);
  });

  it("has a dummy that is not below the modulus, and says what a right signature costs more", async () => {
    // At the prices of EIP-7883: 2 · 32² · 16 and 2 · 48² · 16; and 110 for each byte of the modulus.
    for (const [bits, gas] of [
      [2048, 32_768n + 28_160n],
      [3072, 73_728n + 42_240n],
    ] as const) {
      const source = node(bits);
      const key = await rsaKey({ verifier, key: source });
      const modulus = `0x${Buffer.from(source.export({ format: "jwk" }).n!, "base64url").toString("hex")}`;
      expect(BigInt(key.dummySignature) >= BigInt(modulus)).to.equal(true);
      expect(BigInt(await key.signDigest(DIGEST)) < BigInt(modulus)).to.equal(true);
      expect(dataLength(key.dummySignature)).to.equal(dataLength(modulus));
      expect(key.unestimatedGas).to.equal(gas);
    }
  });

  it("knows what a larger exponent costs", async () => {
    const { unestimatedGas } = await rsaKey({ verifier, key: node(2048, 2 ** 32 - 1) });
    expect(unestimatedGas).to.equal(2n * 32n ** 2n * 31n + 28_160n);
  });

  it("takes pairs of WebCrypto that nobody can extract", async () => {
    const pair = await web({});
    const key = await rsaKey({ verifier, key: pair });
    const spki = Buffer.from(await crypto.subtle.exportKey("spki", pair.publicKey));
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
    expect(verify("sha256", getBytes(DIGEST), publicKey, getBytes(await key.signDigest(DIGEST)))).to.equal(true);
  });

  it("refuses what the verifier refuses or should: short moduli, low exponents", async () => {
    await expectRejectedWith(rsaKey({ verifier, key: node(2040) }), "RSA_MODULUS_TOO_SHORT", { found: 255, min: 256 });
    await expectRejectedWith(rsaKey({ verifier, key: node(2048, 3) }), "RSA_EXPONENT_TOO_LOW", { found: 3n });
    await rsaKey({ verifier, key: node(2048) });
  });

  it("refuses a modulus too long for a signer", async () => {
    // Only the public half matters: no need to wait for such a key to be found.
    const jwk = { kty: "RSA", e: "AQAB", n: Buffer.alloc(833, 0xff).toString("base64url") };
    const long = { type: "private", export: () => jwk } as unknown as ReturnType<typeof node>;
    const error = await expectRejectedWith(rsaKey({ verifier, key: long }), "InvalidSignerLength", {
      found: 1044n,
      max: BigInt(MAX_SIGNER_BYTES),
    });
    expect(error.details["min"]).to.equal(20n);
  });

  it("refuses keys of other kinds and other hashes", async () => {
    const others = [
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
      generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey,
      createPublicKey(node(2048)),
      await web({ hash: "SHA-512" }),
      await web({ name: "RSA-PSS" }),
    ];
    for (const key of others) await expectRejectedWith(rsaKey({ verifier, key }), "UNSUPPORTED_KEY");
  });
});
