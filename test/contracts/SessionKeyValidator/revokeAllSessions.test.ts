import { expect } from "chai";
import { grantDigest, sessionId } from "../../../sdk";
import { asAccount, enable, grantBy, sessionOf } from "../../helpers/operations";
import { attempt, callOf, expectAccepted, expectRevert, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

describe("SessionKeyValidator.revokeAllSessions", () => {
  it("kills every session and unused grant of the caller, and of nobody else", async () => {
    const w = await world();
    const sessions = await Promise.all([0n, 1n, 2n].map((salt) => sessionOf(w, [permissionFor(w)], { salt })));
    for (const session of sessions) await enable(w, session);
    const unused = { ...sessions[0]!, salt: 9n };
    const grant = await grantBy(w, [unused]);
    const other = await sessionOf(w, [permissionFor(w)], { account: w.otherAccountAddress });
    await enable(w, other);

    const epoch = sessions[0]!.epoch + 1n;
    await expect((await asAccount(w)).revokeAllSessions())
      .to.emit(w.validator, "EpochBumped")
      .withArgs(w.accountAddress, epoch);
    for (const session of sessions) {
      const op = await attempt(w, session, [callOf(w)]);
      await expectRevert(w, op, "SessionNotEnabled", [sessionId({ ...session, epoch })]);
    }
    const late = await attempt(w, unused, [callOf(w)], { mode: "enable", grant });
    await expectRevert(w, late, "BadGrant", [
      w.accountAddress,
      grantDigest([{ ...unused, epoch }], w.validatorAddress),
    ]);
    await expectAccepted(w, await attempt(w, other, [callOf(w)]));
  });

  it("needs the module installed", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.onUninstall("0x");
    await expect(account.revokeAllSessions())
      .to.be.revertedWithCustomError(w.validator, "NotInstalled")
      .withArgs(w.accountAddress);
    await account.onInstall("0x");
    await expect(account.revokeAllSessions()).to.emit(w.validator, "EpochBumped");
  });

  it("keeps the pause, and can be done while paused", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.pause();
    await account.revokeAllSessions();
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(true);
    expect(await w.validator.isInitialized(w.accountAddress)).to.equal(true);
  });

  it("does not bring a revoked session back, under any epoch", async () => {
    const w = await world();
    const account = await asAccount(w);
    const session = await sessionOf(w, [permissionFor(w)]);
    const next = { ...session, epoch: session.epoch + 1n };
    await account.revokeSession(sessionId(next));
    await account.revokeAllSessions();
    await expectRevert(w, await attempt(w, next, [callOf(w)]), "SessionIsRevoked", [sessionId(next)]);
  });
});
