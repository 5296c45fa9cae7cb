import { expect } from "chai";
import { concat, Wallet, ZeroAddress } from "ethers";
import { EIP7702_INIT_CODE } from "../../../sdk/userOp";
import { asAccount, enable, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  expectAccepted,
  expectRevert,
  expectTruncated,
  permissionFor,
} from "../../helpers/validation";
import { world } from "../../helpers/world";

async function ready() {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w)]);
  await enable(w, session);
  const calls = [callOf(w)];
  return { w, session, calls, op: await attempt(w, session, calls) };
}

describe("SessionKeyValidator.validateUserOp: who asks", () => {
  it("answers the sender of the operation only", async () => {
    const { w, session, op } = await ready();
    await expectAccepted(w, op);
    for (const caller of [w.stranger.address, w.otherAccountAddress, w.validatorAddress, ZeroAddress]) {
      await expectRevert(w, op, "NotSender", [caller, session.account], caller);
    }
  });

  it("refuses an account that never installed the module, with or without code", async () => {
    const { w, session, calls } = await ready();
    const nobody = Wallet.createRandom().address;
    const op = await attempt(w, { ...session, account: nobody }, calls);
    await expectRevert(w, op, "NotInstalled", [nobody]);
    await expectRevert(w, { ...op, sender: w.tokenAddress }, "NotInstalled", [w.tokenAddress]);
  });

  it("refuses after the module was uninstalled", async () => {
    const { w, op, session } = await ready();
    await expectAccepted(w, op);
    await (await asAccount(w)).onUninstall("0x");
    await expectRevert(w, op, "NotInstalled", [session.account]);
  });

  it("refuses while paused, accepts the same operation after", async () => {
    const { w, op, session, calls } = await ready();
    const account = await asAccount(w);
    await account.pause();
    await expectRevert(w, op, "AccountPaused", [session.account]);
    await expectRefusal(w, await operation(w, session, calls), "AccountPaused", [session.account]);
    await account.unpause();
    await expectAccepted(w, op);
    await use(w, session, calls);
  });

  it("pausing one account does not touch another", async () => {
    const { w, op } = await ready();
    await (await asAccount(w, w.otherAccountAddress)).pause();
    await expectAccepted(w, op);
  });

  describe("initCode", () => {
    const accepted = {
      nothing: "0x",
      "the short EIP-7702 marker": "0x7702",
      "the whole EIP-7702 marker": EIP7702_INIT_CODE,
      "a factory": concat([`0x${"fa".repeat(20)}`, "0x1234"]),
      "a factory whose address starts like the marker": concat([`0x7702${"00".repeat(17)}01`, "0x1234"]),
      "a factory whose address differs from the marker in its second byte": concat([`0x77${"00".repeat(19)}`, "0x12"]),
    };
    for (const [name, initCode] of Object.entries(accepted)) {
      it(`may be ${name}`, async () => {
        const { w, op } = await ready();
        await expectAccepted(w, { ...op, initCode });
      });
    }

    for (const extra of [1, 4, 32, 100]) {
      it(`may not carry ${extra} bytes of init data after the EIP-7702 marker`, async () => {
        const { w, op } = await ready();
        const initCode = concat([EIP7702_INIT_CODE, `0x${"00".repeat(extra)}`]);
        await expectRevert(w, { ...op, initCode }, "DelegationInitData", [20 + extra, 20]);
        await expectAccepted(w, { ...op, initCode: EIP7702_INIT_CODE });
      });
    }
  });

  it("tells who it is before it reads anything else", async () => {
    const { w, op } = await ready();
    const garbage = { ...op, signature: "0x", callData: "0x" };
    await expectRevert(w, garbage, "NotSender", [w.stranger.address, op.sender], w.stranger.address);
    await (await asAccount(w)).pause();
    await expectRevert(w, garbage, "AccountPaused", [op.sender]);
    await (await asAccount(w)).unpause();
    await expectTruncated(w, garbage, 0);
    expect(await w.validator.isPaused(op.sender)).to.equal(false);
  });
});
