import { expect } from "chai";
import { asAccount } from "../../helpers/operations";
import { world } from "../../helpers/world";

// What a pause does to operations is in validateUserOp.caller.

describe("SessionKeyValidator.pause and unpause", () => {
  it("stop and start the caller's sessions, and say so", async () => {
    const w = await world();
    const account = await asAccount(w);
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
    await expect(account.pause()).to.emit(w.validator, "Paused").withArgs(w.accountAddress);
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(true);
    expect(await w.validator.isPaused(w.otherAccountAddress)).to.equal(false);
    await expect(account.unpause()).to.emit(w.validator, "Unpaused").withArgs(w.accountAddress);
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
  });

  it("twice are fine, and change neither epoch nor installation", async () => {
    const w = await world();
    const account = await asAccount(w);
    const epoch = await w.validator.epochOf(w.accountAddress);
    for (const act of [account.pause, account.pause, account.unpause, account.unpause]) await act();
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
    expect(await w.validator.epochOf(w.accountAddress)).to.equal(epoch);
    expect(await w.validator.isInitialized(w.accountAddress)).to.equal(true);
  });

  it("need the module installed", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.onUninstall("0x");
    for (const act of [account.pause, account.unpause]) {
      await expect(act()).to.be.revertedWithCustomError(w.validator, "NotInstalled").withArgs(w.accountAddress);
    }
    await account.onInstall("0x");
    for (const act of [account.pause, account.unpause]) await act();
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
  });
});
