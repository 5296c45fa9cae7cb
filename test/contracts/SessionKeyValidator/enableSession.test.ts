import { expect } from "chai";
import { id } from "ethers";
import { countCharge, sessionId, totalBudget } from "../../../sdk";
import { asAccount, grantBy, sessionOf } from "../../helpers/operations";
import { attempt, callOf, commit, expectAccepted, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

const ID = id("a session");

describe("SessionKeyValidator.enableSession", () => {
  it("enables for the caller only, and emits the data as it came", async () => {
    const w = await world();
    const account = await asAccount(w);
    for (const data of ["0x", "0x00", `0x${"5e".repeat(1000)}`]) {
      await expect(account.enableSession(ID, data))
        .to.emit(w.validator, "SessionEnabled")
        .withArgs(w.accountAddress, ID, data);
      expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(1n);
    }
    expect(await w.validator.sessionStatus(ID, w.otherAccountAddress)).to.equal(0n);
    expect(await w.validator.sessionStatus(id("another"), w.accountAddress)).to.equal(0n);
  });

  it("of a session that enabled itself publishes it, and keeps its usage", async () => {
    const w = await world();
    const account = await asAccount(w);
    const session = await sessionOf(w, [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(5n)],
    });
    const grant = await grantBy(w, [session]);
    await commit(w, await attempt(w, session, [callOf(w)], { mode: "enable", grant }));
    await expect(account.enableSession(sessionId(session), "0x5e"))
      .to.emit(w.validator, "SessionEnabled")
      .withArgs(w.accountAddress, sessionId(session), "0x5e");
    const usage = await w.validator.budgetUsage(sessionId(session), w.accountAddress, 0);
    expect(usage.spent).to.equal(1n);
  });

  it("keeps what was used in SIGNED mode before (D7)", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(2n)],
    });
    const grant = await grantBy(w, [session]);
    await commit(w, await attempt(w, session, [callOf(w)], { mode: "signed", grant }));
    await (await asAccount(w)).enableSession(sessionId(session), "0x");
    await commit(w, await attempt(w, session, [callOf(w)]));
    const usage = await w.validator.budgetUsage(sessionId(session), w.accountAddress, 0);
    expect(usage.spent).to.equal(2n);
  });

  it("needs the module installed", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.onUninstall("0x");
    await expect(account.enableSession(ID, "0x"))
      .to.be.revertedWithCustomError(w.validator, "NotInstalled")
      .withArgs(w.accountAddress);
    await expect(w.validator.connect(w.stranger).enableSession(ID, "0x"))
      .to.be.revertedWithCustomError(w.validator, "NotInstalled")
      .withArgs(w.stranger.address);
    await account.onInstall("0x");
    await account.enableSession(ID, "0x");
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(1n);
  });

  it("of a revoked session is refused, whether it was enabled or not (H10)", async () => {
    const w = await world();
    const account = await asAccount(w);
    for (const each of [ID, id("another")]) {
      if (each === ID) await account.enableSession(each, "0x");
      await account.revokeSession(each);
      await expect(account.enableSession(each, "0x"))
        .to.be.revertedWithCustomError(w.validator, "SessionIsRevoked")
        .withArgs(each);
      expect(await w.validator.sessionStatus(each, w.accountAddress)).to.equal(2n);
    }
    // Revoked on one account, it is what it was on another (H6).
    await (await asAccount(w, w.otherAccountAddress)).enableSession(ID, "0x");
    expect(await w.validator.sessionStatus(ID, w.otherAccountAddress)).to.equal(1n);
  });

  it("while paused enables, and the session works after", async () => {
    const w = await world();
    const account = await asAccount(w);
    const session = await sessionOf(w, [permissionFor(w)]);
    await account.pause();
    await account.enableSession(sessionId(session), "0x");
    await account.unpause();
    await expectAccepted(w, await attempt(w, session, [callOf(w)]));
  });
});
