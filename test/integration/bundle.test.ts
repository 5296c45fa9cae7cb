import { expect } from "chai";
import { argumentCharge, ecdsaKey, sessionId, totalBudget, type Call } from "../../sdk";
import {
  enable,
  expectRefusal,
  grantBy,
  MAX_FEE,
  operation,
  ownerOperation,
  sessionOf,
  use,
} from "../helpers/operations";
import { callOf, permissionFor } from "../helpers/validation";
import { world } from "../helpers/world";
import { sendBundle } from "./bundle";

async function limited(overrides: Parameters<typeof sessionOf>[2] = {}) {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w, { charges: [argumentCharge(0, [0])] })], {
    budgets: [totalBudget(10n)],
    ...overrides,
  });
  const sid = await enable(w, session);
  return {
    w,
    session,
    sid,
    spend: (amount: number, nonceKey: number) => operation(w, session, [callOf(w, [amount])], { nonceKey }),
    spent: async () => (await w.validator.budgetUsage(sid, w.accountAddress, 0)).spent,
  };
}

describe("Several operations in one bundle", () => {
  it("of one session are counted one after the other in validation (D13)", async () => {
    const { w, spend, spent } = await limited();
    const { failed } = await sendBundle(w, [await spend(6, 1), await spend(5, 2)]);
    expect([failed?.opIndex, failed?.aa, failed?.name, failed?.args]).to.deep.equal([
      1,
      "AA23",
      "BudgetExceeded",
      [0n, 5n, 4n],
    ]);
    expect(await spent()).to.equal(0n);
    expect((await w.target.records()).length).to.equal(0);
    expect(await sendBundle(w, [await spend(6, 1), await spend(4, 2)])).to.deep.equal({ successes: [true, true] });
    expect(await spent()).to.equal(10n);
    expect((await w.target.records()).length).to.equal(2);
  });

  it("share the fee budget as well", async () => {
    const { w, spend, spent } = await limited({ budgets: [totalBudget(2n * MAX_FEE - 1n)], feeBudget: 0 });
    const { failed } = await sendBundle(w, [await spend(0, 1), await spend(0, 2)]);
    expect([failed?.opIndex, failed?.name, failed?.args]).to.deep.equal([
      1,
      "BudgetExceeded",
      [0n, MAX_FEE, MAX_FEE - 1n],
    ]);
    expect((await sendBundle(w, [await spend(0, 1)])).successes).to.deep.equal([true]);
    expect(await spent()).to.equal(MAX_FEE);
  });

  it("of two accounts and sessions do not touch each other", async () => {
    const { w, session, spend, spent } = await limited();
    const other = { ...session, salt: 1n };
    await enable(w, other);
    const twin = await sessionOf(w, session.permissions, { budgets: session.budgets, account: w.otherAccountAddress });
    await enable(w, twin);
    const ops = [
      await spend(10, 1),
      await operation(w, other, [callOf(w, [10])], { nonceKey: 2 }),
      await operation(w, twin, [callOf(w, [10])]),
    ];
    expect((await sendBundle(w, ops)).successes).to.deep.equal([true, true, true]);
    expect(await spent()).to.equal(10n);
  });

  it("a wrong key in the second undoes the first", async () => {
    const { w, session, spend, spent } = await limited();
    const wrong = await operation(w, session, [callOf(w, [1])], { nonceKey: 2, key: ecdsaKey(w.otherKey) });
    const { failed } = await sendBundle(w, [await spend(6, 1), wrong]);
    expect([failed?.opIndex, failed?.aa]).to.deep.equal([1, "AA24"]);
    expect(await spent()).to.equal(0n);
    expect((await sendBundle(w, [await spend(6, 1), await spend(1, 2)])).successes).to.deep.equal([true, true]);
    expect(await spent()).to.equal(7n);
  });

  it("may enable a session in the first and use it in the second, or enable it twice (F8)", async () => {
    const { w, session } = await limited();
    const fresh = { ...session, salt: 5n };
    const grant = await grantBy(w, [fresh]);
    const ops = [
      await operation(w, fresh, [callOf(w, [1])], { nonceKey: 1, mode: "enable", grant }),
      await operation(w, fresh, [callOf(w, [2])], { nonceKey: 2 }),
      await operation(w, fresh, [callOf(w, [3])], { nonceKey: 3, mode: "enable", grant }),
    ];
    expect((await sendBundle(w, ops)).successes).to.deep.equal([true, true, true]);
    const usage = await w.validator.budgetUsage(sessionId(fresh), w.accountAddress, 0);
    expect(usage.spent).to.equal(6n);
    const early = { ...session, salt: 6n };
    const late = await grantBy(w, [early]);
    const reversed = [
      await operation(w, early, [callOf(w, [2])], { nonceKey: 2 }),
      await operation(w, early, [callOf(w, [1])], { nonceKey: 1, mode: "enable", grant: late }),
    ];
    const { failed } = await sendBundle(w, reversed);
    expect([failed?.opIndex, failed?.name]).to.deep.equal([0, "SessionNotEnabled"]);
  });

  for (const first of ["owner", "session"] as const) {
    it(`the owner's revocation and a session's operation, ${first} first: the session's still runs, then never again (H9)`, async () => {
      const { w, session, sid, spend } = await limited();
      const data = w.validator.interface.encodeFunctionData("revokeSession", [sid]);
      const revoking: Call = { target: w.validatorAddress, value: 0n, data };
      const ops = [await ownerOperation(w, [revoking]), await spend(1, 1)];
      if (first === "session") ops.reverse();
      // Every validation comes before every execution.
      expect((await sendBundle(w, ops)).successes).to.deep.equal([true, true]);
      expect((await w.target.records()).length).to.equal(1);
      await expectRefusal(w, await spend(1, 2), "SessionIsRevoked", [sid]);
      expect(await w.validator.sessionStatus(sid, w.accountAddress)).to.equal(2n);
      const other = { ...session, salt: 3n };
      await enable(w, other);
      await use(w, other, [callOf(w, [1])]);
    });
  }
});
