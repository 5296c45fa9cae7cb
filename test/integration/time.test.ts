import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  argumentCharge,
  periodicBudget,
  streamBudget,
  totalBudget,
  type Budget,
  type PackedUserOperation,
} from "../../sdk";
import { enable, expectRefusal, expectRejection, operation, send, sessionOf } from "../helpers/operations";
import { callOf, permissionFor } from "../helpers/validation";
import { now, world } from "../helpers/world";
import { sendBundle } from "./bundle";

const HOUR = 3600;

/** A session that starts in an hour and lasts for ten. */
async function later(budgets: readonly Budget[] = []) {
  const w = await world();
  const start = (await now()) + HOUR;
  const charges = budgets.map((_, i) => argumentCharge(i, [0]));
  const session = await sessionOf(w, [permissionFor(w, { charges })], {
    validAfter: start,
    validUntil: start + 10 * HOUR,
    budgets,
  });
  await enable(w, session);
  const make = (claimed: number | undefined, amount: number, nonceKey = 0) =>
    operation(w, session, [callOf(w, [amount])], claimed === undefined ? { nonceKey } : { nonceKey, time: claimed });
  return {
    w,
    session,
    make,
    /** The operation is included in a block of that time. */
    accept: async (at: number, claimed?: number, amount = 1) => {
      const op = await make(claimed, amount);
      await time.setNextBlockTimestamp(at);
      expect((await send(w, op)).success).to.equal(true);
    },
    /** In a block of that time the EntryPoint finds it out of its window. */
    reject: async (at: number, claimed?: number, amount = 1) => {
      const op = await make(claimed, amount);
      await time.setNextBlockTimestamp(at);
      await expectRejection(w, op, "AA22");
    },
  };
}

// EntryPoint v0.8 refuses `timestamp <= validAfter`: the first second of every range is lost, and no period is entered
// a second early on v0.7, which refuses `timestamp < validAfter`.

describe("Time through the EntryPoint", () => {
  it("validAfter - 1, + 0 are too early, + 1 is not (E3)", async () => {
    const { session, accept, reject } = await later();
    await reject(session.validAfter - 1);
    await reject(session.validAfter);
    await accept(session.validAfter + 1);
  });

  it("validUntil - 1, + 0 are not too late, + 1 is (E3)", async () => {
    const { session, accept, reject } = await later();
    await accept(session.validUntil - 1);
    await accept(session.validUntil);
    await reject(session.validUntil + 1);
  });

  it("a TOTAL budget narrows nothing", async () => {
    const { session, accept, reject } = await later([totalBudget(5n)]);
    await reject(session.validAfter);
    await accept(session.validAfter + 1);
    await accept(session.validUntil);
    await reject(session.validUntil + 1);
  });

  it("a period can be claimed from its start + 1 to its last second, not before and not after (E7)", async () => {
    const { session, accept, reject } = await later([periodicBudget(3n, HOUR)]);
    const second = session.validAfter + HOUR;
    await reject(second - 1, second);
    await reject(second, second);
    await accept(second + 1, second);
    await accept(second + HOUR - 2, second + 5);
    await accept(second + HOUR - 1, second + HOUR - 1);
    await reject(second + HOUR, second + HOUR - 1, 0);
  });

  it("a new period brings the limit anew, and an old one cannot be claimed any more", async () => {
    const { w, session, make, accept } = await later([periodicBudget(3n, HOUR)]);
    const first = session.validAfter;
    await accept(first + 1, first, 3);
    await expectRefusal(w, await make(first, 1), "BudgetExceeded", [0n, 1n, 0n]);
    await accept(first + HOUR + 1, first + HOUR, 3);
    await expectRefusal(w, await make(first, 0), "PeriodPassed", [0n, 0n, 1n]);
    await expectRefusal(w, await make(first + HOUR, 1), "BudgetExceeded", [0n, 1n, 0n]);
  });

  it("the last period ends with the session", async () => {
    const { session, accept, reject } = await later([periodicBudget(3n, 4 * HOUR)]);
    const last = session.validAfter + 8 * HOUR;
    await reject(last, last);
    await accept(session.validUntil, last, 1);
    await reject(session.validUntil + 1, last, 1);
  });

  it("the claims of two periods never land in one block", async () => {
    const { w, session, make } = await later([periodicBudget(3n, HOUR)]);
    const second = session.validAfter + HOUR;
    for (const [at, failing] of [
      [second - 1, 1],
      [second, 0],
      [second + 1, 0],
    ] as const) {
      const ops: PackedUserOperation[] = [await make(second - 1, 1, 1), await make(second, 1, 2)];
      await time.setNextBlockTimestamp(at);
      const { failed } = await sendBundle(w, ops);
      expect([failed?.aa, failed?.opIndex]).to.deep.equal(["AA22", failing]);
    }
    expect((await sendBundle(w, [await make(second, 1, 2)])).successes).to.deep.equal([true]);
  });

  it("a stream pays from the claimed time + 1 on, what had accrued by then", async () => {
    const { w, session, make, accept, reject } = await later([streamBudget(3600n, HOUR)]);
    const at = session.validAfter + 100;
    await expectRefusal(w, await make(at, 101), "BudgetExceeded", [0n, 101n, 100n]);
    await reject(at - 1, at, 100);
    await reject(at, at, 100);
    await accept(at + 1, at, 100);
    await expectRefusal(w, await make(at, 1), "BudgetExceeded", [0n, 1n, 0n]);
    await accept(at + 5000, at + 10, 10);
    await accept(session.validUntil, session.validUntil - 1, 1000);
  });
});
