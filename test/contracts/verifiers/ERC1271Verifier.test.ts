import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataSlice, toBeHex, ZeroAddress } from "ethers";
import { ecdsaKey } from "../../../sdk";
import { ImmutableSigner__factory, MeddlingSigner__factory, StoredSigner__factory } from "../../../typechain-types";
import {
  accepts,
  answering,
  asWord,
  BURNING,
  bytesOf,
  contractKey,
  ERC1271_MAGIC,
  HASH,
  keyWorld,
  place,
  PLENTY,
  refuses,
  revertingWith,
  withSigner,
  WRONG,
  writing,
} from "./fixture";

describe("ERC1271Verifier", () => {
  it("accepts what the contract accepts, refuses what it refuses", async () => {
    const w = await keyWorld();
    const contract = await (await new ImmutableSigner__factory(w.bundler).deploy(w.key.address)).getAddress();
    await accepts(w, contractKey(w, contract, ecdsaKey(w.key)));
    await refuses(w, contractKey(w, contract, ecdsaKey(w.otherKey)));
  });

  it("refuses the key of a contract as soon as the contract does: revoked inside", async () => {
    const w = await keyWorld();
    const contract = await new StoredSigner__factory(w.bundler).deploy(w.key.address);
    const key = contractKey(w, await contract.getAddress(), ecdsaKey(w.key));
    // Its owner is in its own storage: bundlers refuse what the EntryPoint accepts.
    await accepts(w, key, ["STO-021"]);
    await contract.revoke();
    await refuses(w, key);
  });

  const answers: Record<string, { readonly code: string; readonly valid: boolean }> = {
    "the magic word": { code: answering(asWord(ERC1271_MAGIC)), valid: true },
    "the magic word and more": { code: answering(concat([asWord(ERC1271_MAGIC), bytesOf(1000)])), valid: true },
    nothing: { code: answering("0x"), valid: false },
    "four bytes of magic": { code: answering(ERC1271_MAGIC), valid: false },
    "31 bytes of the magic word": { code: answering(dataSlice(asWord(ERC1271_MAGIC), 0, 31)), valid: false },
    "a dirty magic word": { code: answering(concat([ERC1271_MAGIC, bytesOf(28, 1)])), valid: false },
    "magic with one dirty bit": { code: answering(concat([ERC1271_MAGIC, bytesOf(27, 0), "0x01"])), valid: false },
    "magic on the right": { code: answering(concat([bytesOf(28, 0), ERC1271_MAGIC])), valid: false },
    true: { code: answering(toBeHex(1, 32)), valid: false },
    "the magic of ERC-7913": { code: answering(asWord("0x024ad318")), valid: false },
    "the old magic": { code: answering(asWord("0x20c13b0b")), valid: false },
    ones: { code: answering(bytesOf(32, 0xff)), valid: false },
    "a revert with the magic word": { code: revertingWith(asWord(ERC1271_MAGIC)), valid: false },
    "an empty revert": { code: revertingWith("0x"), valid: false },
  };
  for (const [name, { code, valid }] of Object.entries(answers)) {
    it(`${valid ? "accepts" : "refuses"} ${name}`, async () => {
      const w = await keyWorld();
      const key = contractKey(w, await place(code));
      await (valid ? accepts(w, key) : refuses(w, key));
    });
  }

  it("does not let the contract write: the same answer without the write is accepted", async () => {
    const w = await keyWorld();
    await accepts(w, contractKey(w, await place(answering(asWord(ERC1271_MAGIC)))));
    await refuses(w, contractKey(w, await place(writing(asWord(ERC1271_MAGIC)))), PLENTY);
  });

  it("does not let the contract call back to write: neither into itself nor into the validator", async () => {
    const w = await keyWorld();
    const signers = new MeddlingSigner__factory(w.bundler);
    const { interface: module } = w.validator;
    const read = module.encodeFunctionData("epochOf", [w.accountAddress]);
    const reading = await signers.deploy(w.validatorAddress, read);
    await accepts(w, contractKey(w, await reading.getAddress()), ["STO-021"]);
    for (const data of [
      module.encodeFunctionData("pause"),
      module.encodeFunctionData("revokeAllSessions"),
      module.encodeFunctionData("onInstall", ["0x"]),
      module.encodeFunctionData("revokeSession", [HASH]),
    ]) {
      await refuses(w, contractKey(w, await (await signers.deploy(w.validatorAddress, data)).getAddress()), PLENTY);
    }
    const increment = signers.interface.encodeFunctionData("increment");
    const itself = await signers.deploy(ZeroAddress, increment);
    await refuses(w, contractKey(w, await itself.getAddress()), PLENTY);
    expect(await itself.counter()).to.equal(0n);
  });

  it("survives a contract that burns all gas, given plenty: a wrong signature like any other", async () => {
    const w = await keyWorld();
    await refuses(w, contractKey(w, await place(BURNING)), PLENTY);
    await accepts(w, contractKey(w, await place(answering(asWord(ERC1271_MAGIC)))));
  });

  it("refuses a contract without code, precompiles included; with code it is asked", async () => {
    const w = await keyWorld();
    for (const address of [1, 4, 0x100, 0xdead]) await refuses(w, contractKey(w, toBeHex(address, 20)));
    await refuses(w, contractKey(w, w.stranger.address));
    await setCode(toBeHex(0xdead, 20), answering(asWord(ERC1271_MAGIC)));
    await accepts(w, contractKey(w, toBeHex(0xdead, 20)));
  });

  it("refuses keys that are not exactly an address", async () => {
    const w = await keyWorld();
    const contract = await place(answering(asWord(ERC1271_MAGIC)));
    const key = contractKey(w, contract);
    for (const bytes of [dataSlice(contract, 0, 19), concat([contract, "0x00"]), concat([bytesOf(12, 0), contract])]) {
      await refuses(w, withSigner(key, concat([w.at.erc1271, bytes])));
    }
    expect(await w.verifiers.erc1271.verify("0x", HASH, "0x")).to.equal(WRONG);
    await accepts(w, key);
  });

  it("cannot make the account its own session key: the module signs nothing", async () => {
    const w = await keyWorld();
    const key = contractKey(w, w.accountAddress, {
      ...ecdsaKey(w.key),
      signDigest: async (digest) => concat([w.validatorAddress, await ecdsaKey(w.key).signDigest(digest)]),
    });
    await refuses(w, key);
  });
});
