import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataLength, dataSlice, keccak256, toBeHex, ZeroAddress } from "ethers";
import { ecdsaKey, erc7913Key, type SessionKey } from "../../../sdk";
import { encodeMultisigKey, multisigKey } from "../../../sdk/keys/multisig";
import { p256Key, p256Sha256Key } from "../../../sdk/keys/p256";
import { verifierKey } from "../../../sdk/keys/verifierKey";
import { ImmutableSigner__factory } from "../../../typechain-types";
import { wallet } from "../../helpers/world";
import {
  accepts,
  approves,
  answering,
  asWord,
  BURNING,
  bytesOf,
  contractKey,
  ERC1271_MAGIC,
  HASH,
  keyWorld,
  MAGIC,
  newP256,
  passkey,
  place,
  PLENTY,
  refuses,
  revertingWith,
  tampered,
  WRONG,
  writing,
  type KeyWorld,
} from "./fixture";

// Written from the layout in the docs, not from the SDK's encoder.

const byHash = (a: { signer: string }, b: { signer: string }) => (keccak256(a.signer) < keccak256(b.signer) ? -1 : 1);

/** Some ECDSA keys in the order of the verifier. */
function people(count: number): SessionKey[] {
  return Array.from({ length: count }, (_, index) => ecdsaKey(wallet(`person ${index}`))).sort(byHash);
}

function keyBytes(threshold: number, signers: readonly string[]): string {
  return concat([toBeHex(threshold, 1), ...signers.flatMap((signer) => [toBeHex(dataLength(signer), 2), signer])]);
}

/** A signature with its index. */
type Part = readonly [index: number, signature: string];

function signatureBytes(parts: readonly Part[]): string {
  return concat(
    parts.flatMap(([index, signature]) => [toBeHex(index, 1), toBeHex(dataLength(signature), 2), signature]),
  );
}

/** A multisig of these members, of whom those at `indexes` sign, in that order. */
function raw(
  w: KeyWorld,
  threshold: number,
  members: readonly SessionKey[],
  indexes: readonly number[],
  key = keyBytes(
    threshold,
    members.map(({ signer }) => signer),
  ),
): SessionKey {
  return verifierKey({
    verifier: w.at.multisig,
    key,
    dummySignature: "0x",
    signDigest: async (digest) =>
      signatureBytes(
        await Promise.all(
          indexes.map(async (index) => [index, await (members[index] ?? members[0])!.signDigest(digest)] as const),
        ),
      ),
  });
}

describe("MultisigVerifier", () => {
  const [a, b, c, d] = people(4) as [SessionKey, SessionKey, SessionKey, SessionKey];

  describe("signatures", () => {
    it("accepts threshold and more, refuses fewer and none", async () => {
      const w = await keyWorld();
      for (const indexes of [
        [0, 1],
        [0, 2],
        [1, 2],
        [0, 1, 2],
      ])
        await accepts(w, raw(w, 2, [a, b, c], indexes));
      for (const indexes of [[0], [1], [2], []]) await refuses(w, raw(w, 2, [a, b, c], indexes));
    });

    it("refuses one signature twice, others out of order, and unknown indexes", async () => {
      const w = await keyWorld();
      await approves(w, raw(w, 2, [a, b, c], [0, 1]));
      for (const indexes of [[0, 0], [1, 1], [0, 0, 0], [1, 0], [2, 1], [0, 2, 1], [0, 3], [3], [0, 1, 3], [0, 255]]) {
        await refuses(w, raw(w, 2, [a, b, c], indexes));
      }
    });

    it("refuses a wrong signature even if the others suffice", async () => {
      const w = await keyWorld();
      await approves(w, raw(w, 2, [a, b, c], [0, 1, 2]));
      await refuses(w, raw(w, 2, [a, b, { ...c, signDigest: (digest) => d.signDigest(digest) }], [0, 1, 2]));
      await refuses(w, raw(w, 2, [a, { ...b, signDigest: () => b.signDigest(HASH) }, c], [0, 1, 2]));
      await approves(w, raw(w, 2, [a, { ...b, signDigest: () => b.signDigest(HASH) }, c], [0, 2]));
    });

    it("refuses one that signs in the name of another", async () => {
      const w = await keyWorld();
      const impostor = { ...b, signDigest: (digest: string) => a.signDigest(digest) };
      await refuses(w, raw(w, 2, [a, impostor, c], [0, 1]));
    });

    it("refuses bytes after the last signature, and signatures that end early", async () => {
      const w = await keyWorld();
      const key = raw(w, 2, [a, b, c], [0, 1]);
      await approves(w, key);
      for (const extra of ["0x00", "0x02", "0x020000", "0xff", bytesOf(68, 0), bytesOf(1000)]) {
        await refuses(
          w,
          tampered(key, (signature) => concat([signature, extra])),
        );
      }
      for (const length of [135, 134, 100, 71, 70, 69, 68, 67, 3, 2, 1]) {
        await refuses(
          w,
          tampered(key, (signature) => dataSlice(signature, 0, length)),
        );
      }
    });

    it("refuses a length that lies, to both sides", async () => {
      const w = await keyWorld();
      const key = raw(w, 2, [a, b], [0, 1]);
      await approves(w, key);
      for (const length of [0, 64, 66, 133, 134, 65535]) {
        for (const position of [1, 69]) {
          await refuses(
            w,
            tampered(key, (signature) =>
              concat([dataSlice(signature, 0, position), toBeHex(length, 2), dataSlice(signature, position + 2)]),
            ),
          );
        }
      }
    });

    it("takes an empty signature only where its length says so and the member does", async () => {
      const w = await keyWorld();
      const silent = contractKey(w, await place(answering(asWord(ERC1271_MAGIC))));
      const members = [a, silent].sort(byHash);
      const index = members.indexOf(silent);
      const alone = raw(w, 1, members, [index]);
      await approves(w, alone);
      for (const length of [2, 1]) {
        await refuses(
          w,
          tampered(alone, (signature) => dataSlice(signature, 0, length)),
        );
      }
    });
  });

  describe("key", () => {
    it("refuses a threshold of 0 or above the number of signers, accepts 1 and all", async () => {
      const w = await keyWorld();
      await approves(w, raw(w, 1, [a, b, c], [1]));
      await approves(w, raw(w, 3, [a, b, c], [0, 1, 2]));
      await refuses(w, raw(w, 0, [a, b, c], []));
      await refuses(w, raw(w, 0, [a, b, c], [0]));
      await refuses(w, raw(w, 4, [a, b, c], [0, 1, 2]));
      await refuses(w, raw(w, 255, [a, b, c], [0, 1, 2]));
    });

    it("refuses signers out of order or named twice", async () => {
      const w = await keyWorld();
      await approves(w, raw(w, 2, [a, b, c], [0, 1]));
      for (const members of [
        [b, a, c],
        [a, c, b],
        [c, b, a],
        [a, a, b],
        [a, b, b],
        [a, a],
      ]) {
        await refuses(w, raw(w, 2, members, [0, 1]));
      }
    });

    it("refuses keys without signers, with bytes left over, and ones that end early", async () => {
      const w = await keyWorld();
      const whole = keyBytes(1, [a.signer, b.signer]);
      const by = (key: string) => raw(w, 1, [a, b], [0], key);
      await approves(w, by(whole));
      await approves(w, by(dataSlice(whole, 0, 23)));
      for (const length of [1, 2, 3, 4, 22, 24, 25, 26, 44]) await refuses(w, by(dataSlice(whole, 0, length)));
      for (const extra of ["0x00", "0x0000", "0x0014", "0xffff"]) await refuses(w, by(concat([whole, extra])));
      expect(await w.verifiers.multisig.verify("0x", HASH, "0x")).to.equal(WRONG);
      expect(await w.verifiers.multisig.verify("0x00", HASH, "0x")).to.equal(WRONG);
    });

    it("refuses signers below 20 bytes, and lengths that lie", async () => {
      const w = await keyWorld();
      const by = (signers: readonly string[]) => raw(w, 1, [a], [0], keyBytes(1, signers));
      await approves(w, by([a.signer]));
      for (const length of [0, 1, 19]) await refuses(w, by([dataSlice(a.signer, 0, length)]));
      for (const length of [19, 21, 0, 65535]) {
        await refuses(w, raw(w, 1, [a], [0], concat(["0x01", toBeHex(length, 2), a.signer])));
      }
    });

    it("takes 16 signers of 16, refuses 17", async () => {
      const w = await keyWorld();
      const all = people(17);
      const everyone = all.map((_, index) => index);
      await approves(w, raw(w, 16, all.slice(0, 16), everyone.slice(0, 16)));
      await refuses(w, raw(w, 16, all, everyone));
      await refuses(w, raw(w, 1, all, [0]));
    });

    it("does not take the zero address for whoever signs nothing", async () => {
      const w = await keyWorld();
      const nobody: SessionKey = { ...a, signer: ZeroAddress };
      for (const signature of ["0x", bytesOf(65, 0), concat([bytesOf(64, 0), "0x1b"])]) {
        await refuses(w, raw(w, 1, [{ ...nobody, signDigest: () => Promise.resolve(signature) }], [0]));
      }
      await approves(w, raw(w, 1, [a], [0]));
    });
  });

  describe("members", () => {
    it("can be of any kind: ECDSA, P-256, a passkey, a contract, another multisig", async () => {
      const w = await keyWorld();
      const contract = await new ImmutableSigner__factory(w.bundler).deploy(w.otherKey.address);
      const members = [
        a,
        await p256Key({ verifier: w.at.p256, key: newP256() }),
        await p256Sha256Key({ verifier: w.at.p256Sha256, key: newP256() }),
        passkey(w),
        contractKey(w, await contract.getAddress(), ecdsaKey(w.otherKey)),
        multisigKey({ verifier: w.at.multisig, threshold: 1, members: [b, c] }),
      ];
      // All at once would be more than the gas of the tests: each once, with an ECDSA key.
      for (const member of members.slice(1)) {
        await approves(w, multisigKey({ verifier: w.at.multisig, threshold: 2, members: [a, member] }));
        const wrong = { ...member, signDigest: () => member.signDigest(HASH) };
        await refuses(w, multisigKey({ verifier: w.at.multisig, threshold: 2, members: [a, wrong] }));
      }
      await approves(w, multisigKey({ verifier: w.at.multisig, threshold: 1, members: members.map(onlyFirstSigns) }));
    });

    const answers: Record<string, { readonly code: string; readonly valid: boolean }> = {
      "exactly the selector": { code: answering(asWord(MAGIC)), valid: true },
      "the selector's word and more": { code: answering(concat([asWord(MAGIC), bytesOf(64)])), valid: true },
      "no code": { code: "0x", valid: false },
      nothing: { code: answering("0x"), valid: false },
      "the bare selector": { code: answering(MAGIC), valid: false },
      "a dirty selector": { code: answering(concat([MAGIC, bytesOf(28, 1)])), valid: false },
      true: { code: answering(toBeHex(1, 32)), valid: false },
      "the magic of ERC-1271": { code: answering(asWord(ERC1271_MAGIC)), valid: false },
      "a revert with the selector": { code: revertingWith(asWord(MAGIC)), valid: false },
      "an attempt to write": { code: writing(asWord(MAGIC)), valid: false },
    };
    for (const [name, { code, valid }] of Object.entries(answers)) {
      it(`${valid ? "accepts" : "refuses"} a verifier that answers ${name}`, async () => {
        const w = await keyWorld();
        const member = odd(await place(code));
        const key = multisigKey({ verifier: w.at.multisig, threshold: 1, members: [member] });
        await (valid ? approves(w, key) : refuses(w, key, PLENTY));
      });
    }

    it("refuses precompiles as verifiers: 4 would echo the selector", async () => {
      const w = await keyWorld();
      for (const address of [1, 2, 4, 0x100]) {
        const member = odd(toBeHex(address, 20));
        await refuses(w, multisigKey({ verifier: w.at.multisig, threshold: 1, members: [member] }));
      }
      const member = odd(await place(answering(asWord(MAGIC))));
      await approves(w, multisigKey({ verifier: w.at.multisig, threshold: 1, members: [member] }));
    });

    it("does not ask a member that did not sign: one that burns all gas does no harm", async () => {
      const w = await keyWorld();
      const burner = odd(await place(BURNING));
      const members = [a, { signer: burner.signer }];
      await approves(w, multisigKey({ verifier: w.at.multisig, threshold: 1, members }));
    });

    it("never looks at the code of an ECDSA member", async () => {
      const w = await keyWorld();
      const yes = await place(answering(asWord(ERC1271_MAGIC)));
      await setCode(a.signer, concat(["0xef0100", yes]));
      await approves(w, raw(w, 1, [a], [0]));
      await refuses(w, raw(w, 1, [{ ...a, signDigest: (digest) => b.signDigest(digest) }], [0]));
      await setCode(a.signer, answering(asWord(MAGIC)));
      await approves(w, raw(w, 1, [a], [0]));
      await refuses(w, raw(w, 1, [{ ...a, signDigest: () => Promise.resolve("0x") }], [0]));
    });
  });

  it("answers to garbage, and does not revert", async () => {
    const w = await keyWorld();
    const key = encodeMultisigKey(1, [a.signer, b.signer]);
    for (let seed = 0; seed < 200; seed++) {
      const noise = keccak256(toBeHex(seed));
      const size = 1 + (seed % 64);
      const garbage = dataSlice(concat([noise, keccak256(noise)]), 0, size);
      expect(await w.verifiers.multisig.verify(garbage, HASH, garbage)).to.equal(WRONG);
      expect(await w.verifiers.multisig.verify(key, HASH, garbage)).to.equal(WRONG);
      expect(await w.verifiers.multisig.verify(garbage, HASH, signatureBytes([[0, noise]]))).to.equal(WRONG);
    }
    expect(
      await w.verifiers.multisig.verify(key, HASH, signatureBytes([[0, await first(a, b).signDigest(HASH)]])),
    ).to.equal(MAGIC);
  });
});

/** A member whose verifier is an odd contract. */
function odd(verifier: string): SessionKey {
  return erc7913Key({ verifier, key: "0x01", dummySignature: "0x", signDigest: () => Promise.resolve("0x1234") });
}

function first(...members: [SessionKey, ...SessionKey[]]): SessionKey {
  return members.sort(byHash)[0];
}

/** All are signers, one has a key at hand. */
function onlyFirstSigns(member: SessionKey, index: number) {
  return index === 0 ? member : { signer: member.signer };
}
