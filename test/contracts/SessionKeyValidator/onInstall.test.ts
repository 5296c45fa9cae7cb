import { expect } from "chai";
import { AbiCoder, concat, dataLength, dataSlice, id } from "ethers";
import { MAX_UINT256, sessionId } from "../../../sdk";
import { asAccount, enable, sessionOf } from "../../helpers/operations";
import { attempt, callOf, expectAccepted, expectRevert, permissionFor, word } from "../../helpers/validation";
import { world } from "../../helpers/world";

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => id(`session ${i}`));
const encoded = (list: readonly string[]): string => AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [list]);

describe("SessionKeyValidator.onInstall", () => {
  it("starts an epoch, for the caller only, and says so", async () => {
    const w = await world();
    const validator = w.validator.connect(w.stranger);
    expect(await validator.epochOf(w.stranger)).to.equal(0n);
    const before = await validator.epochOf(w.accountAddress);
    await expect(validator.onInstall("0x")).to.emit(validator, "EpochBumped").withArgs(w.stranger.address, 1);
    expect(await validator.epochOf(w.stranger)).to.equal(1n);
    expect(await validator.isInitialized(w.stranger)).to.equal(true);
    expect(await validator.epochOf(w.accountAddress)).to.equal(before);
  });

  it("again starts another epoch: what was enabled before is dead", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    await enable(w, session);
    const op = await attempt(w, session, [callOf(w)]);
    await expectAccepted(w, op);
    const account = await asAccount(w);
    const epoch = session.epoch + 1n;
    await expect(account.onInstall("0x")).to.emit(w.validator, "EpochBumped").withArgs(w.accountAddress, epoch);
    await expectRevert(w, op, "SessionNotEnabled", [sessionId({ ...session, epoch })]);
  });

  it("clears a pause", async () => {
    const w = await world();
    const account = await asAccount(w);
    await account.pause();
    await account.onInstall("0x");
    expect(await w.validator.isPaused(w.accountAddress)).to.equal(false);
    const session = await sessionOf(w, [permissionFor(w)]);
    await enable(w, session);
    await expectAccepted(w, await attempt(w, session, [callOf(w)]));
  });

  for (const count of [0, 1, 2, 33]) {
    it(`with abi.encode of ${count} ids enables them, in the new epoch`, async () => {
      const w = await world();
      const account = await asAccount(w);
      const list = ids(count);
      const response = await account.onInstall(encoded(list));
      for (const each of list) {
        await expect(response).to.emit(w.validator, "SessionEnabled").withArgs(w.accountAddress, each, "0x");
        expect(await w.validator.sessionStatus(each, w.accountAddress)).to.equal(1n);
        expect(await w.validator.sessionStatus(each, w.otherAccountAddress)).to.equal(0n);
      }
      const receipt = await response.wait();
      expect(receipt?.logs.length).to.equal(count + 1);
      expect(await w.validator.isInitialized(w.accountAddress)).to.equal(true);
    });
  }

  it("with an id enables a session that can be used, if the owner reckoned with the new epoch", async () => {
    const w = await world();
    const epoch = (await w.validator.epochOf(w.accountAddress)) + 1n;
    const session = await sessionOf(w, [permissionFor(w)], { epoch });
    await (await asAccount(w)).onInstall(encoded([sessionId(session)]));
    await expectAccepted(w, await attempt(w, session, [callOf(w)]));
  });

  it("is refused as a whole if one of the ids was revoked", async () => {
    const w = await world();
    const account = await asAccount(w);
    const [first, second] = ids(2) as [string, string];
    await account.revokeSession(second);
    const epoch = await w.validator.epochOf(w.accountAddress);
    await expect(account.onInstall(encoded([first, second])))
      .to.be.revertedWithCustomError(w.validator, "SessionIsRevoked")
      .withArgs(second);
    expect(await w.validator.epochOf(w.accountAddress)).to.equal(epoch);
    await account.onInstall(encoded([first]));
    expect(await w.validator.sessionStatus(first, w.accountAddress)).to.equal(1n);
  });

  const whole = encoded(ids(2));
  const malformed: Record<string, string> = {
    "one byte": "0x00",
    "31 bytes": dataSlice(whole, 0, 31),
    "the offset only": dataSlice(whole, 0, 32),
    "33 bytes": dataSlice(whole, 0, 33),
    "63 bytes": dataSlice(whole, 0, 63),
    "no ids, but a count": dataSlice(whole, 0, 64),
    "one id of two": dataSlice(whole, 0, 96),
    "a byte too few": dataSlice(whole, 0, 127),
    "a byte too many": concat([whole, "0x00"]),
    "a word too many": concat([whole, word(0)]),
    "another offset": concat([word(0x40), dataSlice(whole, 32)]),
    "offset 0": concat([word(0), dataSlice(whole, 32)]),
    "a huge offset": concat([word(MAX_UINT256 - 31n), dataSlice(whole, 32)]),
    "a smaller count": concat([word(0x20), word(1), dataSlice(whole, 64)]),
    "a larger count": concat([word(0x20), word(3), dataSlice(whole, 64)]),
    "a count that wraps around": concat([word(0x20), word(2n ** 251n + 2n), dataSlice(whole, 64)]),
    "the greatest count": concat([word(0x20), word(MAX_UINT256), dataSlice(whole, 64)]),
    "an id without any head": id("session"),
    garbage: `0x${"ab".repeat(77)}`,
  };
  for (const [name, data] of Object.entries(malformed)) {
    it(`with ${name} is refused, and nothing changes`, async () => {
      const w = await world();
      const account = await asAccount(w);
      const epoch = await w.validator.epochOf(w.accountAddress);
      await expect(account.onInstall(data))
        .to.be.revertedWithCustomError(w.validator, "InvalidInstallData")
        .withArgs(dataLength(data));
      expect(await w.validator.epochOf(w.accountAddress)).to.equal(epoch);
      await account.onInstall(whole);
      expect(await w.validator.epochOf(w.accountAddress)).to.equal(epoch + 1n);
    });
  }
});
