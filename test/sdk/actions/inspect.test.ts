import { expect } from "chai";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import {
  argumentCharge,
  enableSession,
  obstacleTo,
  pauseSessions,
  periodicBudget,
  revokeAllSessions,
  revokeSession,
  sessionId,
  sessionState,
  STATUSES,
  totalBudget,
  unpauseSessions,
} from "../../../sdk";
import { sessionOf, use } from "../../helpers/operations";
import { expectCodeOf, ownerOf } from "../../helpers/owner";
import { callOf, permissionFor } from "../../helpers/validation";
import { now, world } from "../../helpers/world";
import { simpleSession } from "../arbitraries";

const WEEK = 7 * 86_400;

async function ready() {
  const w = await world();
  const charges = [argumentCharge(0, [0]), argumentCharge(1, [0])];
  const session = await sessionOf(w, [permissionFor(w, { charges })], {
    budgets: [periodicBudget(10n, WEEK), totalBudget(100n)],
  });
  const owner = ownerOf(w);
  const contracts = { validator: w.validatorAddress, lens: await w.lens.getAddress() };
  return { w, session, owner, contracts, state: () => sessionState(owner.provider, contracts, session) };
}

describe("sessionState", () => {
  it("tells what remains of each budget, when it starts afresh, and how long the session has", async () => {
    const { w, session, owner, state } = await ready();
    await enableSession(owner, session);
    await use(w, session, [callOf(w, [4])], { time: await now() });
    const { secondsLeft, ...rest } = await state();
    expect(rest).to.deep.equal({
      sessionId: sessionId(session),
      status: STATUSES.enabled,
      alive: true,
      epoch: session.epoch,
      budgets: [
        { spent: 4n, remaining: 6n, nextReset: session.validAfter + WEEK },
        { spent: 4n, remaining: 96n, nextReset: 0 },
      ],
    });
    expect(session.validUntil + 1 - secondsLeft).to.be.within(await now(), (await now()) + 60);

    await time.increaseTo(session.validAfter + WEEK);
    expect((await state()).budgets[0]).to.include({ spent: 0n, remaining: 10n });
  });

  it("says why a session does not work, and nothing when it does", async () => {
    const { w, session, owner, state } = await ready();
    const obstacle = async () => (await state()).obstacle;
    expect(await obstacle()).to.equal("not enabled");
    await enableSession(owner, session);
    expect(await obstacle()).to.equal(undefined);
    await pauseSessions(owner, w.accountAddress);
    expect(await obstacle()).to.equal("paused");
    await unpauseSessions(owner, w.accountAddress);
    await time.increaseTo(session.validUntil);
    expect(await state()).to.include({ obstacle: "expired", secondsLeft: 0, alive: false });
    await revokeSession(owner, session);
    expect(await obstacle()).to.equal("revoked");
    await revokeAllSessions(owner, w.accountAddress);
    expect(await state()).to.include({ obstacle: "older epoch", epoch: session.epoch + 1n });
  });

  it("raises INCONSISTENT_LENS for a session of another chain", async () => {
    const { owner, contracts, session } = await ready();
    await expectCodeOf(sessionState(owner.provider, contracts, { ...session, chainId: 1n }), "INCONSISTENT_LENS");
    expect((await sessionState(owner.provider, contracts, session)).status).to.equal(STATUSES.none);
  });
});

describe("obstacleTo", () => {
  const session = simpleSession();
  const account = { installed: true, paused: false, epoch: 1n };
  const { validAfter, validUntil } = session;

  it("asks in the contract's order, and takes both ends of the window", () => {
    const at = (status: number, changes: object, time: number) =>
      obstacleTo(session, status, { ...account, ...changes }, time);
    expect(at(STATUSES.enabled, {}, validAfter)).to.equal(undefined);
    expect(at(STATUSES.enabled, {}, validUntil)).to.equal(undefined);
    expect(at(STATUSES.enabled, {}, validAfter - 1)).to.equal("not yet valid");
    expect(at(STATUSES.enabled, {}, validUntil + 1)).to.equal("expired");
    expect(at(STATUSES.none, {}, validAfter)).to.equal("not enabled");
    expect(at(STATUSES.revoked, {}, validUntil + 1)).to.equal("revoked");
    expect(at(STATUSES.revoked, { epoch: 2n }, validAfter)).to.equal("older epoch");
    expect(at(STATUSES.enabled, { epoch: 0n }, validAfter)).to.equal("later epoch");
    expect(at(STATUSES.revoked, { epoch: 2n, paused: true }, validAfter)).to.equal("paused");
    expect(at(STATUSES.enabled, { installed: false, paused: true }, validAfter)).to.equal("not installed");
  });
});
