import { constants, generateKeyPairSync, privateEncrypt, sign, type KeyObject } from "node:crypto";
import { expect } from "chai";
import {
  AbiCoder,
  concat,
  dataLength,
  dataSlice,
  getBytes,
  hexlify,
  sha256,
  toBeHex,
  toBigInt,
  ZeroHash,
} from "ethers";
import { rsaKey, type SessionKey } from "../../../sdk";
import {
  accepts,
  approves,
  bytesOf,
  HASH,
  keyWorld,
  MAGIC,
  refuses,
  tampered,
  withSigner,
  WRONG,
  type KeyWorld,
} from "./fixture";

/** Of DigestInfo for SHA-256 with explicit NULL parameters (RFC 8017, 9.2). */
const DIGEST_INFO = "0x3031300d060960864801650304020105000420";
/** With the parameters left out. */
const DIGEST_INFO_IMPLICIT = "0x302f300b06096086480165030402010420";

function generate(modulusLength = 2048): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

function encodeKey(e: string, n: string): string {
  return AbiCoder.defaultAbiCoder().encode(["bytes", "bytes"], [e, n]);
}

function numbers(key: KeyObject): { e: string; n: string } {
  const { e, n } = key.export({ format: "jwk" });
  return { e: hexlify(Buffer.from(e!, "base64url")), n: hexlify(Buffer.from(n!, "base64url")) };
}

/** `0x00 ‖ type ‖ padding ‖ 0x00 ‖ info ‖ hash`, raised to the private exponent as it is. */
function signPadded(key: KeyObject, type: string, info: string, padding: (length: number) => string, hash: string) {
  const tail = concat(["0x00", info, hash]);
  const block = concat(["0x00", type, padding(256 - 2 - dataLength(tail)), tail]);
  return hexlify(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, getBytes(block)));
}

const ones = (length: number) => bytesOf(length, 0xff);

describe("ERC7913RSAVerifier (OpenZeppelin) @mass", () => {
  const shared = generate();

  async function setUp(): Promise<{ w: KeyWorld; key: SessionKey }> {
    const w = await keyWorld();
    return { w, key: await rsaKey({ verifier: w.at.ozRsa, key: shared }) };
  }

  it("accepts a key's signature, refuses another key's, and the one over another digest", async () => {
    const { w, key } = await setUp();
    const other = await rsaKey({ verifier: w.at.ozRsa, key: generate() });
    await accepts(w, key);
    await refuses(w, withSigner(other, key.signer));
    await refuses(w, { ...key, signDigest: () => key.signDigest(HASH) });
    await refuses(w, { ...key, signDigest: () => Promise.resolve(key.dummySignature) });
  });

  it("takes PKCS#1 v1.5 with SHA-256 and nothing else of what node:crypto signs", async () => {
    const { w, key } = await setUp();
    const by = (algorithm: string, padding = constants.RSA_PKCS1_PADDING): SessionKey => ({
      ...key,
      signDigest: (digest) => Promise.resolve(hexlify(sign(algorithm, getBytes(digest), { key: shared, padding }))),
    });
    await approves(w, by("sha256"));
    await refuses(w, by("sha1"));
    await refuses(w, by("sha512"));
    await refuses(w, by("sha256", constants.RSA_PKCS1_PSS_PADDING));
  });

  it("checks every byte of the padding", async () => {
    const { w } = await setUp();
    const { e, n } = numbers(shared);
    const key = encodeKey(e, n);
    const verify = (signature: string) => w.verifiers.ozRsa.verify(key, HASH, signature);
    const digest = sha256(HASH);
    expect(await verify(signPadded(shared, "0x01", DIGEST_INFO, ones, digest))).to.equal(MAGIC);
    expect(await verify(signPadded(shared, "0x01", DIGEST_INFO_IMPLICIT, ones, digest))).to.equal(MAGIC);
    const wrong = [
      signPadded(shared, "0x02", DIGEST_INFO, ones, digest),
      signPadded(shared, "0x00", DIGEST_INFO, ones, digest),
      signPadded(shared, "0x01", DIGEST_INFO, (length) => bytesOf(length, 0), digest),
      signPadded(shared, "0x01", DIGEST_INFO, (length) => concat(["0xfe", ones(length - 1)]), digest),
      signPadded(shared, "0x01", DIGEST_INFO, (length) => concat([ones(length - 1), "0x00"]), digest),
      // Bleichenbacher's forgery of 2006: less padding, garbage after the hash.
      signPadded(shared, "0x01", DIGEST_INFO, ones, concat([digest, bytesOf(20)])),
      signPadded(shared, "0x01", DIGEST_INFO.replace("3031", "3030"), ones, digest),
      signPadded(shared, "0x01", DIGEST_INFO, ones, sha256(digest)),
      signPadded(shared, "0x01", DIGEST_INFO, ones, HASH),
    ];
    for (const signature of wrong) expect(await verify(signature)).to.equal(WRONG);
  });

  it("refuses signatures of another length, and s + n for s", async () => {
    const { w, key } = await setUp();
    const { n } = numbers(shared);
    await approves(w, key);
    for (const change of [
      (signature: string) => dataSlice(signature, 1),
      (signature: string) => dataSlice(signature, 0, 255),
      (signature: string) => concat([signature, "0x00"]),
      (signature: string) => concat(["0x00", signature]),
      (signature: string) => toBeHex(toBigInt(signature) + toBigInt(n), 257),
      () => "0x",
      () => n,
      () => bytesOf(256, 0),
      () => bytesOf(256, 0xff),
    ]) {
      await refuses(w, tampered(key, change));
    }
  });

  it("refuses another exponent and a modulus below 2,048 bits", async () => {
    const { w, key } = await setUp();
    const { e, n } = numbers(shared);
    const signer = (exponent: string, modulus: string) => concat([w.at.ozRsa, encodeKey(exponent, modulus)]);
    await approves(w, withSigner(key, signer(e, n)));
    for (const exponent of ["0x010003", "0x03", "0x02", "0x01", "0x00", "0x"]) {
      await refuses(w, withSigner(key, signer(exponent, n)));
    }
    const short = generate(1024);
    const shortKey: SessionKey = {
      ...key,
      signer: signer(numbers(short).e, numbers(short).n),
      signDigest: (digest) => Promise.resolve(hexlify(sign("sha256", getBytes(digest), short))),
    };
    await refuses(w, shortKey);
    // The same key in 256 bytes: long, but a signature of 128 bytes does not fit it any more.
    await refuses(w, withSigner(shortKey, signer(numbers(short).e, concat([bytesOf(128, 0), numbers(short).n]))));
    for (const modulus of ["0x", bytesOf(255), bytesOf(256, 0)]) await refuses(w, withSigner(key, signer(e, modulus)));
  });

  it("believes an exponent of 1, with which anyone can sign: the SDK refuses to make such a key", async () => {
    const { w } = await setUp();
    const { n } = numbers(shared);
    const block = concat(["0x0001", ones(256 - 2 - 20 - 32), "0x00", DIGEST_INFO, sha256(HASH)]);
    expect(await w.verifiers.ozRsa.verify(encodeKey("0x01", n), HASH, block)).to.equal(MAGIC);
    expect(await w.verifiers.ozRsa.verify(encodeKey("0x010001", n), HASH, block)).to.equal(WRONG);
  });

  it("reverts on a key that is not abi.encode(e, n): for the validator that is a wrong signature", async () => {
    const { w, key } = await setUp();
    const bytes = dataSlice(key.signer, 20);
    const broken = [dataSlice(bytes, 0, 64), dataSlice(bytes, 0, -32), bytesOf(64, 0xff), ZeroHash, "0x00"];
    for (const wrong of broken) await refuses(w, withSigner(key, concat([w.at.ozRsa, wrong])));
    await expect(w.verifiers.ozRsa.verify(bytesOf(64, 0xff), HASH, "0x")).to.be.reverted;
    await approves(w, key);
  });

  it("takes 3,072 and 4,096 bits, and moduli that are no multiple of 256 bits", async () => {
    const w = await keyWorld();
    for (const bits of [2056, 3072, 4096]) {
      await approves(w, await rsaKey({ verifier: w.at.ozRsa, key: generate(bits) }));
    }
  });
});
