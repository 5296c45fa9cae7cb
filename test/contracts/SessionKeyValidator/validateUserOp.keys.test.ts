import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataLength, dataSlice, getBytes, keccak256, N, toBeHex, zeroPadValue, ZeroAddress } from "ethers";
import { buildEnvelope, digest, ecdsaKey, erc7913Key, type Session, type SessionKey } from "../../../sdk";
import { domainSeparator, sessionUseHash } from "../../../sdk/typedData";
import { HashVerifier__factory } from "../../../typechain-types";
import { enable, expectRejection, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  expectAccepted,
  expectWrongKey,
  OP_HASH,
  permissionFor,
  validateSaying,
} from "../../helpers/validation";
import { wallet, world, type World } from "../../helpers/world";
import { ERC7913_MAGIC, validAnswers, wrongAnswers } from "./answers";

async function signedBy(signer?: (w: World) => string) {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w)], signer ? { signer: signer(w) } : {});
  await enable(w, session);
  return { w, session, calls: [callOf(w)], op: await attempt(w, session, [callOf(w)]) };
}

/** A key that signs with whatever `sign` makes of the digest. */
const keyOf = (session: Session, sign: (digest: string) => string): SessionKey => ({
  signer: session.signer,
  dummySignature: "0x",
  signDigest: (hash) => Promise.resolve(sign(hash)),
});

describe("SessionKeyValidator.validateUserOp: the key's signature", () => {
  describe("ECDSA", () => {
    it("is that of the session's key over the SessionUse, and nobody else's", async () => {
      const { w, session, calls, op } = await signedBy();
      await expectAccepted(w, op);
      for (const holder of [w.otherKey, w.owner, wallet("nobody")]) {
        await expectWrongKey(w, await attempt(w, session, calls, { key: ecdsaKey(holder) }));
      }
    });

    it("is over one digest only: not another hash, envelope, validator, or a message of a wallet (F22)", async () => {
      const { w, session, calls } = await signedBy();
      const envelope = buildEnvelope({ session, calls, mode: "use" });
      const { signingKey } = w.key;
      const right = digest(w.validatorAddress, sessionUseHash(OP_HASH, envelope));
      const personal = keccak256(concat([Buffer.from("\x19Ethereum Signed Message:\n32"), getBytes(right)]));
      const digests = [
        digest(w.validatorAddress, sessionUseHash(keccak256("0x01"), envelope)),
        digest(w.validatorAddress, sessionUseHash(OP_HASH, concat([envelope, "0x00"]))),
        digest(w.validatorAddress, sessionUseHash(OP_HASH, "0x")),
        digest(w.targetAddress, sessionUseHash(OP_HASH, envelope)),
        personal,
        sessionUseHash(OP_HASH, envelope),
        OP_HASH,
        keccak256(concat([domainSeparator(w.validatorAddress), OP_HASH])),
      ];
      const signing = (hash: string) =>
        attempt(w, session, calls, { key: keyOf(session, () => signingKey.sign(hash).serialized) });
      await expectAccepted(w, await signing(right));
      for (const hash of digests) await expectWrongKey(w, await signing(hash));
    });

    it("does not end before its 65 bytes, though they lie in the calldata (F13)", async () => {
      const { w, op } = await signedBy();
      const length = dataLength(op.signature);
      for (const cut of [1, 2, 65]) expect(await validateSaying(w, op, length - cut)).to.equal(1n);
      await expectAccepted(w, op);
    });

    it("has 65 bytes, low s, and v 27 or 28 (F13)", async () => {
      const { w, session, calls } = await signedBy();
      const { signingKey } = w.key;
      const malformed: Record<string, (r: string, s: string, v: number) => string> = {
        "high s": (r, s, v) => concat([r, toBeHex(N - BigInt(s), 32), toBeHex(55 - v, 1)]),
        "high s, v kept": (r, s, v) => concat([r, toBeHex(N - BigInt(s), 32), toBeHex(v, 1)]),
        "the other v": (r, s, v) => concat([r, s, toBeHex(55 - v, 1)]),
        "v 0 or 1": (r, s, v) => concat([r, s, v === 27 ? "0x00" : "0x01"]),
        "v 29": (r, s) => concat([r, s, "0x1d"]),
        "v 255": (r, s) => concat([r, s, "0xff"]),
        "r 0": (_r, s, v) => concat([zeroPadValue("0x00", 32), s, toBeHex(v, 1)]),
        "s 0": (r, _s, v) => concat([r, zeroPadValue("0x00", 32), toBeHex(v, 1)]),
        "s = n": (r, _s, v) => concat([r, toBeHex(N, 32), toBeHex(v, 1)]),
        "r = n": (_r, s, v) => concat([toBeHex(N, 32), s, toBeHex(v, 1)]),
        zeros: () => `0x${"00".repeat(65)}`,
        ones: () => `0x${"ff".repeat(65)}`,
        "64 bytes (EIP-2098)": (r, s, v) => concat([r, toBeHex(BigInt(s) | (BigInt(v - 27) << 255n), 32)]),
        "64 bytes": (r, s) => concat([r, s]),
        "63 bytes": (r, s) => dataSlice(concat([r, s]), 0, 63),
        "66 bytes": (r, s, v) => concat([r, s, toBeHex(v, 1), "0x00"]),
        "96 bytes": (r, s, v) => concat([r, s, toBeHex(v, 32)]),
        "1 byte": () => "0x1b",
        "no bytes": () => "0x",
      };
      for (const [name, make] of Object.entries(malformed)) {
        const key = keyOf(session, (hash) => {
          const { r, s, v } = signingKey.sign(hash);
          return make(r, s, v);
        });
        await expectWrongKey(w, await attempt(w, session, calls, { key })).catch((error: unknown) => {
          throw new Error(name, { cause: error });
        });
      }
      const sound = keyOf(session, (hash) => signingKey.sign(hash).serialized);
      await expectAccepted(w, await attempt(w, session, calls, { key: sound }));
    });

    it("is judged by recovery alone: code at the key's address is never asked (F23)", async () => {
      const { w, session, calls, op } = await signedBy();
      const yes = await validAnswers("0x1626ba7e")["the magic in a word"]!(w);
      await setCode(w.key.address, concat(["0xef0100", yes]));
      await expectAccepted(w, op);
      await expectWrongKey(w, await attempt(w, session, calls, { key: ecdsaKey(w.otherKey) }));
    });

    it("of a contract that says yes to everything does not exist: 20 bytes are ECDSA", async () => {
      for (const magic of ["0x1626ba7e", ERC7913_MAGIC]) {
        const w = await world();
        const yes = await validAnswers(magic)["the magic in a word"]!(w);
        const session = await sessionOf(w, [permissionFor(w)], { signer: yes });
        await enable(w, session);
        await expectWrongKey(w, await attempt(w, session, [callOf(w)]));
      }
    });

    it("of the zero address does not exist, though recovery fails with 0 (F12)", async () => {
      const { w, session, calls } = await signedBy(() => ZeroAddress);
      for (const signature of ["0x", `0x${"00".repeat(65)}`, `0x${"00".repeat(64)}1b`, `0x${"00".repeat(64)}1d`]) {
        await expectWrongKey(w, await attempt(w, session, calls, { key: keyOf(session, () => signature) }));
      }
    });

    it("that is wrong is AA24 at the EntryPoint", async () => {
      const { w, session, calls } = await signedBy();
      await expectRejection(w, await operation(w, session, calls, { key: ecdsaKey(w.otherKey) }), "AA24");
      await use(w, session, calls);
    });
  });

  describe("ERC-7913", () => {
    async function verified(deploy: (w: World) => Promise<string>, key = "0x0102030405") {
      const w = await world();
      const verifier = await deploy(w);
      const session = await sessionOf(w, [permissionFor(w)], { signer: concat([verifier, key]) });
      await enable(w, session);
      return { w, session, calls: [callOf(w)], verifier };
    }
    const honest = async ({ bundler }: World) => (await new HashVerifier__factory(bundler).deploy()).getAddress();

    for (const size of [1, 32, 64, 1004]) {
      it(`with a key of ${size} bytes: the verifier gets key, digest and signature as they are`, async () => {
        const key = `0x${"c5".repeat(size)}`;
        const { w, session, calls, verifier } = await verified(honest, key);
        const signer = erc7913Key({
          verifier,
          key,
          dummySignature: "0x",
          signDigest: (hash) => Promise.resolve(keccak256(concat([key, hash]))),
        });
        expect(signer.signer.toLowerCase()).to.equal(session.signer.toLowerCase());
        await expectAccepted(w, await attempt(w, session, calls, { key: signer }));
        await use(w, session, calls, { key: signer });
        const wrong = keyOf(session, (hash) => keccak256(concat([key, hash, "0x00"])));
        await expectWrongKey(w, await attempt(w, session, calls, { key: wrong }));
        await expectWrongKey(w, await attempt(w, session, calls, { key: keyOf(session, () => "0x") }));
        await expectRejection(w, await operation(w, session, calls, { key: wrong }), "AA24");
      });
    }

    for (const [name, deploy] of Object.entries(validAnswers(ERC7913_MAGIC))) {
      it(`is right if the verifier answers with ${name}`, async () => {
        const { w, session, calls } = await verified(deploy);
        await expectAccepted(w, await attempt(w, session, calls));
      });
    }

    for (const [name, deploy] of Object.entries(wrongAnswers(ERC7913_MAGIC))) {
      it(`is wrong if the verifier answers with ${name}`, async () => {
        const { w, session, calls } = await verified(deploy);
        await expectWrongKey(w, await attempt(w, session, calls));
      });
    }

    for (let precompile = 1; precompile <= 17; precompile++) {
      it(`is wrong if the verifier is precompile ${precompile}${precompile === 4 ? ", which echoes the magic" : ""}`, async () => {
        const { w, session, calls } = await verified(() => Promise.resolve(toBeHex(precompile, 20)));
        await expectWrongKey(w, await attempt(w, session, calls));
      });
    }

    it("is wrong if the verifier has no code, or is the zero address", async () => {
      for (const address of [wallet("nobody").address, ZeroAddress]) {
        const { w, session, calls } = await verified(() => Promise.resolve(address));
        await expectWrongKey(w, await attempt(w, session, calls));
      }
    });

    it("is not ECDSA: the owner of the first 20 bytes cannot sign", async () => {
      const { w, session, calls } = await signedBy((all) => concat([all.key.address, "0x01"]));
      await expectWrongKey(w, await attempt(w, session, calls));
    });
  });
});
