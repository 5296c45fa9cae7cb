import { expect } from "chai";
import { AbiCoder, parseEther, ZeroHash } from "ethers";
import {
  callPermission,
  decodeFailedOp,
  grantDigest,
  sessionId,
  STATUSES,
  transferPermission,
  type Grant,
  type Permission,
  type Session,
} from "../../sdk";
import { merkleProof } from "../../sdk/tree";
import { asAccount, enable, expectRefusal, grantBy, operation, send, sessionOf, use } from "../helpers/operations";
import { secondChain } from "../helpers/secondChain";
import { wallet, world, type World } from "../helpers/world";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const INCREMENT = "0xd09de08a";

/** `count` sessions that differ in their salt only. */
async function sessions(w: World, count: number, permissions?: readonly Permission[]): Promise<Session[]> {
  const allowed = permissions ?? [callPermission(w.targetAddress, INCREMENT)];
  const first = await sessionOf(w, allowed);
  return Array.from({ length: count }, (_, i) => ({ ...first, salt: BigInt(i) }));
}

const increment = (w: World) => [{ target: w.targetAddress, value: 0n, data: INCREMENT }];

/** The operation that enables session `index` of the grant and uses it. */
function firstUse(w: World, grant: Grant, index: number, nonceKey = 0) {
  const session = grant.sessions[index]!;
  return operation(w, session, increment(w), { mode: "enable", grant, grantIndex: index, nonceKey });
}

describe("grants: one signature of the owner for many sessions", () => {
  for (const count of [1, 2, 5, 1_000]) {
    it(`enables any of ${count} by its first operation, and the key goes on without the grant`, async () => {
      const w = await world();
      const grant = await grantBy(w, await sessions(w, count));
      for (const index of new Set([0, Math.floor(count / 2), count - 1])) {
        const before = await w.target.counter();
        expect((await send(w, await firstUse(w, grant, index))).success).to.equal(true);
        const session = grant.sessions[index]!;
        expect(await w.validator.sessionStatus(sessionId(session), w.accountAddress)).to.equal(STATUSES.enabled);
        await use(w, session, increment(w));
        expect(await w.target.counter()).to.equal(before + 2n);
      }
    });
  }

  it("costs of enabling grow with the logarithm of the number of sessions @gas", async () => {
    const w = await world();
    const measured: bigint[] = [];
    const heights = [0, 2, 4, 6, 8, 10];
    for (const height of heights) {
      const grant = await grantBy(w, await sessions(w, 2 ** height));
      measured.push((await send(w, await firstUse(w, grant, 0, 100 + height))).receipt.gasUsed);
      await (await asAccount(w)).revokeAllSessions();
    }
    const steps = measured.slice(2).map((gas, i) => gas - measured[i + 1]!);
    // Two levels each: 64 bytes of siblings, two hashes, twice "[2]" in the name of the type.
    for (const step of steps) expect(step).to.be.within(1_000n, 2_400n);
  });

  it("refuses a foreign leaf, a moved leaf and another owner's signature", async () => {
    const w = await world();
    const four = await sessions(w, 4);
    const grant = await grantBy(w, four);
    const stranger = { ...four[0]!, salt: 99n };
    const ids = four.map((session) => sessionId(session));
    const proof = merkleProof(ids, 1);

    const foreign = { ...grant, sessions: [stranger, ...four.slice(1)] };
    await expectRefusal(w, await firstUse(w, foreign, 0), "BadGrant");

    // Session 1 under the index of session 0, with its own siblings.
    const moved: Grant = { ...grant, sessions: [four[1]!, four[0]!, ...four.slice(2)] };
    expect(proof.index).to.equal(1);
    await expectRefusal(w, await firstUse(w, moved, 0), "BadGrant");

    const forged = await grantBy(w, four, wallet("not the owner"));
    await expectRefusal(w, await firstUse(w, forged, 1), "BadGrant", [
      w.accountAddress,
      grantDigest(four, w.validatorAddress),
    ]);

    expect((await send(w, await firstUse(w, grant, 1))).success).to.equal(true);
  });

  it("refuses a grant of an older epoch, used or not; a new one works", async () => {
    const w = await world();
    const old = await grantBy(w, await sessions(w, 2));
    await send(w, await firstUse(w, old, 0));
    await (await asAccount(w)).revokeAllSessions();
    await expectRefusal(w, await operation(w, old.sessions[0]!, increment(w)), "SessionNotEnabled");
    await expectRefusal(w, await firstUse(w, old, 0), "BadGrant");
    await expectRefusal(w, await firstUse(w, old, 1), "BadGrant");

    const renewed = await grantBy(w, await sessions(w, 2));
    expect(renewed.sessions[0]!.epoch).to.equal(2n);
    expect((await send(w, await firstUse(w, renewed, 0))).success).to.equal(true);
  });

  it("refuses a revoked leaf for good, and leaves its siblings alone", async () => {
    const w = await world();
    const grant = await grantBy(w, await sessions(w, 2));
    const id = sessionId(grant.sessions[0]!);
    await (await asAccount(w)).revokeSession(id);
    await expectRefusal(w, await firstUse(w, grant, 0), "SessionIsRevoked", [id]);
    await expectRefusal(
      w,
      await operation(w, grant.sessions[0]!, increment(w), { mode: "signed", grant }),
      "SessionIsRevoked",
    );
    await expect((await asAccount(w)).enableSession(id, "0x")).to.be.revertedWithCustomError(
      w.validator,
      "SessionIsRevoked",
    );
    expect((await send(w, await firstUse(w, grant, 1))).success).to.equal(true);
  });

  it("SIGNED mode works without any enabling, every time, and stores nothing but usage", async () => {
    const w = await world();
    const grant = await grantBy(w, await sessions(w, 5));
    const session = grant.sessions[3]!;
    for (let i = 0; i < 2; ++i) {
      await use(w, session, increment(w), { mode: "signed", grant, grantIndex: 3 });
    }
    expect(await w.validator.sessionStatus(sessionId(session), w.accountAddress)).to.equal(STATUSES.none);
    await expectRefusal(w, await operation(w, session, increment(w)), "SessionNotEnabled");
  });

  it("all the sessions of a grant have trees of one height: the SDK says so", async () => {
    const w = await world();
    const [one] = await sessions(w, 1);
    const two = { ...one!, permissions: [...one!.permissions, transferPermission(ALICE, 1n)] };
    expect(() => grantDigest([one!, two], w.validatorAddress)).to.throw(/height/i);
  });
});

describe("grants: one signature for two chains", () => {
  it("enables on each chain its own session, and no other", async () => {
    const w = await world();
    const second = await secondChain(w, 31_338n);
    expect((await second.bundler.provider.getNetwork()).chainId).to.equal(31_338n);
    expect(await second.validator.domainSeparator()).to.equal(await w.validator.domainSeparator());

    // Other tests may have put this chain's clock ahead of the second one's.
    const validAfter = (await second.bundler.provider.getBlock("latest"))!.timestamp - 100;
    const here = await sessionOf(w, [transferPermission(ALICE, 5n)], { validAfter });
    const there = { ...here, chainId: second.chainId, salt: 1n };
    const grant = await grantBy(w, [here, there]);
    const pay = [{ target: ALICE, value: 5n, data: "0x" }];

    await use(w, here, pay, { mode: "enable", grant, grantIndex: 0 });
    await use(second, there, pay, { mode: "enable", grant, grantIndex: 1 });
    expect(await second.bundler.provider.getBalance(ALICE)).to.equal(5n);

    // The other chain's session makes another id here: the proof leads elsewhere.
    await expectRefusal(w, await operation(w, there, pay, { mode: "enable", grant, grantIndex: 1 }), "BadGrant");
    const replayed = await operation(second, here, pay, { mode: "enable", grant, grantIndex: 0 });
    const failed = await send(second, replayed).then(
      () => undefined,
      (error: unknown) => decodeFailedOp(error),
    );
    expect(failed?.name).to.equal("BadGrant");
  });
});

describe("enabling: the other ways", () => {
  it("at install, with the ids", async () => {
    const w = await world();
    const account = await asAccount(w);
    const [one, two] = (await sessions(w, 2)).map((session) => ({ ...session, epoch: 2n }));
    const ids = [one!, two!].map((session) => sessionId(session));
    await account.onInstall(AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [ids]));
    await use(w, one!, increment(w));
    await use(w, two!, increment(w));
  });

  it("by a call of the account", async () => {
    const w = await world();
    const [session] = await sessions(w, 1);
    await expectRefusal(w, await operation(w, session!, increment(w)), "SessionNotEnabled");
    await enable(w, session!);
    await use(w, session!, increment(w));
  });

  it("by the very first operation of an account that does not exist yet: created, installed, granted and used in one", async () => {
    const w = await world();
    const salt = ZeroHash;
    const validators = [
      { validator: w.ownerValidatorAddress, initData: w.owner.address },
      { validator: w.validatorAddress, initData: "0x" },
    ];
    const account = await w.factory.accountAddressWith(validators, salt);
    await w.bundler.sendTransaction({ to: account, value: parseEther("1") });
    const create = w.factory.interface.encodeFunctionData("createAccountWith", [validators, salt]);

    // The module will be installed for the first time: epoch 1.
    const session = await sessionOf(w, [callPermission(w.targetAddress, INCREMENT)], { account, epoch: 1n });
    const grant = await grantBy(w, [session]);
    const fields = { factory: await w.factory.getAddress(), factoryData: create };
    await use(w, session, increment(w), { mode: "enable", grant, fields });
    expect(await w.validator.sessionStatus(sessionId(session), account)).to.equal(STATUSES.enabled);
    await use(w, session, increment(w));
  });
});
