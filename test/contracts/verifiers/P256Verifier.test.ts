import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataSlice, id, toBeHex, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { P256_ORDER, p256Key } from "../../../sdk/keys/p256";
import { type VerifierKey } from "../../../sdk/keys/verifierKey";
import {
  accepts,
  approves,
  answering,
  asWord,
  bytesOf,
  HASH,
  keyWorld,
  MAGIC,
  newP256,
  refuses,
  tampered,
  withSigner,
  WRONG,
  type KeyWorld,
} from "./fixture";

const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const PRECOMPILE = "0x0000000000000000000000000000000000000100";

const word = (value: bigint) => toBeHex(value, 32);
const r = (signature: string) => dataSlice(signature, 0, 32);
const s = (signature: string) => dataSlice(signature, 32, 64);

/** Ours and OpenZeppelin's must agree on everything but the precompile and the length of signatures. */
for (const name of ["p256", "ozP256"] as const) {
  describe(name === "p256" ? "P256Verifier" : "ERC7913P256Verifier (OpenZeppelin) @mass", () => {
    async function setUp(): Promise<{ w: KeyWorld; key: VerifierKey }> {
      const w = await keyWorld();
      return { w, key: await p256Key({ verifier: w.at[name], key: newP256() }) };
    }

    it("accepts a key's signature, refuses another key's, and the one over another digest", async () => {
      const { w, key } = await setUp();
      const other = await p256Key({ verifier: w.at[name], key: newP256() });
      await accepts(w, key);
      await refuses(w, withSigner(other, key.signer));
      await refuses(w, { ...key, signDigest: () => key.signDigest(id("another digest")) });
      await refuses(w, { ...key, signDigest: () => Promise.resolve(key.dummySignature) });
    });

    it("refuses the high s of an accepted signature", async () => {
      const { w, key } = await setUp();
      await approves(w, key);
      await refuses(
        w,
        tampered(key, (signature) => concat([r(signature), word(P256_ORDER - BigInt(s(signature)))])),
      );
    });

    const outOfRange = { "0": 0n, "n - 1": P256_ORDER - 1n, n: P256_ORDER, "2^256 - 1": 2n ** 256n - 1n };
    for (const [label, value] of Object.entries(outOfRange)) {
      it(`refuses r = ${label} and s = ${label}, alone and together`, async () => {
        const { w, key } = await setUp();
        await refuses(
          w,
          tampered(key, (signature) => concat([word(value), s(signature)])),
        );
        await refuses(
          w,
          tampered(key, (signature) => concat([r(signature), word(value)])),
        );
        await refuses(
          w,
          tampered(key, () => concat([word(value), word(value)])),
        );
        await approves(w, key);
      });
    }

    it("takes a digest above n, which only a reduction makes a scalar", async () => {
      const { w, key } = await setUp();
      const bytes = dataSlice(key.signer, 20);
      const digest = word(2n ** 256n - 1n);
      expect(await w.verifiers[name].verify(bytes, digest, await key.signDigest(digest))).to.equal(MAGIC);
      expect(await w.verifiers[name].verify(bytes, word(2n ** 256n - 2n), await key.signDigest(digest))).to.equal(
        WRONG,
      );
      expect(await w.verifiers[name].verify(bytes, ZeroHash, await key.signDigest(ZeroHash))).to.equal(MAGIC);
    });

    it("refuses keys that are no point of the curve", async () => {
      const { w, key } = await setUp();
      const [x, y] = [BigInt(dataSlice(key.signer, 20, 52)), BigInt(dataSlice(key.signer, 52))];
      const points = [
        [0n, 0n],
        [x, y ^ 1n],
        [y, x],
        [x, FIELD - y],
        [x, 0n],
        // The same residues, not reduced: one key would have two names. (An x below 2^256 − p is rare: most do not fit.)
        [FIELD, y],
        [x, FIELD],
        [2n ** 256n - 1n, 2n ** 256n - 1n],
      ] as const;
      for (const [qx, qy] of points) {
        await refuses(w, withSigner(key, concat([w.at[name], word(qx), word(qy)])));
      }
      await approves(w, key);
    });

    it("refuses every other length of a key, and shorter signatures", async () => {
      const { w, key } = await setUp();
      const point = dataSlice(key.signer, 20);
      for (const bytes of [dataSlice(point, 0, 63), concat([point, "0x00"]), concat(["0x04", point]), bytesOf(1)]) {
        await refuses(w, withSigner(key, concat([w.at[name], bytes])));
      }
      for (const length of [0, 1, 32, 63]) {
        await refuses(
          w,
          tampered(key, (signature) => dataSlice(signature, 0, length)),
        );
      }
      expect(await w.verifiers[name].verify("0x", HASH, "0x")).to.equal(WRONG);
      await approves(w, key);
    });

    it(name === "p256" ? "refuses a trailing byte" : "takes trailing bytes, as OpenZeppelin wants it", async () => {
      const { w, key } = await setUp();
      const longer = tampered(key, (signature) => concat([signature, "0x00"]));
      await (name === "p256" ? refuses(w, longer) : approves(w, longer));
    });

    it("does without the precompile at 0x100, which this chain does not have", async () => {
      const { w, key } = await setUp();
      const wycheproof = concat([
        "0xbb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
        word(5n),
        word(1n),
        "0xa71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac957",
        "0x5d47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b",
      ]);
      // It succeeds and answers nothing, even for a right signature: that must not count as yes.
      expect(await ethers.provider.call({ to: PRECOMPILE, data: wycheproof })).to.equal("0x");
      await refuses(
        w,
        tampered(key, (signature) => concat([word(5n), s(signature)])),
      );
      await approves(w, key);
    });

    it(
      name === "p256"
        ? "never calls 0x100: one that says yes to everything changes nothing"
        : "calls 0x100: one that says yes to everything decides",
      async () => {
        const { w, key } = await setUp();
        await setCode(PRECOMPILE, answering(word(1n)));
        const wrong = { ...key, signDigest: () => key.signDigest(id("another digest")) };
        await (name === "p256" ? refuses(w, wrong) : approves(w, wrong));
        await setCode(PRECOMPILE, "0x");
      },
    );

    it("is not the precompile: 0x100 as the verifier has no code, hence a wrong signature", async () => {
      const { w, key } = await setUp();
      await refuses(w, withSigner(key, concat([PRECOMPILE, dataSlice(key.signer, 20)])));
      await approves(w, key);
    });
  });
}

describe("verifiers by address", () => {
  it("must have code: precompiles and empty addresses are wrong signatures, a contract is asked", async () => {
    const w = await keyWorld();
    const key = await p256Key({ verifier: w.at.p256, key: newP256() });
    const bytes = dataSlice(key.signer, 20);
    // 4 echoes its input, which begins with the selector: the magic word of ERC-7913.
    for (const verifier of [1, 2, 3, 4, 5, 9, 10, 17, 0x100]) {
      await refuses(w, withSigner(key, concat([toBeHex(verifier, 20), bytes])));
    }
    await refuses(w, withSigner(key, concat([toBeHex(0xdead, 20), bytes])));
    await setCode(toBeHex(0xdead, 20), answering(asWord(MAGIC)));
    await approves(w, withSigner(key, concat([toBeHex(0xdead, 20), bytes])));
  });
});
