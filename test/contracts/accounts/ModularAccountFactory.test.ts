import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  ECDSAOwnerValidator__factory,
  ModularAccount__factory,
  ModularAccountFactory__factory,
} from "../../../typechain-types";
import { deployAccountParts, SALT } from "./fixture";

interface StructLog {
  op: string;
  depth: number;
}

describe("ModularAccountFactory", () => {
  describe("constructor", () => {
    it("deploys the one implementation, which knows its factory", async () => {
      const { factory } = await loadFixture(deployAccountParts);
      const implementation = ModularAccount__factory.connect(await factory.IMPLEMENTATION(), ethers.provider);
      expect(await implementation.FACTORY()).to.equal(await factory.getAddress());
    });

    it("refuses an EntryPoint without code, accepts the real one", async () => {
      const { deployer, stranger, entryPoint } = await loadFixture(deployAccountParts);
      const factory = new ModularAccountFactory__factory(deployer);
      await expect(factory.deploy(stranger.address))
        .to.be.revertedWithCustomError({ interface: ModularAccount__factory.createInterface() }, "InvalidEntryPoint")
        .withArgs(stranger.address);
      await expect(factory.deploy(entryPoint)).not.to.be.reverted;
    });
  });

  describe("createAccount", () => {
    it("creates the account at the predicted address, with the validator installed", async () => {
      const { factory, validator, owner, entryPoint } = await loadFixture(deployAccountParts);
      const address = await factory.accountAddress(validator, owner.address, SALT);
      await expect(factory.createAccount(validator, owner.address, SALT))
        .to.emit(factory, "AccountCreated")
        .withArgs(address, await validator.getAddress(), SALT);

      const account = ModularAccount__factory.connect(address, ethers.provider);
      expect(await account.isModuleInstalled(1, validator, "0x")).to.equal(true);
      expect(await account.entryPoint()).to.equal(await entryPoint.getAddress());
      expect(await validator.ownerOf(address)).to.equal(owner.address);
    });

    it("returns the existing account when asked again, and changes nothing", async () => {
      const { factory, validator, owner } = await loadFixture(deployAccountParts);
      await factory.createAccount(validator, owner.address, SALT);
      const address = await factory.accountAddress(validator, owner.address, SALT);
      expect(await factory.createAccount.staticCall(validator, owner.address, SALT)).to.equal(address);
      await expect(factory.createAccount(validator, owner.address, SALT)).not.to.emit(factory, "AccountCreated");
      expect(await validator.ownerOf(address)).to.equal(owner.address);
    });

    it("gives the owner the same account whoever pays for its creation", async () => {
      const { factory, validator, owner, stranger } = await loadFixture(deployAccountParts);
      const address = await factory.accountAddress(validator, owner.address, SALT);
      await factory.connect(stranger).createAccount(validator, owner.address, SALT);
      expect(await validator.ownerOf(address)).to.equal(owner.address);
    });

    it("works where someone sent ether to the address before", async () => {
      const { factory, validator, owner, stranger } = await loadFixture(deployAccountParts);
      const address = await factory.accountAddress(validator, owner.address, SALT);
      await stranger.sendTransaction({ to: address, value: 1n });
      await factory.createAccount(validator, owner.address, SALT);
      expect(await validator.ownerOf(address)).to.equal(owner.address);
    });

    it("creates nothing when the validator refuses its data", async () => {
      const { factory, validator, owner } = await loadFixture(deployAccountParts);
      const address = await factory.accountAddress(validator, "0x1234", SALT);
      await expect(factory.createAccount(validator, "0x1234", SALT))
        .to.be.revertedWithCustomError(validator, "InvalidOwnerLength")
        .withArgs(2, 20);
      expect(await ethers.provider.getCode(address)).to.equal("0x");
      await expect(factory.createAccount(validator, owner.address, SALT)).not.to.be.reverted;
    });

    it("touches no storage in its own frame (ERC-7562)", async () => {
      const { factory, validator, owner } = await loadFixture(deployAccountParts);
      const { hash } = await factory.createAccount(validator, owner.address, SALT);
      const trace = (await ethers.provider.send("debug_traceTransaction", [hash])) as { structLogs: StructLog[] };
      const storageOps = trace.structLogs.filter(({ op }) => ["SLOAD", "SSTORE", "TLOAD", "TSTORE"].includes(op));
      expect(storageOps.filter(({ depth }) => depth === 1)).to.deep.equal([]);
      // The twin: the account and the validator do write, one frame down or more.
      expect(storageOps.filter(({ depth }) => depth > 1)).not.to.have.length(0);
      expect(trace.structLogs.filter(({ op }) => op === "CREATE2")).to.have.length(1);
    });
  });

  describe("accountAddress", () => {
    it("commits to the validator, its data and the salt", async () => {
      const { factory, validator, owner, stranger, deployer } = await loadFixture(deployAccountParts);
      const otherValidator = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const addresses = await Promise.all([
        factory.accountAddress(validator, owner.address, SALT),
        factory.accountAddress(otherValidator, owner.address, SALT),
        factory.accountAddress(validator, stranger.address, SALT),
        factory.accountAddress(validator, owner.address, ethers.ZeroHash),
        factory.accountAddress(validator, ethers.concat([owner.address, "0x00"]), SALT),
      ]);
      expect(new Set(addresses).size).to.equal(addresses.length);
      expect(await factory.accountAddress(validator, owner.address, SALT)).to.equal(addresses[0]);
    });
  });

  describe("createAccountWith", () => {
    it("installs every validator, once, at an address that commits to all of them", async () => {
      const { factory, validator, owner, deployer } = await loadFixture(deployAccountParts);
      const other = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const validators = [
        { validator: await validator.getAddress(), initData: owner.address },
        { validator: await other.getAddress(), initData: owner.address },
      ];
      const address = await factory.accountAddressWith(validators, SALT);
      await expect(factory.createAccountWith(validators, SALT))
        .to.emit(factory, "AccountCreated")
        .withArgs(address, validators[0]!.validator, SALT);
      const account = ModularAccount__factory.connect(address, deployer);
      for (const { validator: module } of validators) {
        expect(await account.isModuleInstalled(1, module, "0x")).to.equal(true);
      }
      // Asking again returns it; asking with other validators leads elsewhere.
      expect(await factory.createAccountWith.staticCall(validators, SALT)).to.equal(address);
      await factory.createAccountWith(validators, SALT);
      expect(await factory.accountAddressWith(validators.slice(1), SALT)).to.not.equal(address);
    });

    it("refuses no validator at all, and a stranger who initialises again", async () => {
      const { factory, validator, owner, stranger } = await loadFixture(deployAccountParts);
      await expect(factory.createAccountWith([], SALT)).to.be.revertedWithCustomError(factory, "NoValidator");
      const validators = [{ validator: await validator.getAddress(), initData: owner.address }];
      await factory.createAccountWith(validators, SALT);
      const address = await factory.accountAddressWith(validators, SALT);
      const account = ModularAccount__factory.connect(address, stranger);
      await expect(account.initializeWith(validators)).to.be.revertedWithCustomError(account, "InvalidInitialization");
    });
  });
});
