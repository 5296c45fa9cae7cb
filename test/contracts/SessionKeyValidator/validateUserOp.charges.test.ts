import { expect } from "chai";
import { concat, id } from "ethers";
import {
  argumentCharge,
  buildEnvelope,
  callPermission,
  countCharge,
  MAX_UINT256,
  permissionTree,
  sessionId,
  totalBudget,
  transferPermission,
  valueCharge,
  type Budget,
  type Call,
  type Permission,
  type Session,
} from "../../../sdk";
import { MAX_SPENT } from "../../../sdk/constants";
import { encodeEnvelope } from "../../../sdk/envelope";
import { asAccount, enable, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  commit,
  expectAccepted,
  expectRevert,
  permissionFor,
  word,
  type AttemptOptions,
} from "../../helpers/validation";
import { world, type World } from "../../helpers/world";

/** A session with these budgets and permissions, enabled. */
async function budgeted(budgets: readonly Budget[], permissions: (w: World) => Permission[]) {
  const w = await world();
  const session = await sessionOf(w, permissions(w), { budgets });
  const sid = await enable(w, session);
  return {
    w,
    session,
    accept: async (...calls: Call[]) => expectAccepted(w, await attempt(w, session, calls)),
    refuse: async (calls: Call[], index: number, asked: bigint, remaining: bigint) =>
      expectRevert(w, await attempt(w, session, calls), "BudgetExceeded", [index, asked, remaining]),
    commit: async (calls: Call[], options: AttemptOptions = {}) => commit(w, await attempt(w, session, calls, options)),
    spent: async (index: number) => (await w.validator.budgetUsage(sid, session.account, index)).spent,
  };
}

/** One budget, charged with the first argument. */
const drawing = (limit: bigint) =>
  budgeted([totalBudget(limit)], (w) => [permissionFor(w, { charges: [argumentCharge(0, [0])] })]);

describe("SessionKeyValidator.validateUserOp: charges", () => {
  for (const limit of [0n, 1n, 100n, 2n ** 96n, MAX_SPENT - 1n, MAX_SPENT]) {
    it(`of a TOTAL budget of ${limit}: up to the limit in one operation, not one more`, async () => {
      const { w, session, accept, refuse } = await drawing(limit);
      for (const amount of limit === 0n ? [0n] : [0n, limit - 1n, limit]) {
        const { validAfter, validUntil } = session;
        expect(await accept(callOf(w, [amount]))).to.deep.equal({ validAfter, validUntil });
      }
      for (const amount of [limit + 1n, 2n ** 104n, 2n ** 104n + limit, 2n ** 128n, 2n ** 255n, MAX_UINT256]) {
        await refuse([callOf(w, [amount])], 0, amount, limit);
      }
    });
  }

  it("add up across operations, to the limit and not one more (D1)", async () => {
    const { w, accept, refuse, commit: spend, spent } = await drawing(100n);
    await spend([callOf(w, [60])]);
    expect(await spent(0)).to.equal(60n);
    await refuse([callOf(w, [60])], 0, 60n, 40n);
    await refuse([callOf(w, [41])], 0, 41n, 40n);
    await accept(callOf(w, [40]));
    await spend([callOf(w, [39])]);
    await refuse([callOf(w, [2])], 0, 2n, 1n);
    await spend([callOf(w, [1])]);
    expect(await spent(0)).to.equal(100n);
    await refuse([callOf(w, [1])], 0, 1n, 0n);
    await accept(callOf(w, [0]));
    await refuse([callOf(w, [MAX_UINT256])], 0, MAX_UINT256, 0n);
  });

  it("add up within a batch", async () => {
    const { w, accept, refuse, commit: spend, spent } = await drawing(100n);
    await accept(callOf(w, [60]), callOf(w, [40]));
    await refuse([callOf(w, [60]), callOf(w, [41])], 0, 101n, 100n);
    await refuse(
      Array.from({ length: 32 }, () => callOf(w, [4])),
      0,
      128n,
      100n,
    );
    await spend([callOf(w, [10]), callOf(w, [20]), callOf(w, [30])]);
    expect(await spent(0)).to.equal(60n);
    await refuse([callOf(w, [20]), callOf(w, [21])], 0, 41n, 40n);
  });

  it("up to the last unit of 2^104 - 1", async () => {
    const { w, refuse, commit: spend, spent } = await drawing(MAX_SPENT);
    await spend([callOf(w, [MAX_SPENT - 1n])]);
    await refuse([callOf(w, [2])], 0, 2n, 1n);
    await spend([callOf(w, [1])]);
    expect(await spent(0)).to.equal(MAX_SPENT);
    await refuse([callOf(w, [1])], 0, 1n, 0n);
  });

  it("whose sum passes 2^256 - 1 stay there", async () => {
    const { w, accept, refuse } = await drawing(5n);
    await accept(callOf(w, [5]), callOf(w, [0]));
    await refuse([callOf(w, [MAX_UINT256]), callOf(w, [1])], 0, MAX_UINT256, 5n);
    await refuse([callOf(w, [6]), callOf(w, [MAX_UINT256])], 0, MAX_UINT256, 5n);
    await refuse([callOf(w, [2n ** 255n]), callOf(w, [2n ** 255n])], 0, MAX_UINT256, 5n);
    await refuse([callOf(w, [MAX_UINT256]), callOf(w, [MAX_UINT256]), callOf(w, [7])], 0, MAX_UINT256, 5n);
    await refuse([callOf(w, [MAX_UINT256 - 3n]), callOf(w, [3])], 0, MAX_UINT256, 5n);
  });

  describe("sources", () => {
    it("COUNT is the number of calls, whatever they carry (D15)", async () => {
      const charges = [countCharge(0)];
      const {
        w,
        accept,
        refuse,
        commit: spend,
        spent,
      } = await budgeted([totalBudget(3n)], (all) => [permissionFor(all, { charges, maxValue: 9n })]);
      const call = callOf(w, [77], 9n);
      await accept(call, call, call);
      await refuse([call, call, call, call], 0, 4n, 3n);
      await spend([call, call]);
      expect(await spent(0)).to.equal(2n);
      await refuse([call, call], 0, 2n, 1n);
    });

    it("VALUE is the native value", async () => {
      const charges = [valueCharge(0)];
      const {
        w,
        accept,
        refuse,
        commit: spend,
        spent,
      } = await budgeted([totalBudget(10n)], (all) => [permissionFor(all, { charges, maxValue: 2n ** 128n - 1n })]);
      await accept(callOf(w, [77], 10n));
      await accept(callOf(w, [77], 4n), callOf(w, [77], 6n));
      await refuse([callOf(w, [77], 11n)], 0, 11n, 10n);
      await refuse([callOf(w, [], 5n), callOf(w, [], 6n)], 0, 11n, 10n);
      await refuse([callOf(w, [], 2n ** 128n - 1n)], 0, 2n ** 128n - 1n, 10n);
      await spend([callOf(w, [], 7n)]);
      expect(await spent(0)).to.equal(7n);
    });

    it("VALUE counts transfers without calldata too", async () => {
      const charges = [valueCharge(0)];
      const { w, accept, refuse } = await budgeted([totalBudget(10n)], (all) => [
        transferPermission(all.stranger.address, 10n, { charges }),
      ]);
      const pay = (value: bigint): Call => ({ target: w.stranger.address, value, data: "0x" });
      await accept(pay(4n), pay(6n));
      await refuse([pay(4n), pay(7n)], 0, 11n, 10n);
    });

    it("ARGUMENT follows its path, and must find a word there", async () => {
      const charges = [argumentCharge(0, [0, 64])];
      const { w, session, accept, refuse } = await budgeted([totalBudget(10n)], (all) => [
        permissionFor(all, { charges }),
      ]);
      await accept(callOf(w, [32, 2, 99, 10]));
      await refuse([callOf(w, [32, 2, 0, 11])], 0, 11n, 10n);
      const short = await attempt(w, session, [callOf(w, [32, 2, 99])]).catch(() => undefined);
      expect(short, "the SDK refuses to build it").to.equal(undefined);
      const envelope = buildEnvelope({ session, calls: [callOf(w, [32, 2, 99, 10])], mode: "use" });
      const op = await attempt(w, session, [callOf(w, [32, 2, 99])], { envelope });
      await expectRevert(w, op, "ArgumentOutOfBounds", [0, 96, 96]);
    });

    it("ARGUMENT of a transfer without calldata is refused", async () => {
      const charges = [argumentCharge(0, [0])];
      const { w, session } = await budgeted([totalBudget(10n)], (all) => [
        transferPermission(all.targetAddress, 0n, { charges }),
        transferPermission(all.tokenAddress, 0n),
      ]);
      const tree = permissionTree(session);
      const claim = (index: number) =>
        encodeEnvelope({
          mode: "use",
          session,
          height: 1,
          calls: [{ permission: session.permissions[index]!, proof: tree.proof(index) }],
        });
      const call = { target: w.targetAddress, value: 0n, data: "0x" };
      const op = await attempt(w, session, [call], { envelope: claim(0) });
      await expectRevert(w, op, "ArgumentOutOfBounds", [0, 0, 0]);
      const twin = await attempt(w, session, [{ ...call, target: w.tokenAddress }], { envelope: claim(1) });
      await expectAccepted(w, twin);
    });
  });

  it("of one permission may draw twice on one budget", async () => {
    const charges = [argumentCharge(0, [0]), argumentCharge(0, [32]), countCharge(0)];
    const { w, accept, refuse } = await budgeted([totalBudget(10n)], (all) => [permissionFor(all, { charges })]);
    await accept(callOf(w, [4, 5]));
    await refuse([callOf(w, [5, 5])], 0, 11n, 10n);
  });

  it("of several permissions draw on one budget (transfer and approve, D2)", async () => {
    const [transfer, approve] = ["transfer(address,uint256)", "approve(address,uint256)"].map((f) =>
      id(f).slice(0, 10),
    );
    const charges = [argumentCharge(0, [32])];
    const {
      w,
      accept,
      refuse,
      commit: spend,
    } = await budgeted([totalBudget(10n)], (all) => [
      callPermission(all.tokenAddress, transfer!, { charges }),
      callPermission(all.tokenAddress, approve!, { charges }),
    ]);
    const call = (selector: string, amount: number): Call => ({
      target: w.tokenAddress,
      value: 0n,
      data: concat([selector, word(1), word(amount)]),
    });
    await accept(call(transfer!, 4), call(approve!, 6));
    await refuse([call(transfer!, 4), call(approve!, 7)], 0, 11n, 10n);
    await spend([call(approve!, 6)]);
    await refuse([call(transfer!, 5)], 0, 5n, 4n);
    await accept(call(transfer!, 4));
  });

  it("of a permission that is not used do not count, nor do budgets that nobody charges", async () => {
    const {
      w,
      accept,
      commit: spend,
      spent,
    } = await budgeted([totalBudget(0n), totalBudget(10n)], (all) => [
      permissionFor(all, { charges: [countCharge(1)] }),
      callPermission(all.tokenAddress, "0x12345678", { charges: [countCharge(0)] }),
    ]);
    await accept(callOf(w));
    await spend([callOf(w)]);
    expect([await spent(0), await spent(1)]).to.deep.equal([0n, 1n]);
  });

  it("name the first budget that does not suffice, in the order of the budgets", async () => {
    const charges = [argumentCharge(2, [0]), argumentCharge(1, [0]), argumentCharge(0, [32])];
    const { w, accept, refuse } = await budgeted([totalBudget(9n), totalBudget(5n), totalBudget(4n)], (all) => [
      permissionFor(all, { charges }),
    ]);
    await accept(callOf(w, [4, 9]));
    await refuse([callOf(w, [5, 9])], 2, 5n, 4n);
    await refuse([callOf(w, [6, 9])], 1, 6n, 5n);
    await refuse([callOf(w, [6, 10])], 0, 10n, 9n);
  });

  describe("of 16 budgets, two per word", () => {
    const budgets = Array.from({ length: 16 }, (_, i) => totalBudget(MAX_SPENT - BigInt(i)));
    const selectorOf = (i: number) => id(`charge${i}(uint256)`).slice(0, 10);
    const make = () =>
      budgeted(budgets, (w) =>
        budgets.map((_, i) => callPermission(w.targetAddress, selectorOf(i), { charges: [argumentCharge(i, [0])] })),
      );
    const draw = (w: World, i: number, amount: bigint): Call => ({
      target: w.targetAddress,
      value: 0n,
      data: concat([selectorOf(i), word(amount)]),
    });

    for (let index = 0; index < 16; index++) {
      it(`budget ${index} is filled to its limit and no other moves`, async () => {
        const { w, refuse, commit: spend, spent } = await make();
        const limit = budgets[index]!.limit;
        await spend([draw(w, index, limit)]);
        for (let i = 0; i < 16; i++) expect(await spent(i), `budget ${i}`).to.equal(i === index ? limit : 0n);
        await refuse([draw(w, index, 1n)], index, 1n, 0n);
        // Its neighbour in the word is free.
        await spend([draw(w, index ^ 1, budgets[index ^ 1]!.limit)]);
        expect(await spent(index)).to.equal(limit);
        expect(await spent(index ^ 1)).to.equal(budgets[index ^ 1]!.limit);
      });
    }

    it("all of them in one operation", async () => {
      const { w, commit: spend, spent, refuse } = await make();
      await spend(budgets.map((_, i) => draw(w, i, BigInt(i) * 2n ** 90n + 1n)));
      for (let i = 0; i < 16; i++) expect(await spent(i)).to.equal(BigInt(i) * 2n ** 90n + 1n);
      await refuse([draw(w, 15, MAX_SPENT)], 15, MAX_SPENT, budgets[15]!.limit - (15n * 2n ** 90n + 1n));
    });
  });

  it("are those of one account and one session: others start at 0", async () => {
    const { w, session, commit: spend } = await drawing(10n);
    await spend([callOf(w, [10])]);
    const others: Session[] = [
      { ...session, salt: 1n },
      await sessionOf(w, session.permissions, { budgets: session.budgets, account: w.otherAccountAddress }),
    ];
    for (const other of others) {
      await enable(w, other);
      await expectAccepted(w, await attempt(w, other, [callOf(w, [10])]));
      await expectRevert(w, await attempt(w, other, [callOf(w, [11])]), "BudgetExceeded", [0, 11, 10]);
    }
    const usage = await w.validator.budgetUsage(sessionId(others[0]!), session.account, 0);
    expect(usage.spent).to.equal(0n);
  });

  it("survive pausing and re-enabling, not a new salt (D7)", async () => {
    const { w, session, commit: spend, refuse } = await drawing(10n);
    await spend([callOf(w, [7])]);
    const account = await asAccount(w);
    await account.pause();
    await account.unpause();
    await account.enableSession(sessionId(session), "0x");
    await refuse([callOf(w, [4])], 0, 4n, 3n);
  });

  it("are refused by the EntryPoint too", async () => {
    const { w, session } = await drawing(10n);
    await use(w, session, [callOf(w, [6])]);
    await expectRefusal(w, await operation(w, session, [callOf(w, [5])]), "BudgetExceeded", [0n, 5n, 4n]);
    await use(w, session, [callOf(w, [4])]);
  });
});
