import { expect } from "chai";
import { id } from "ethers";
import { asAccount } from "../../helpers/operations";
import { world } from "../../helpers/world";

const ID = id("a session");

describe("SessionKeyValidator.enableSessions", () => {
  for (const count of [0, 1, 2, 40]) {
    it(`enables ${count} for the caller, with empty data`, async () => {
      const w = await world();
      const list = Array.from({ length: count }, (_, i) => id(`session ${i}`));
      const response = await (await asAccount(w)).enableSessions(list);
      for (const each of list) {
        await expect(response).to.emit(w.validator, "SessionEnabled").withArgs(w.accountAddress, each, "0x");
        expect(await w.validator.sessionStatus(each, w.accountAddress)).to.equal(1n);
        expect(await w.validator.sessionStatus(each, w.otherAccountAddress)).to.equal(0n);
      }
      expect((await response.wait())?.logs.length).to.equal(count);
    });
  }

  it("takes the same id twice", async () => {
    const w = await world();
    await (await asAccount(w)).enableSessions([ID, ID]);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(1n);
  });

  it("needs the module installed, even for none", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.enableSessions([]);
    await account.onUninstall("0x");
    for (const list of [[], [ID]]) {
      await expect(account.enableSessions(list))
        .to.be.revertedWithCustomError(w.validator, "NotInstalled")
        .withArgs(w.accountAddress);
    }
  });

  it("is refused as a whole if one was revoked", async () => {
    const w = await world();
    const account = await asAccount(w);
    const revoked = id("revoked");
    await account.revokeSession(revoked);
    await expect(account.enableSessions([ID, revoked]))
      .to.be.revertedWithCustomError(w.validator, "SessionIsRevoked")
      .withArgs(revoked);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(0n);
    await account.enableSessions([ID]);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(1n);
  });
});
