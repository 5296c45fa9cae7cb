import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ECDSAOwnerValidator__factory } from "../../../typechain-types";
import { ERC1271_INVALID, ERC1271_MAGIC } from "./fixture";

const HASH = ethers.id("a hash to be signed");
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The accounts of these tests are plain signers: the module only looks at msg.sender. */
async function deploy() {
  const [account, otherAccount] = await ethers.getSigners();
  if (account === undefined || otherAccount === undefined) throw new Error("the network has no funded accounts");
  const validator = await new ECDSAOwnerValidator__factory(account).deploy();
  const owner = ethers.Wallet.createRandom();
  const stranger = ethers.Wallet.createRandom();
  return { account, otherAccount, validator, owner, stranger };
}

async function deployInstalled() {
  const parts = await deploy();
  await parts.validator.onInstall(parts.owner.address);
  return parts;
}

function userOpSignedWith(signature: string) {
  return {
    sender: ethers.ZeroAddress,
    nonce: 0n,
    initCode: "0x",
    callData: "0x",
    accountGasLimits: ethers.ZeroHash,
    preVerificationGas: 0n,
    gasFees: ethers.ZeroHash,
    paymasterAndData: "0x",
    signature,
  };
}

describe("ECDSAOwnerValidator", () => {
  describe("onInstall", () => {
    it("stores the owner of the calling account only", async () => {
      const { validator, account, otherAccount, owner } = await loadFixture(deploy);
      await expect(validator.onInstall(owner.address))
        .to.emit(validator, "OwnerChanged")
        .withArgs(account.address, owner.address);
      expect(await validator.ownerOf(account.address)).to.equal(owner.address);
      expect(await validator.ownerOf(otherAccount.address)).to.equal(ethers.ZeroAddress);
    });

    it("uses one slot, associated with the account (ERC-7562)", async () => {
      const { validator, account, owner } = await loadFixture(deployInstalled);
      const slot = ethers.keccak256(
        ethers.AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [account.address, 0]),
      );
      expect(await ethers.provider.getStorage(validator, slot)).to.equal(
        ethers.zeroPadValue(owner.address, 32).toLowerCase(),
      );
    });

    for (const length of [0, 19, 21, 32]) {
      it(`refuses ${length} bytes where 20 are accepted`, async () => {
        const { validator, owner } = await loadFixture(deploy);
        const data = ethers.dataSlice(ethers.concat([owner.address, ethers.ZeroHash]), 0, length);
        await expect(validator.onInstall(data))
          .to.be.revertedWithCustomError(validator, "InvalidOwnerLength")
          .withArgs(length, 20);
        await expect(validator.onInstall(owner.address)).not.to.be.reverted;
      });
    }

    it("refuses the zero owner, accepts the smallest other one", async () => {
      const { validator } = await loadFixture(deploy);
      await expect(validator.onInstall(ethers.ZeroAddress))
        .to.be.revertedWithCustomError(validator, "InvalidOwner")
        .withArgs(ethers.ZeroAddress);
      await expect(validator.onInstall(ethers.zeroPadValue("0x01", 20))).not.to.be.reverted;
    });

    it("refuses a second install, accepts it after uninstalling", async () => {
      const { validator, account, owner, stranger } = await loadFixture(deployInstalled);
      await expect(validator.onInstall(stranger.address))
        .to.be.revertedWithCustomError(validator, "AlreadyInstalled")
        .withArgs(account.address, owner.address);
      await validator.onUninstall("0x");
      await validator.onInstall(stranger.address);
      expect(await validator.ownerOf(account.address)).to.equal(stranger.address);
    });
  });

  describe("onUninstall", () => {
    it("forgets the owner of the calling account only, whatever the data", async () => {
      const { validator, account, otherAccount, owner } = await loadFixture(deployInstalled);
      await validator.connect(otherAccount).onInstall(owner.address);
      await expect(validator.onUninstall("0x1234"))
        .to.emit(validator, "OwnerChanged")
        .withArgs(account.address, ethers.ZeroAddress);
      expect(await validator.ownerOf(account.address)).to.equal(ethers.ZeroAddress);
      expect(await validator.ownerOf(otherAccount.address)).to.equal(owner.address);
    });

    it("does not revert where it is not installed", async () => {
      const { validator } = await loadFixture(deploy);
      await expect(validator.onUninstall("0x")).not.to.be.reverted;
    });
  });

  describe("validateUserOp and isValidSignatureWithSender", () => {
    /** Both entrances must agree, hence one helper. */
    async function verdict(parts: Awaited<ReturnType<typeof deploy>>, signature: string, caller = parts.account) {
      const validator = parts.validator.connect(caller);
      const failed = await validator.validateUserOp(userOpSignedWith(signature), HASH);
      const magic = await validator.isValidSignatureWithSender(ethers.ZeroAddress, HASH, signature);
      expect(magic).to.equal(failed === 0n ? ERC1271_MAGIC : ERC1271_INVALID);
      expect(failed).to.be.oneOf([0n, 1n]);
      return failed === 0n;
    }

    it("accepts the owner, refuses somebody else", async () => {
      const parts = await loadFixture(deployInstalled);
      expect(await verdict(parts, parts.owner.signingKey.sign(HASH).serialized)).to.equal(true);
      expect(await verdict(parts, parts.stranger.signingKey.sign(HASH).serialized)).to.equal(false);
    });

    it("refuses the owner's signature over another hash, the prefixed one included", async () => {
      const parts = await loadFixture(deployInstalled);
      expect(await verdict(parts, parts.owner.signingKey.sign(ethers.id("another")).serialized)).to.equal(false);
      expect(await verdict(parts, await parts.owner.signMessage(ethers.getBytes(HASH)))).to.equal(false);
    });

    it("refuses the owner's signature for another account, until it is installed there", async () => {
      const parts = await loadFixture(deployInstalled);
      const { serialized } = parts.owner.signingKey.sign(HASH);
      expect(await verdict(parts, serialized, parts.otherAccount)).to.equal(false);
      await parts.validator.connect(parts.otherAccount).onInstall(parts.owner.address);
      expect(await verdict(parts, serialized, parts.otherAccount)).to.equal(true);
    });

    it("accepts nobody where no owner is stored: a signature that recovers nothing is not the zero owner's", async () => {
      const parts = await loadFixture(deploy);
      expect(await verdict(parts, ethers.hexlify(new Uint8Array(65)))).to.equal(false);
      expect(await verdict(parts, ethers.concat([new Uint8Array(64), "0x1b"]))).to.equal(false);
    });

    it("refuses the high-s, the EIP-2098 and every mis-sized form of an accepted signature", async () => {
      const parts = await loadFixture(deployInstalled);
      const { r, s, v, serialized, compactSerialized } = parts.owner.signingKey.sign(HASH);
      const highS = ethers.toBeHex(SECP256K1_ORDER - BigInt(s), 32);
      expect(await verdict(parts, serialized)).to.equal(true);
      expect(await verdict(parts, ethers.concat([r, highS, ethers.toBeHex(v === 27 ? 28 : 27)]))).to.equal(false);
      expect(await verdict(parts, ethers.concat([r, s, ethers.toBeHex(v - 27, 1)]))).to.equal(false);
      expect(await verdict(parts, compactSerialized)).to.equal(false);
      expect(await verdict(parts, ethers.concat([serialized, "0x00"]))).to.equal(false);
      expect(await verdict(parts, "0x")).to.equal(false);
    });
  });

  describe("isModuleType", () => {
    it("is a validator and nothing else", async () => {
      const { validator } = await loadFixture(deploy);
      const answers = await Promise.all([0, 1, 2, 3, 4].map((type) => validator.isModuleType(type)));
      expect(answers).to.deep.equal([false, true, false, false, false]);
    });
  });
});
