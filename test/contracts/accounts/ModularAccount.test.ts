import { loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ECDSAOwnerValidator__factory, ModularAccount__factory } from "../../../typechain-types";
import {
  buildUserOp,
  deployAccount,
  deployAccountParts,
  encodeExecute,
  ERC1271_INVALID,
  ERC1271_MAGIC,
  SALT,
  signUserOp,
  SINGLE_MODE,
} from "./fixture";

/** An EOA whose code is the implementation (EIP-7702), without a module yet. */
async function delegateEoa() {
  const parts = await deployAccountParts();
  const eoa = ethers.Wallet.createRandom(ethers.provider);
  await parts.deployer.sendTransaction({ to: eoa.address, value: ethers.parseEther("1") });
  const authorization = await eoa.authorize({
    address: await parts.factory.IMPLEMENTATION(),
    nonce: 1, // the transaction that carries it has 0
    chainId: (await ethers.provider.getNetwork()).chainId,
  });
  await eoa.sendTransaction({ type: 4, to: eoa.address, authorizationList: [authorization], gasLimit: 100_000 });
  return { ...parts, eoa, account: ModularAccount__factory.connect(eoa.address, parts.stranger) };
}

/** A clone of the implementation that somebody made without the factory, so without a module. */
async function strayClone() {
  const parts = await deployAccountParts();
  const implementation = await parts.factory.IMPLEMENTATION();
  const creationCode = ethers.concat([
    "0x3d602d80600a3d3981f3363d3d373d3d3d363d73",
    implementation,
    "0x5af43d82803e903d91602b57fd5bf3",
  ]);
  const clone = await new ethers.ContractFactory([], creationCode, parts.stranger).deploy();
  return { ...parts, account: ModularAccount__factory.connect(await clone.getAddress(), parts.stranger) };
}

describe("ModularAccount", () => {
  describe("initialize", () => {
    it("is locked on the implementation", async () => {
      const { factory, validator, owner, stranger } = await loadFixture(deployAccountParts);
      const implementation = ModularAccount__factory.connect(await factory.IMPLEMENTATION(), stranger);
      await expect(implementation.initialize(validator, owner.address)).to.be.revertedWithCustomError(
        implementation,
        "InvalidInitialization",
      );
    });

    it("works once: the account of the factory has its validator and takes no other", async () => {
      const { account, validator, deployer, stranger } = await loadFixture(deployAccount);
      expect(await account.isModuleInstalled(1, validator, "0x")).to.equal(true);
      const evil = await new ECDSAOwnerValidator__factory(deployer).deploy();
      await expect(account.initialize(evil, stranger.address)).to.be.revertedWithCustomError(
        account,
        "InvalidInitialization",
      );
    });

    it("refuses a stranger on a clone that nobody initialised, accepts the clone itself", async () => {
      const { account, factory, validator, owner, stranger } = await loadFixture(strayClone);
      await expect(account.initialize(validator, stranger.address))
        .to.be.revertedWithCustomError(account, "UnauthorizedInitializer")
        .withArgs(stranger.address, await factory.getAddress());

      const self = await ethers.getImpersonatedSigner(await account.getAddress());
      await setBalance(self.address, ethers.parseEther("100"));
      await account.connect(self).initialize(validator, owner.address);
      expect(await validator.ownerOf(account)).to.equal(owner.address);
    });

    it("refuses a stranger with several validators too, accepts the clone itself", async () => {
      const { account, factory, validator, owner, stranger } = await loadFixture(strayClone);
      const validators = [{ validator, initData: stranger.address }];
      await expect(account.initializeWith(validators))
        .to.be.revertedWithCustomError(account, "UnauthorizedInitializer")
        .withArgs(stranger.address, await factory.getAddress());

      const self = await ethers.getImpersonatedSigner(await account.getAddress());
      await setBalance(self.address, ethers.parseEther("100"));
      await account.connect(self).initializeWith([{ validator, initData: owner.address }]);
      expect(await validator.ownerOf(account)).to.equal(owner.address);
    });

    it("refuses a module that is not a validator", async () => {
      const { factory, entryPoint, owner } = await loadFixture(deployAccountParts);
      // The EntryPoint has no isModuleType.
      await expect(factory.createAccount(entryPoint, owner.address, SALT)).to.be.reverted;
    });
  });

  describe("initialize as an EIP-7702 delegate", () => {
    it("refuses a front-runner, accepts the EOA itself", async () => {
      const { account, eoa, factory, validator, owner, stranger } = await loadFixture(delegateEoa);
      expect(await ethers.provider.getCode(eoa)).to.match(/^0xef0100/);
      await expect(account.initialize(validator, stranger.address))
        .to.be.revertedWithCustomError(account, "UnauthorizedInitializer")
        .withArgs(stranger.address, await factory.getAddress());

      await account.connect(eoa).initialize(validator, owner.address);
      expect(await validator.ownerOf(eoa.address)).to.equal(owner.address);
      expect(await account.isModuleInstalled(1, validator, "0x")).to.equal(true);
    });

    it("lets the new owner use the account through the EntryPoint", async () => {
      const { account, eoa, validator, owner, stranger, entryPoint } = await loadFixture(delegateEoa);
      await account.connect(eoa).initialize(validator, owner.address);
      const op = await buildUserOp(entryPoint, {
        sender: eoa.address,
        validator: await validator.getAddress(),
        callData: encodeExecute(account, stranger.address, 7n),
      });
      await expect(
        entryPoint.handleOps([await signUserOp(entryPoint, op, owner)], stranger.address),
      ).to.changeEtherBalance(eoa, (change: bigint) => change <= -7n);
    });
  });

  describe("validateUserOp", () => {
    it("executes what the owner signed, refuses what somebody else signed", async () => {
      const { account, validator, owner, stranger, entryPoint, entryPointErrors } = await loadFixture(deployAccount);
      const recipient = ethers.Wallet.createRandom().address;
      const op = await buildUserOp(entryPoint, {
        sender: await account.getAddress(),
        validator: await validator.getAddress(),
        callData: encodeExecute(account, recipient, 7n),
      });
      const forged = await signUserOp(entryPoint, op, ethers.Wallet.createRandom());
      await expect(entryPoint.handleOps([forged], stranger.address))
        .to.be.revertedWithCustomError({ interface: entryPointErrors }, "FailedOp")
        .withArgs(0, "AA24 signature error");

      await entryPoint.handleOps([await signUserOp(entryPoint, op, owner)], stranger.address);
      expect(await ethers.provider.getBalance(recipient)).to.equal(7n);
    });

    it("creates the account in its first operation", async () => {
      const { factory, validator, owner, deployer, stranger, entryPoint } = await loadFixture(deployAccountParts);
      const sender = await factory.accountAddress(validator, owner.address, SALT);
      await deployer.sendTransaction({ to: sender, value: ethers.parseEther("1") });
      const account = ModularAccount__factory.connect(sender, deployer);
      const recipient = ethers.Wallet.createRandom().address;
      const createAccount = factory.interface.encodeFunctionData("createAccount", [
        await validator.getAddress(),
        owner.address,
        SALT,
      ]);
      const op = await buildUserOp(entryPoint, {
        sender,
        validator: await validator.getAddress(),
        callData: encodeExecute(account, recipient, 7n),
        initCode: ethers.concat([await factory.getAddress(), createAccount]),
      });
      await entryPoint.handleOps([await signUserOp(entryPoint, op, owner)], stranger.address);
      expect(await ethers.provider.getBalance(recipient)).to.equal(7n);
    });

    it("refuses an operation whose nonce names a module that is not installed", async () => {
      const { account, owner, deployer, stranger, entryPoint, entryPointErrors } = await loadFixture(deployAccount);
      const foreign = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const op = await buildUserOp(entryPoint, {
        sender: await account.getAddress(),
        validator: await foreign.getAddress(),
        callData: encodeExecute(account, stranger.address, 7n),
      });
      await expect(entryPoint.handleOps([await signUserOp(entryPoint, op, owner)], stranger.address))
        .to.be.revertedWithCustomError({ interface: entryPointErrors }, "FailedOp")
        .withArgs(0, "AA24 signature error");
    });

    it("obeys its EntryPoint only", async () => {
      const { account, validator, owner, stranger, entryPoint } = await loadFixture(deployAccount);
      const op = await buildUserOp(entryPoint, {
        sender: await account.getAddress(),
        validator: await validator.getAddress(),
        callData: encodeExecute(account, stranger.address, 7n),
      });
      const signed = await signUserOp(entryPoint, op, owner);
      await expect(account.connect(stranger).validateUserOp(signed, ethers.ZeroHash, 0))
        .to.be.revertedWithCustomError(account, "AccountUnauthorized")
        .withArgs(stranger.address);
    });
  });

  describe("execute and installModule", () => {
    it("refuse everybody but the EntryPoint and the account", async () => {
      const { account, stranger, deployer } = await loadFixture(deployAccount);
      const other = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const call = ethers.solidityPacked(["address", "uint256"], [stranger.address, 1n]);
      await expect(account.connect(stranger).execute(SINGLE_MODE, call))
        .to.be.revertedWithCustomError(account, "AccountUnauthorized")
        .withArgs(stranger.address);
      await expect(account.connect(stranger).installModule(1, other, stranger.address))
        .to.be.revertedWithCustomError(account, "AccountUnauthorized")
        .withArgs(stranger.address);
    });

    it("let the owner install a second validator by an operation", async () => {
      const { account, validator, owner, deployer, stranger, entryPoint } = await loadFixture(deployAccount);
      const second = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const op = await buildUserOp(entryPoint, {
        sender: await account.getAddress(),
        validator: await validator.getAddress(),
        callData: account.interface.encodeFunctionData("installModule", [
          1,
          await second.getAddress(),
          stranger.address,
        ]),
      });
      await entryPoint.handleOps([await signUserOp(entryPoint, op, owner)], stranger.address);
      expect(await account.isModuleInstalled(1, second, "0x")).to.equal(true);
      expect(await second.ownerOf(account)).to.equal(stranger.address);
    });
  });

  describe("isValidSignature", () => {
    it("asks the validator named by the first 20 bytes of the signature", async () => {
      const { account, validator, owner, deployer } = await loadFixture(deployAccount);
      const hash = ethers.id("a message");
      const foreign = await new ECDSAOwnerValidator__factory(deployer).deploy();
      const { serialized } = owner.signingKey.sign(hash);
      const by = async (module: { getAddress(): Promise<string> }, signature: string) =>
        account.isValidSignature(hash, ethers.concat([await module.getAddress(), signature]));
      expect(await by(validator, serialized)).to.equal(ERC1271_MAGIC);
      expect(await by(validator, ethers.Wallet.createRandom().signingKey.sign(hash).serialized)).to.equal(
        ERC1271_INVALID,
      );
      expect(await by(foreign, serialized)).to.equal(ERC1271_INVALID);
    });
  });

  it("receives ether", async () => {
    const { account, stranger } = await loadFixture(deployAccount);
    await expect(stranger.sendTransaction({ to: account, value: 5n })).to.changeEtherBalance(account, 5n);
  });

  it("names itself and its EntryPoint", async () => {
    const { account, entryPoint } = await loadFixture(deployAccount);
    expect(await account.accountId()).to.equal("session-keys.modular-account.0.1.0");
    expect(await account.entryPoint()).to.equal(await entryPoint.getAddress());
  });
});
