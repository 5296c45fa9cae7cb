import { expect } from "chai";
import {
  argumentCharge,
  MAX_UINT256,
  periodicBudget,
  streamBudget,
  totalBudget,
  type Budget,
  type Session,
} from "../../../sdk";
import { MAX_SPENT } from "../../../sdk/constants";
import { enable, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  commit,
  expectAccepted,
  expectRevert,
  permissionFor,
  readRange,
} from "../../helpers/validation";
import { now, world } from "../../helpers/world";

const START = 1_000_000;
const WEEK = 604_800;

/** Budgets 0, 1, … are charged with the arguments 0, 1, … */
async function timed(budgets: readonly Budget[], overrides: Partial<Session> = {}) {
  const w = await world();
  const charges = budgets.map((_, i) => argumentCharge(i, [32 * i]));
  const permissions = [permissionFor(w, { charges })];
  const session = await sessionOf(w, permissions, {
    validAfter: START,
    validUntil: START + 10 * WEEK,
    budgets,
    ...overrides,
  });
  const sid = await enable(w, session);
  const op = (time: number | undefined, amounts: (bigint | number)[]) =>
    attempt(w, session, [callOf(w, amounts)], time === undefined ? {} : { time });
  return {
    w,
    session,
    accept: async (time: number | undefined, ...amounts: (bigint | number)[]) =>
      expectAccepted(w, await op(time, amounts)),
    refuse: async (
      time: number | undefined,
      amounts: (bigint | number)[],
      name: string,
      args: readonly (bigint | number)[],
    ) => expectRevert(w, await op(time, amounts), name, args),
    spend: async (time: number | undefined, ...amounts: (bigint | number)[]) =>
      readRange(await commit(w, await op(time, amounts))),
    usage: async (index = 0) => {
      const { spent, period } = await w.validator.budgetUsage(sid, session.account, index);
      return [spent, period];
    },
  };
}

describe("SessionKeyValidator.validateUserOp: time", () => {
  it("a TOTAL budget needs no time, and one that is claimed narrows nothing", async () => {
    const { session, accept } = await timed([totalBudget(5n)]);
    const { validAfter, validUntil } = session;
    expect(await accept(undefined, 5)).to.deep.equal({ validAfter, validUntil });
    expect(await accept(START + 77, 5)).to.deep.equal({ validAfter, validUntil });
  });

  for (const [name, budget] of [
    ["PERIODIC", periodicBudget(10n, WEEK)],
    ["STREAM", streamBudget(10n, WEEK)],
  ] as const) {
    it(`a ${name} budget needs a time, also for an amount of 0`, async () => {
      const { accept, refuse } = await timed([totalBudget(5n), budget]);
      for (const amount of [0, 1]) await refuse(undefined, [0, amount], "TimeRequired", [1]);
      await accept(START + WEEK, 0, 0);
      await accept(START + WEEK, 0, 1);
    });
  }

  describe("PERIODIC", () => {
    it("returns the period that the time lies in, clipped to the session", async () => {
      const { session, accept } = await timed([periodicBudget(10n, WEEK)], { validUntil: START + 2 * WEEK + 100 });
      const first = { validAfter: START, validUntil: START + WEEK - 1 };
      const second = { validAfter: START + WEEK, validUntil: START + 2 * WEEK - 1 };
      const last = { validAfter: START + 2 * WEEK, validUntil: session.validUntil };
      for (const [time, range] of [
        [START, first],
        [START + 1, first],
        [START + WEEK - 1, first],
        [START + WEEK, second],
        [START + WEEK + 1, second],
        [START + 2 * WEEK - 1, second],
        [START + 2 * WEEK, last],
        [session.validUntil, last],
      ] as const) {
        for (const amount of [0, 10]) expect(await accept(time, amount), `at ${time}`).to.deep.equal(range);
      }
    });

    it("has the whole limit in each period, and never what was left before", async () => {
      const { accept, refuse, spend, usage } = await timed([periodicBudget(10n, WEEK)]);
      await refuse(START, [11], "BudgetExceeded", [0, 11, 10]);
      await spend(START + 5, 7);
      expect(await usage()).to.deep.equal([7n, 0n]);
      await accept(START + 4, 3);
      await refuse(START + WEEK - 1, [4], "BudgetExceeded", [0, 4, 3]);
      await refuse(START + WEEK, [11], "BudgetExceeded", [0, 11, 10]);
      await spend(START + WEEK, 10);
      expect(await usage()).to.deep.equal([10n, 1n]);
      await refuse(START + WEEK + 1, [1], "BudgetExceeded", [0, 1, 0]);
      await spend(START + 5 * WEEK, 4);
      expect(await usage()).to.deep.equal([4n, 5n]);
      await accept(START + 5 * WEEK + 9, 6);
      await refuse(START + 5 * WEEK + 9, [7], "BudgetExceeded", [0, 7, 6]);
    });

    it("never goes back: an older period than the recorded one is refused, whatever is asked (E7)", async () => {
      const { accept, refuse, spend } = await timed([periodicBudget(10n, WEEK)]);
      await spend(START + 3 * WEEK, 1);
      for (const [time, period] of [
        [START, 0],
        [START + 2 * WEEK, 2],
        [START + 3 * WEEK - 1, 2],
      ] as const) {
        for (const amount of [0n, 1n, MAX_UINT256]) await refuse(time, [amount], "PeriodPassed", [0, period, 3]);
      }
      await accept(START + 3 * WEEK, 9);
    });

    it("records the period also when 0 is charged", async () => {
      const { refuse, spend, usage } = await timed([periodicBudget(10n, WEEK)]);
      await spend(START, 10);
      await spend(START + 2 * WEEK, 0);
      expect(await usage()).to.deep.equal([0n, 2n]);
      await refuse(START + WEEK, [0], "PeriodPassed", [0, 1, 2]);
    });

    it("counts its periods up to 2^20 - 1", async () => {
      const last = 2 ** 20 - 1;
      const period = 100;
      const validUntil = START + last * period;
      const { accept, refuse, spend, usage } = await timed([periodicBudget(MAX_SPENT, period)], { validUntil });
      await spend(START + (last - 1) * period, MAX_SPENT);
      expect(await usage()).to.deep.equal([MAX_SPENT, BigInt(last - 1)]);
      await refuse(validUntil - 1, [1], "BudgetExceeded", [0, 1, 0]);
      expect(await accept(validUntil, 1)).to.deep.equal({ validAfter: validUntil, validUntil });
      await spend(validUntil, MAX_SPENT);
      expect(await usage()).to.deep.equal([MAX_SPENT, BigInt(last)]);
      await refuse(START, [0], "PeriodPassed", [0, 0, last]);
    });

    it("works with the shortest period", async () => {
      const { spend, accept, refuse } = await timed([periodicBudget(1n, 60)], { validUntil: START + 1000 });
      await spend(START + 59, 1);
      await refuse(START + 59, [1], "BudgetExceeded", [0, 1, 0]);
      expect(await accept(START + 60, 1)).to.deep.equal({ validAfter: START + 60, validUntil: START + 119 });
    });

    it("works at the end of time", async () => {
      const validUntil = 2 ** 47 - 1;
      const period = 2 ** 32 - 1;
      const { accept } = await timed([periodicBudget(1n, period)], { validAfter: 1, validUntil });
      const first = 1 + Math.floor((validUntil - 1) / period) * period;
      expect(await accept(validUntil, 1)).to.deep.equal({ validAfter: first, validUntil });
    });
  });

  describe("STREAM", () => {
    it("returns from the claimed time to the end of the session", async () => {
      const { session, accept } = await timed([streamBudget(10n, WEEK)]);
      const { validUntil } = session;
      for (const time of [START, START + 1, START + WEEK, validUntil]) {
        expect(await accept(time, 0)).to.deep.equal({ validAfter: time, validUntil });
      }
    });

    it("accrues floor(limit × elapsed / period)", async () => {
      const { accept, refuse } = await timed([streamBudget(10n, 60)], { validUntil: START + 1000 });
      for (const [elapsed, accrued] of [
        [0, 0],
        [5, 0],
        [6, 1],
        [11, 1],
        [12, 2],
        [59, 9],
        [60, 10],
        [61, 10],
        [1000, 166],
      ] as const) {
        await accept(START + elapsed, accrued);
        await refuse(START + elapsed, [accrued + 1], "BudgetExceeded", [0, accrued + 1, accrued]);
      }
    });

    it("carries over what is unused, and its period field stays 0", async () => {
      const { refuse, spend, usage } = await timed([streamBudget(10n, 60)]);
      await spend(START + 120, 15);
      expect(await usage()).to.deep.equal([15n, 0n]);
      await refuse(START + 120, [6], "BudgetExceeded", [0, 6, 5]);
      await spend(START + 180, 15);
      expect(await usage()).to.deep.equal([30n, 0n]);
      await refuse(START + 180, [1], "BudgetExceeded", [0, 1, 0]);
    });

    it("allows an older time while its accrual covers what is spent", async () => {
      const { accept, refuse, spend } = await timed([streamBudget(10n, 60)]);
      await spend(START + 600, 50);
      await accept(START + 300, 0);
      await refuse(START + 300, [1], "BudgetExceeded", [0, 1, 0]);
      await accept(START + 306, 1);
      for (const amount of [0, 1]) {
        await refuse(START + 299, [amount], "BudgetExceeded", [0, amount, 0]);
        await refuse(START, [amount], "BudgetExceeded", [0, amount, 0]);
      }
    });

    it("never spends more than 2^104 - 1", async () => {
      const { accept, refuse, spend, usage } = await timed([streamBudget(MAX_SPENT, 60)]);
      await accept(START + 60, MAX_SPENT);
      await refuse(START + 59, [MAX_SPENT], "BudgetExceeded", [0, MAX_SPENT, (MAX_SPENT * 59n) / 60n]);
      for (const elapsed of [61, 120, 10 * WEEK]) {
        await accept(START + elapsed, MAX_SPENT);
        await refuse(START + elapsed, [MAX_SPENT + 1n], "BudgetExceeded", [0, MAX_SPENT + 1n, MAX_SPENT]);
      }
      await spend(START + 120, MAX_SPENT);
      expect(await usage()).to.deep.equal([MAX_SPENT, 0n]);
      await refuse(START + 10 * WEEK, [1], "BudgetExceeded", [0, 1, 0]);
    });

    it("of 0 accrues nothing", async () => {
      const { accept, refuse } = await timed([streamBudget(0n, 60)]);
      await accept(START + 10 * WEEK, 0);
      await refuse(START + 10 * WEEK, [1], "BudgetExceeded", [0, 1, 0]);
    });

    it("does not overflow over the longest session", async () => {
      const validUntil = 2 ** 47 - 1;
      const { accept, refuse } = await timed([streamBudget(MAX_SPENT, 2 ** 32 - 1)], { validAfter: 1, validUntil });
      await accept(validUntil, MAX_SPENT);
      await refuse(validUntil, [MAX_SPENT + 1n], "BudgetExceeded", [0, MAX_SPENT + 1n, MAX_SPENT]);
    });
  });

  describe("several budgets", () => {
    it("narrow to what they have in common", async () => {
      const budgets = [periodicBudget(10n, WEEK), periodicBudget(10n, 86_400), totalBudget(10n), streamBudget(10n, 60)];
      const { accept } = await timed(budgets);
      const time = START + WEEK + 3 * 86_400 + 500;
      expect(await accept(time, 1, 1, 1, 1)).to.deep.equal({
        validAfter: time,
        validUntil: START + WEEK + 4 * 86_400 - 1,
      });
      // The week ends within the tenth period of 80,000 seconds.
      const other = await timed([periodicBudget(10n, WEEK), periodicBudget(10n, 80_000)]);
      expect(await other.accept(START + WEEK - 1, 1, 1)).to.deep.equal({
        validAfter: START + 7 * 80_000,
        validUntil: START + WEEK - 1,
      });
      expect(await other.accept(START + WEEK, 1, 1)).to.deep.equal({
        validAfter: START + WEEK,
        validUntil: START + 8 * 80_000 - 1,
      });
    });

    it("share a word and keep their periods apart", async () => {
      const { spend, usage, refuse } = await timed([periodicBudget(10n, WEEK), periodicBudget(10n, 86_400)]);
      await spend(START + WEEK + 86_400, 3, 4);
      expect([await usage(0), await usage(1)]).to.deep.equal([
        [3n, 1n],
        [4n, 8n],
      ]);
      await refuse(START + WEEK, [1, 1], "PeriodPassed", [1, 7, 8]);
      await refuse(START + WEEK - 1, [1, 1], "PeriodPassed", [0, 0, 1]);
      await spend(START + WEEK + 2 * 86_400, 7, 10);
      expect([await usage(0), await usage(1)]).to.deep.equal([
        [10n, 1n],
        [10n, 9n],
      ]);
    });
  });

  it("is refused by the EntryPoint too", async () => {
    const w = await world();
    const start = await now();
    const session = await sessionOf(w, [permissionFor(w, { charges: [argumentCharge(0, [0])] })], {
      validAfter: start - 1000,
      budgets: [periodicBudget(10n, 3600)],
    });
    await enable(w, session);
    const calls = [callOf(w, [6])];
    await expectRefusal(w, await operation(w, session, calls), "TimeRequired", [0n]);
    await use(w, session, calls, { time: start });
    await expectRefusal(w, await operation(w, session, calls, { time: start }), "BudgetExceeded", [0n, 6n, 4n]);
  });
});
