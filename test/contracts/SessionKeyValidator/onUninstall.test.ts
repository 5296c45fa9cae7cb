import { expect } from "chai";
import { id } from "ethers";
import { ethers } from "hardhat";
import { grantDigest, sessionId } from "../../../sdk";
import { asAccount, enable, grantBy, sessionOf } from "../../helpers/operations";
import { attempt, callOf, expectAccepted, expectRevert, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

describe("SessionKeyValidator.onUninstall", () => {
  for (const data of ["0x", "0x00", `0x${"ff".repeat(32)}`, `0x${"ab".repeat(1000)}`]) {
    it(`with ${(data.length - 2) / 2} bytes never reverts, twice, and starts a new epoch each time (H2)`, async () => {
      const w = await world();
      const account = await asAccount(w);
      const epoch = await w.validator.epochOf(w.accountAddress);
      for (const times of [1n, 2n]) {
        await expect(account.onUninstall(data))
          .to.emit(w.validator, "EpochBumped")
          .withArgs(w.accountAddress, epoch + times);
        expect(await w.validator.isInitialized(w.accountAddress)).to.equal(false);
      }
    });
  }

  it("does not revert where it was never installed, and touches nobody else", async () => {
    const w = await world();
    const epoch = await w.validator.epochOf(w.accountAddress);
    await w.validator.connect(w.stranger).onUninstall("0x1234");
    expect(await w.validator.isInitialized(w.stranger)).to.equal(false);
    expect(await w.validator.epochOf(w.stranger)).to.equal(1n);
    expect(await w.validator.isInitialized(w.accountAddress)).to.equal(true);
    expect(await w.validator.epochOf(w.accountAddress)).to.equal(epoch);
  });

  it("clears the pause, needs little gas, and is done in one write", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.pause();
    const gasLimit = 30_000n + 21_000n;
    await account.onUninstall("0x", { gasLimit });
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
  });

  it("costs the same whatever the number of sessions (H1)", async () => {
    const used: bigint[] = [];
    for (const count of [0, 1, 3, 128]) {
      const w = await world();
      const account = await asAccount(w);
      await account.enableSessions(Array.from({ length: count }, (_, i) => id(`session ${i}`)));
      const receipt = await (await account.onUninstall("0x")).wait();
      used.push(receipt!.gasUsed);
    }
    expect(new Set(used).size, used.join(", ")).to.equal(1);
  });

  it("kills every session and every unused grant, also after installing again (H1)", async () => {
    const w = await world();
    const account = await asAccount(w);
    const session = await sessionOf(w, [permissionFor(w)]);
    const other = { ...session, salt: 1n };
    const grant = await grantBy(w, [other]);
    await enable(w, session);
    const ops = [
      await attempt(w, session, [callOf(w)]),
      await attempt(w, other, [callOf(w)], { mode: "enable", grant }),
    ] as const;
    for (const op of ops) await expectAccepted(w, op);
    await account.onUninstall("0x");
    for (const op of ops) await expectRevert(w, op, "NotInstalled", [w.accountAddress]);
    await account.onInstall("0x");
    const epoch = session.epoch + 2n;
    await expectRevert(w, ops[0], "SessionNotEnabled", [sessionId({ ...session, epoch })]);
    const digest = grantDigest([{ ...other, epoch }], w.validatorAddress);
    await expectRevert(w, ops[1], "BadGrant", [w.accountAddress, digest]);
  });

  it("through the account, as a module", async () => {
    const w = await world();
    const self = w.account.connect(await ethers.getImpersonatedSigner(w.accountAddress));
    await self.uninstallModule(1, w.validatorAddress, "0x1234");
    expect(await w.validator.isInitialized(w.accountAddress)).to.equal(false);
    await self.installModule(1, w.validatorAddress, "0x");
    expect(await w.validator.isInitialized(w.accountAddress)).to.equal(true);
  });
});
