import { expect } from "chai";
import { parseUnits } from "ethers";
import { ethers } from "hardhat";
import {
  argumentCharge,
  callPermission,
  sessionId,
  sessionRevocationTypedData,
  STATUSES,
  totalBudget,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { openZeppelin } from "../../test/matrix/accounts/modular";
import { grantOf, sessionOf, set } from "../../test/matrix/operations";
import { draftUse, estimated, operate } from "../support/operate";
import { settle, type Place } from "../support/place";

/** First in the block. */
const URGENT = { maxFeePerGas: parseUnits("200", "gwei"), maxPriorityFeePerGas: parseUnits("100", "gwei") };

describe("between the bundler's yes and the block", () => {
  let place: Place;
  let session: Session;

  beforeEach(async () => {
    place = await settle(openZeppelin, "0.8");
    const [{ target, data }] = [set(place, 0n)];
    const permissions = [callPermission(target, data.slice(0, 10), { charges: [argumentCharge(0, [0])] })];
    session = await sessionOf(place, { budgets: [totalBudget(100n)], permissions });
    await operate(place, session, [set(place, 1n)], { mode: "enable", grant: await grantOf(place, session) });
  });

  /** `set(value)`, ready to be sent; operations with different nonce keys do not wait for one another. */
  async function ready(value: bigint, key: number): Promise<PackedUserOperation> {
    const nonce = place.subject.adapter.nonceKey(place.validatorAddress, key) << 64n;
    const drafted = await draftUse(place, session, [set(place, value)], { fields: { nonce } });
    return drafted.sign(await estimated(place, drafted));
  }

  const spent = async () => (await place.validator.budgetUsage(sessionId(session), session.account, 0))[0];

  it("of two operations that are too much for the budget together, one is mined", async () => {
    const both = [await ready(60n, 1), await ready(61n, 2)];
    const hashes = await Promise.all(both.map((op) => place.bundler.send(op)));
    // When this one is mined, the bundler has been through the others.
    await operate(place, session, [set(place, 2n)]);
    const mined = await Promise.all(hashes.map(async (hash) => (await place.bundler.receipt(hash)) !== undefined));
    expect(mined.filter(Boolean)).to.have.length(1);
    expect(await spent()).to.equal(1n + 2n + (mined[0] ? 60n : 61n));
  });

  it("the owner revokes, in time", async () => {
    const revocation = { account: session.account, chainId: session.chainId, sessionId: sessionId(session) };
    const signature = await place.subject.signData(sessionRevocationTypedData(revocation, place.validatorAddress));
    const op = await ready(50n, 1);
    await ethers.provider.send("evm_setAutomine", [false]);
    const hash = await place.bundler.send(op);
    await waiting(1);
    const revoked = place.validator.revokeSessionBySig(session.account, revocation.sessionId, signature, URGENT);
    await waiting(2);
    await ethers.provider.send("evm_mine");
    await ethers.provider.send("evm_setAutomine", [true]);
    await revoked;

    expect(await place.validator.sessionStatus(revocation.sessionId, session.account)).to.equal(STATUSES.revoked);
    expect(await spent()).to.equal(1n);
    expect(await place.bundler.receipt(hash)).to.equal(undefined);
    // The bundler lost a transaction, and goes on.
    const other = { ...session, salt: 1n };
    await operate(place, other, [set(place, 50n)], { mode: "enable", grant: await grantOf(place, other) });
  });

  /** Until so many transactions wait for a block. */
  async function waiting(count: number): Promise<void> {
    for (;;) {
      const { pending } = (await ethers.provider.send("txpool_status")) as { pending: string };
      if (Number(pending) >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
