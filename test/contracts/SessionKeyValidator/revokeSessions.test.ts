import { expect } from "chai";
import { id } from "ethers";
import { asAccount } from "../../helpers/operations";
import { world } from "../../helpers/world";

describe("SessionKeyValidator.revokeSessions", () => {
  for (const count of [0, 1, 2, 40]) {
    it(`ends ${count} of the caller, and of nobody else`, async () => {
      const w = await world();
      const account = await asAccount(w);
      const list = Array.from({ length: count }, (_, i) => id(`session ${i}`));
      await account.enableSessions(list.slice(0, count / 2));
      const response = await account.revokeSessions(list);
      for (const each of list) {
        await expect(response).to.emit(w.validator, "SessionRevoked").withArgs(w.accountAddress, each);
        expect(await w.validator.sessionStatus(each, w.accountAddress)).to.equal(2n);
        expect(await w.validator.sessionStatus(each, w.otherAccountAddress)).to.equal(0n);
      }
      expect((await response.wait())?.logs.length).to.equal(count);
    });
  }

  it("works without the module installed, twice, and with the same id twice", async () => {
    const w = await world();
    const validator = w.validator.connect(w.stranger);
    const sid = id("a session");
    await validator.revokeSessions([sid, sid]);
    await validator.revokeSessions([sid]);
    expect(await validator.sessionStatus(sid, w.stranger.address)).to.equal(2n);
  });
});
