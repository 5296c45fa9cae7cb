import { expect } from "chai";
import { id } from "ethers";
import { countCharge, sessionId, totalBudget } from "../../../sdk";
import { asAccount, enable, sessionOf } from "../../helpers/operations";
import { attempt, callOf, commit, expectAccepted, expectRevert, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

const ID = id("a session");

describe("SessionKeyValidator.revokeSession", () => {
  it("ends a session of the caller, for good, and says so", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    const sid = await enable(w, session);
    const op = await attempt(w, session, [callOf(w)]);
    await expectAccepted(w, op);
    const account = await asAccount(w);
    await expect(account.revokeSession(sid)).to.emit(w.validator, "SessionRevoked").withArgs(w.accountAddress, sid);
    await expectRevert(w, op, "SessionIsRevoked", [sid]);
    await expect(account.revokeSession(sid)).to.emit(w.validator, "SessionRevoked").withArgs(w.accountAddress, sid);
    expect(await w.validator.sessionStatus(sid, w.accountAddress)).to.equal(2n);
  });

  it("by another account changes nothing", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    const sid = await enable(w, session);
    await (await asAccount(w, w.otherAccountAddress)).revokeSession(sid);
    await w.validator.connect(w.stranger).revokeSession(sid);
    expect(await w.validator.sessionStatus(sid, w.accountAddress)).to.equal(1n);
    await expectAccepted(w, await attempt(w, session, [callOf(w)]));
  });

  it("works without the module installed, and before the session was ever enabled", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.onUninstall("0x");
    await account.revokeSession(ID);
    await w.validator.connect(w.stranger).revokeSession(ID);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(2n);
    expect(await w.validator.sessionStatus(ID, w.stranger.address)).to.equal(2n);
    await account.onInstall("0x");
    await expect(account.enableSession(ID, "0x"))
      .to.be.revertedWithCustomError(w.validator, "SessionIsRevoked")
      .withArgs(ID);
  });

  it("works while paused", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.pause();
    await account.revokeSession(ID);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(2n);
  });

  it("keeps what was used, for those who read it", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(5n)],
    });
    await enable(w, session);
    await commit(w, await attempt(w, session, [callOf(w), callOf(w)]));
    await (await asAccount(w)).revokeSession(sessionId(session));
    const usage = await w.validator.budgetUsage(sessionId(session), w.accountAddress, 0);
    expect(usage.spent).to.equal(2n);
  });
});
