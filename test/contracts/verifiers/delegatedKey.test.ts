import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { concat, dataSlice, type BytesLike } from "ethers";
import { ethers } from "hardhat";
import { expect } from "chai";
import { ecdsaKey } from "../../../sdk";
import { accepts, answering, asWord, contractKey, ERC1271_MAGIC, keyWorld, MAGIC, place, refuses } from "./fixture";

/** F23 of the catalogue of threats. */
describe("a session key whose EOA is delegated (EIP-7702)", () => {
  const delegates: Record<string, BytesLike> = {
    "an always-yes ERC-1271 contract": asWord(ERC1271_MAGIC),
    "an always-yes ERC-7913 contract": asWord(MAGIC),
  };
  for (const [name, answer] of Object.entries(delegates)) {
    it(`to ${name} still verifies by ECDSA only`, async () => {
      const w = await keyWorld();
      const yes = await place(answering(answer));
      const key = ecdsaKey(w.key);
      const attacker = ecdsaKey(w.otherKey);
      await accepts(w, key);
      await setCode(key.signer, concat(["0xef0100", yes]));
      expect(await ethers.provider.call({ to: key.signer, data: "0x1626ba7e" })).to.equal(answer);

      await accepts(w, key);
      await refuses(w, { ...key, signDigest: (digest) => attacker.signDigest(digest) });
      for (const signature of ["0x", "0x00", concat(["0x00", yes]), concat([key.signer, dataSlice(yes, 0, 1)])]) {
        await refuses(w, { ...key, signDigest: () => Promise.resolve(signature) });
      }
    });
  }

  it("says yes only to a session that names it as a contract: the length of the signer decides", async () => {
    const w = await keyWorld();
    await setCode(w.key.address, concat(["0xef0100", await place(answering(asWord(ERC1271_MAGIC)))]));
    await accepts(w, contractKey(w, w.key.address), ["AUTH-020"]);
    await setCode(w.key.address, "0x");
    await refuses(w, contractKey(w, w.key.address));
  });

  it("does not care for other code at its address either", async () => {
    const w = await keyWorld();
    const key = ecdsaKey(w.key);
    for (const code of [answering(asWord(ERC1271_MAGIC)), answering(asWord(MAGIC)), "0xfe"]) {
      await setCode(key.signer, code);
      await accepts(w, key);
      await refuses(w, { ...key, signDigest: (digest) => ecdsaKey(w.otherKey).signDigest(digest) });
    }
  });
});
