import { expect } from "chai";
import { concat, id } from "ethers";
import {
  argumentCharge,
  buildEnvelope,
  callPermission,
  countCharge,
  ecdsaKey,
  sessionId,
  totalBudget,
  transferPermission,
  type Call,
} from "../../sdk";
import { SessionKeyValidator__factory } from "../../typechain-types";
import {
  asAccount,
  enable,
  expectRefusal,
  expectRejection,
  grantBy,
  MAX_FEE,
  operation,
  ownerOperation,
  seal,
  send,
  sessionOf,
  use,
} from "../helpers/operations";
import { callOf, permissionFor, word } from "../helpers/validation";
import { world, type World } from "../helpers/world";

const INCREMENT = id("increment()").slice(0, 10);
const FAIL = id("fail(uint256)").slice(0, 10);

async function tokenSession() {
  const w = await world();
  const transfer = id("transfer(address,uint256)").slice(0, 10);
  const session = await sessionOf(
    w,
    [
      callPermission(w.tokenAddress, transfer, { charges: [argumentCharge(0, [32])] }),
      callPermission(w.targetAddress, INCREMENT, { maxValue: 5n, charges: [countCharge(1)] }),
      transferPermission(w.stranger.address, 7n),
    ],
    { budgets: [totalBudget(100n), totalBudget(2n)] },
  );
  const pay = (amount: number): Call => ({
    target: w.tokenAddress,
    value: 0n,
    data: concat([transfer, word(w.stranger.address), word(amount)]),
  });
  return { w, session, pay, increment: { target: w.targetAddress, value: 5n, data: INCREMENT } };
}

const usageOf = async (w: World, sid: string, index = 0) =>
  (await w.validator.budgetUsage(sid, w.accountAddress, index)).spent;

describe("A session through the EntryPoint", () => {
  it("USE: enabled by the owner's own operation, used, revoked by the owner's own operation", async () => {
    const { w, session, pay } = await tokenSession();
    const sid = sessionId(session);
    const asCall = (data: string): Call => ({ target: w.validatorAddress, value: 0n, data });
    await expectRefusal(w, await operation(w, session, [pay(5)]), "SessionNotEnabled", [sid]);
    const enabling = asCall(w.validator.interface.encodeFunctionData("enableSession", [sid, "0x5e"]));
    expect((await send(w, await ownerOperation(w, [enabling]))).success).to.equal(true);
    const before = await w.token.balanceOf(w.stranger.address);
    await use(w, session, [pay(5)]);
    expect(await w.token.balanceOf(w.stranger.address)).to.equal(before + 5n);
    const revoking = asCall(w.validator.interface.encodeFunctionData("revokeSession", [sid]));
    expect((await send(w, await ownerOperation(w, [revoking]))).success).to.equal(true);
    await expectRefusal(w, await operation(w, session, [pay(5)]), "SessionIsRevoked", [sid]);
  });

  it("ENABLE then USE: the first operation brings the grant, the next ones do not", async () => {
    const { w, session, pay } = await tokenSession();
    const grant = await grantBy(w, [session]);
    const before = await w.token.balanceOf(w.stranger.address);
    await use(w, session, [pay(1)], { mode: "enable", grant });
    await use(w, session, [pay(2)]);
    await use(w, session, [pay(3)], { mode: "enable", grant });
    expect(await w.token.balanceOf(w.stranger.address)).to.equal(before + 6n);
    expect(await usageOf(w, sessionId(session))).to.equal(6n);
    expect(await w.validator.sessionStatus(sessionId(session), w.accountAddress)).to.equal(1n);
  });

  it("SIGNED: every operation brings the grant, nothing is enabled", async () => {
    const { w, session, pay } = await tokenSession();
    const grant = await grantBy(w, [session]);
    await use(w, session, [pay(40)], { mode: "signed", grant });
    await use(w, session, [pay(60)], { mode: "signed", grant });
    expect(await w.validator.sessionStatus(sessionId(session), w.accountAddress)).to.equal(0n);
    const over = await operation(w, session, [pay(1)], { mode: "signed", grant });
    await expectRefusal(w, over, "BudgetExceeded", [0n, 1n, 0n]);
  });

  it("batch: all its calls are checked, charged and made", async () => {
    const { w, session, pay, increment } = await tokenSession();
    const sid = await enable(w, session);
    const tokens = await w.token.balanceOf(w.stranger.address);
    const calls = [pay(10), increment, { target: w.stranger.address, value: 7n, data: "0x" }, pay(20), increment];
    await use(w, session, calls);
    expect(await w.token.balanceOf(w.stranger.address)).to.equal(tokens + 30n);
    expect(await w.target.counter()).to.equal(2n);
    expect([await usageOf(w, sid, 0), await usageOf(w, sid, 1)]).to.deep.equal([30n, 2n]);
    const third = await operation(w, session, [pay(1), increment]);
    await expectRefusal(w, third, "BudgetExceeded", [1n, 1n, 0n]);
    await use(w, session, [pay(1)]);
  });

  it("execution that reverts stays charged, calls and fees (D12, I8)", async () => {
    const w = await world();
    const permissions = [
      callPermission(w.targetAddress, FAIL, { charges: [argumentCharge(0, [0])] }),
      callPermission(w.targetAddress, INCREMENT),
    ];
    const session = await sessionOf(w, permissions, {
      budgets: [totalBudget(10n), totalBudget(2n * MAX_FEE)],
      feeBudget: 1,
    });
    const sid = await enable(w, session);
    const failing = { ...callOf(w), data: concat([FAIL, word(6)]) };
    const calls = [{ target: w.targetAddress, value: 0n, data: INCREMENT }, failing];
    const result = await send(w, await operation(w, session, calls));
    expect(result.success).to.equal(false);
    expect(w.target.interface.parseError(result.revertReason!)?.args[0]).to.equal(6n);
    expect(await w.target.counter()).to.equal(0n);
    expect([await usageOf(w, sid, 0), await usageOf(w, sid, 1)]).to.deep.equal([6n, MAX_FEE]);
    await expectRefusal(w, await operation(w, session, calls), "BudgetExceeded", [0n, 6n, 4n]);
  });

  it("a wrong key is AA24: of somebody else, and over a swapped envelope, time or grant", async () => {
    const { w, session, pay } = await tokenSession();
    await enable(w, session);
    await expectRejection(w, await operation(w, session, [pay(1)], { key: ecdsaKey(w.otherKey) }), "AA24");
    await expectRejection(w, await operation(w, session, [pay(1)], { key: ecdsaKey(w.owner) }), "AA24");
    const signed = await operation(w, session, [pay(1)], { time: session.validAfter + 1 });
    const other = await operation(w, session, [pay(1)], { time: session.validAfter + 2 });
    const swapped = other.signature.slice(0, -130) + signed.signature.slice(-130);
    await expectRejection(w, { ...signed, signature: swapped }, "AA24");
    // What was signed for one operation does not do for another one.
    const another = await operation(w, session, [pay(2)]);
    const moved = await operation(w, session, [pay(1)]);
    await expectRejection(w, { ...another, signature: moved.signature }, "AA24");
    await use(w, session, [pay(1)]);
  });

  describe("does not work", () => {
    it("on another account, though it has the same owner and key (F2)", async () => {
      const { w, session, pay } = await tokenSession();
      await enable(w, session);
      await use(w, session, [pay(1)]);
      const epoch = await w.validator.epochOf(w.otherAccountAddress);
      const found = sessionId({ ...session, account: w.otherAccountAddress, epoch });
      const foreign = await operation(w, session, [pay(1)], { fields: { sender: w.otherAccountAddress } });
      expect(foreign.sender).to.equal(w.otherAccountAddress);
      await expectRefusal(w, foreign, "SessionNotEnabled", [found]);
    });

    it("on another chain (F3)", async () => {
      const { w, session, pay } = await tokenSession();
      const elsewhere = { ...session, chainId: w.chainId + 1n };
      await enable(w, elsewhere);
      await expectRefusal(w, await operation(w, elsewhere, [pay(1)]), "SessionNotEnabled", [sessionId(session)]);
      await enable(w, session);
      await use(w, session, [pay(1)]);
    });

    it("with another instance of the validator: neither the key's signature nor the grant (F4)", async () => {
      const { w, session, pay } = await tokenSession();
      const grant = await grantBy(w, [session]);
      const second = await new SessionKeyValidator__factory(w.bundler).deploy();
      const secondAddress = await second.getAddress();
      const account = w.account.connect((await asAccount(w)).runner);
      await account.installModule(1, secondAddress, "0x");
      const there: World = { ...w, validator: second, validatorAddress: secondAddress };
      const same = { ...session, epoch: await second.epochOf(w.accountAddress) };
      expect(same.epoch).to.equal(session.epoch);
      // The nonce names the second validator; the grant and the key's signature were made for the first.
      const granted = await operation(there, same, [pay(1)], { mode: "enable", grant });
      await expectRefusal(there, granted, "BadGrant");
      await enable(there, same);
      const op = await operation(there, same, [pay(1)]);
      const envelope = op.signature.slice(0, -130);
      await expectRejection(there, await seal(w, op, envelope), "AA24");
      await use(there, same, [pay(1)]);
    });

    it("while paused, after revoking all, and after uninstalling", async () => {
      const { w, session, pay } = await tokenSession();
      await enable(w, session);
      const account = await asAccount(w);
      await use(w, session, [pay(1)]);
      await account.pause();
      await expectRefusal(w, await operation(w, session, [pay(1)]), "AccountPaused", [w.accountAddress]);
      await account.unpause();
      await use(w, session, [pay(1)]);
      await account.revokeAllSessions();
      const id = sessionId({ ...session, epoch: session.epoch + 1n });
      await expectRefusal(w, await operation(w, session, [pay(1)]), "SessionNotEnabled", [id]);
      const self = w.account.connect(account.runner);
      await self.uninstallModule(1, w.validatorAddress, "0x");
      // The account does not know the validator any more, and answers for it.
      await expectRejection(w, await operation(w, session, [pay(1)]), "AA24");
    });
  });

  it("does what it was granted and nothing else: not another function, not another target", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    const sid = await enable(w, session);
    await use(w, session, [callOf(w)]);
    const envelope = buildEnvelope({ session, calls: [callOf(w)], mode: "use" });
    for (const call of [
      { ...callOf(w), data: "0x12345678" },
      { ...callOf(w), target: w.tokenAddress },
    ]) {
      const failed = await operation(w, session, [call], { envelope });
      await expectRefusal(w, failed, "SessionNotEnabled");
    }
    expect(await w.validator.sessionStatus(sid, w.accountAddress)).to.equal(1n);
  });
});
