import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  argumentCharge,
  callPermission,
  periodicBudget,
  permissionTree,
  sessionId,
  streamBudget,
  totalBudget,
  type Session,
} from "../../../sdk";
import { MAX_SPENT } from "../../../sdk/constants";
import { asAccount, enable, sessionOf } from "../../helpers/operations";
import { attempt, callOf, commit, permissionFor, SELECTOR } from "../../helpers/validation";
import { now, world } from "../../helpers/world";

const HOUR = 3600;

/** The session as the lens takes it. */
function termsOf(session: Session) {
  const { height, root } = permissionTree(session);
  return { ...session, budgets: [...session.budgets], height, permissionsRoot: root };
}

async function seen(overrides: Partial<Session> = {}) {
  const w = await world();
  const start = await now();
  const budgets = overrides.budgets ?? [totalBudget(100n), periodicBudget(50n, HOUR), streamBudget(3600n, HOUR)];
  const charges = budgets.map((_, i) => argumentCharge(i, [32 * i]));
  const session = await sessionOf(w, [permissionFor(w, { charges })], {
    validAfter: start + 1000,
    validUntil: start + 1000 + 10 * HOUR,
    ...overrides,
    budgets,
  });
  await enable(w, session);
  const terms = termsOf(session);
  return {
    w,
    session,
    terms,
    spend: async (at: number, ...amounts: number[]) =>
      commit(w, await attempt(w, session, [callOf(w, amounts)], { time: at })),
    state: async (at?: number) => {
      if (at !== undefined) await time.increaseTo(at);
      const state = await w.lens.sessionState(w.validatorAddress, terms);
      const left = state.budgets.map(({ spent, remaining, nextReset }) => [spent, remaining, nextReset].map(Number));
      return { sessionId: state.sessionId, status: state.status, alive: state.alive, left };
    },
  };
}

describe("SessionLens", () => {
  it("computes the id that the SDK computes, for trees of every height", async () => {
    const w = await world();
    for (const count of [1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513]) {
      const permissions = Array.from({ length: count }, (_, i) =>
        callPermission(w.targetAddress, SELECTOR, { maxValue: BigInt(i) }),
      );
      const session = await sessionOf(w, permissions, {
        salt: BigInt(count),
        budgets: [totalBudget(MAX_SPENT), periodicBudget(1n, 2 ** 32 - 1)].slice(0, count % 3),
        signer: `0x${"ab".repeat(20 + count)}`,
      });
      expect(await w.lens.sessionId(termsOf(session))).to.equal(sessionId(session));
    }
  });

  it("refuses a height that no tree has", async () => {
    const { w, terms } = await seen();
    await expect(w.lens.sessionId({ ...terms, height: 11 }))
      .to.be.revertedWithCustomError(w.lens, "TreeTooHigh")
      .withArgs(11, 10);
    await expect(w.lens.sessionState(w.validatorAddress, { ...terms, height: 255 }))
      .to.be.revertedWithCustomError(w.lens, "TreeTooHigh")
      .withArgs(255, 10);
    await w.lens.sessionId({ ...terms, height: 10 });
  });

  it("before the session starts shows its first second, not alive", async () => {
    const { session, state } = await seen();
    expect(await state()).to.deep.equal({
      sessionId: sessionId(session),
      status: 1n,
      alive: false,
      left: [
        [0, 100, 0],
        [0, 50, session.validAfter + HOUR],
        [0, 0, 0],
      ],
    });
  });

  it("shows what is left as time goes by", async () => {
    const { session, spend, state } = await seen();
    const { validAfter, validUntil } = session;
    expect((await state(validAfter)).alive).to.equal(true);
    expect((await state(validAfter + 100)).left).to.deep.equal([
      [0, 100, 0],
      [0, 50, validAfter + HOUR],
      [0, 100, 0],
    ]);
    await spend(validAfter + 100, 30, 20, 70);
    expect((await state(validAfter + 200)).left).to.deep.equal([
      [30, 70, 0],
      [20, 30, validAfter + HOUR],
      [70, 130, 0],
    ]);
    // The last second of the first period, the first one of the second.
    expect((await state(validAfter + HOUR - 1)).left[1]).to.deep.equal([20, 30, validAfter + HOUR]);
    expect((await state(validAfter + HOUR)).left).to.deep.equal([
      [30, 70, 0],
      [0, 50, validAfter + 2 * HOUR],
      [70, 3530, 0],
    ]);
    // Period 10 starts with the last second of the session: there is no reset after it.
    expect((await state(validUntil - 1)).left[1]).to.deep.equal([0, 50, validUntil]);
    const last = await state(validUntil);
    expect([last.alive, last.left[1]]).to.deep.equal([true, [0, 50, 0]]);
    const expired = await state(validUntil + 1);
    expect(expired.alive).to.equal(false);
    expect(expired.left.map(([, remaining]) => remaining)).to.deep.equal([0, 0, 0]);
    expect(expired.left[0]).to.deep.equal([30, 0, 0]);
  });

  it("shows a stream that is full as what the word can hold", async () => {
    const { w, session, terms } = await seen({ budgets: [streamBudget(MAX_SPENT, 60)] });
    await time.increaseTo(session.validAfter + 600);
    const { budgets } = await w.lens.sessionState(w.validatorAddress, terms);
    expect(budgets[0]?.remaining).to.equal(MAX_SPENT);
  });

  it("shows a session dead that is unknown, revoked, paused, of another epoch, or without its module", async () => {
    const { w, session, state, terms } = await seen({ validAfter: 1000, budgets: [] });
    const account = await asAccount(w);
    const alive = async () => (await state()).alive;
    expect(await alive()).to.equal(true);
    const unknown = await w.lens.sessionState(w.validatorAddress, { ...terms, salt: 99n });
    expect([unknown.alive, unknown.status]).to.deep.equal([false, 0n]);
    await account.pause();
    expect(await alive()).to.equal(false);
    await account.unpause();
    expect(await alive()).to.equal(true);
    await account.revokeAllSessions();
    expect(await alive()).to.equal(false);
    const next = { ...session, epoch: session.epoch + 1n };
    await enable(w, next);
    const reborn = async () => (await w.lens.sessionState(w.validatorAddress, termsOf(next))).alive;
    expect(await reborn()).to.equal(true);
    await account.revokeSession(sessionId(next));
    expect(await reborn()).to.equal(false);
    const other = { ...next, salt: 7n };
    await enable(w, other);
    expect((await w.lens.sessionState(w.validatorAddress, termsOf(other))).alive).to.equal(true);
    await account.onUninstall("0x");
    expect((await w.lens.sessionState(w.validatorAddress, termsOf(other))).alive).to.equal(false);
  });
});
