import { expect } from "chai";
import { concat } from "ethers";
import {
  argumentCharge,
  countCharge,
  ecdsaKey,
  grantDigest,
  permissionTree,
  sessionId,
  totalBudget,
  type Grant,
  type Mode,
  type Session,
} from "../../../sdk";
import {
  adapter,
  asAccount,
  enable,
  expectRefusal,
  grantBy,
  operation,
  send,
  sessionOf,
  use,
} from "../../helpers/operations";
import {
  attempt,
  callOf,
  commit,
  expectAccepted,
  expectRevert,
  expectWrongKey,
  OP_HASH,
  permissionFor,
} from "../../helpers/validation";
import { wallet, world, type World } from "../../helpers/world";
import { asBareAccount, ERC1271_MAGIC, validAnswers, wrongAnswers } from "./answers";

const STATUS = { none: 0n, enabled: 1n, revoked: 2n };

/** A session that was granted, not enabled. */
async function granted(overrides: Partial<Session> = {}) {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w, { charges: [countCharge(0)] })], {
    budgets: [totalBudget(5n)],
    ...overrides,
  });
  const grant = await grantBy(w, [session]);
  const id = sessionId(session);
  return {
    w,
    session,
    id,
    grant,
    calls: [callOf(w)],
    status: () => w.validator.sessionStatus(id, session.account),
    spent: async () => (await w.validator.budgetUsage(id, session.account, 0)).spent,
  };
}

/** The grant with the owner's signature over a digest; as many sessions as wanted, hashed once. */
function signed(w: World, sessions: readonly Session[], hash = grantDigest(sessions, w.validatorAddress)): Grant {
  const signature = adapter(w).wrapOwnerSignature(w.owner.signingKey.sign(hash).serialized);
  return { sessions, validator: w.validatorAddress, signature };
}

describe("SessionKeyValidator.validateUserOp: modes and grants", () => {
  describe("USE", () => {
    it("needs a session that was enabled", async () => {
      const { w, session, id, calls } = await granted();
      const op = await attempt(w, session, calls);
      await expectRevert(w, op, "SessionNotEnabled", [id]);
      await enable(w, session);
      await expectAccepted(w, op);
    });

    it("needs it enabled for this account", async () => {
      const { w, session, id, calls } = await granted();
      await (await asAccount(w, w.otherAccountAddress)).enableSession(id, "0x");
      await expectRevert(w, await attempt(w, session, calls), "SessionNotEnabled", [id]);
    });

    it("needs exactly this session: every field makes another id", async () => {
      const { w, session, calls } = await granted();
      await enable(w, session);
      await expectAccepted(w, await attempt(w, session, calls));
      const changes: Partial<Session>[] = [
        { salt: 1n },
        { signer: w.otherKey.address },
        { validAfter: session.validAfter + 1 },
        { validUntil: session.validUntil + 1 },
        { paymaster: w.targetAddress },
        { feeBudget: 255, paymaster: w.targetAddress },
        { feeBudget: 0 },
        { budgets: [totalBudget(6n)] },
        { budgets: [{ kind: 1, limit: 5n, period: 86_400 }] },
        { budgets: [totalBudget(5n), totalBudget(5n)] },
        { permissions: [permissionFor(w, { charges: [countCharge(0)], maxValue: 1n })] },
        { permissions: [permissionFor(w)] },
        { permissions: [permissionFor(w, { charges: [argumentCharge(0, [0])] })] },
      ];
      for (const change of changes) {
        const other = { ...session, ...change };
        const op = await attempt(w, other, [callOf(w, [1])], { time: session.validAfter + 5 });
        await expectRevert(w, op, "SessionNotEnabled", [sessionId(other)]);
      }
    });

    it("knows nothing of another chain or epoch: the contract fills in its own", async () => {
      const { w, session, calls } = await granted();
      for (const change of [{ chainId: session.chainId + 1n }, { epoch: session.epoch + 1n }, { epoch: 0n }]) {
        const foreign = { ...session, ...change };
        await enable(w, foreign);
        await expectRevert(w, await attempt(w, foreign, calls), "SessionNotEnabled", [sessionId(session)]);
      }
    });

    it("is refused by the EntryPoint too", async () => {
      const { w, session, id, calls } = await granted();
      await expectRefusal(w, await operation(w, session, calls), "SessionNotEnabled", [id]);
    });
  });

  describe("ENABLE", () => {
    it("stores the session, announces it, and charges", async () => {
      const { w, session, id, grant, calls, status, spent } = await granted();
      const op = await attempt(w, session, calls, { mode: "enable", grant });
      await expectAccepted(w, op);
      const account = await asAccount(w);
      await expect(account.validateUserOp(op, OP_HASH))
        .to.emit(w.validator, "SessionEnabled")
        .withArgs(session.account, id, "0x");
      expect([await status(), await spent()]).to.deep.equal([STATUS.enabled, 1n]);
      await expectAccepted(w, await attempt(w, session, calls));
      await expect(account.validateUserOp(op, OP_HASH)).to.not.emit(w.validator, "SessionEnabled");
      expect(await spent()).to.equal(2n);
    });

    it("does not ask for the grant again: a front-run enabling changes nothing (F8)", async () => {
      const { w, session, grant, calls } = await granted();
      const worthless = { ...grant, signature: "0x" };
      const op = await attempt(w, session, calls, { mode: "enable", grant: worthless });
      await expectRevert(w, op, "BadGrant", [session.account, grantDigest([session], w.validatorAddress)]);
      await enable(w, session);
      await expectAccepted(w, op);
      await expectAccepted(w, await attempt(w, session, calls, { mode: "enable", grant }));
    });

    it("with a wrong key answers 1, and writes status and usage all the same", async () => {
      const { w, session, grant, calls, status, spent } = await granted();
      const op = await attempt(w, session, calls, { mode: "enable", grant, key: ecdsaKey(w.otherKey) });
      await expectWrongKey(w, op);
      expect(await commit(w, op)).to.equal(1n);
      expect([await status(), await spent()]).to.deep.equal([STATUS.enabled, 1n]);
    });
  });

  describe("SIGNED", () => {
    it("stores nothing but usage", async () => {
      const { w, session, grant, calls, status, spent } = await granted();
      const op = await attempt(w, session, calls, { mode: "signed", grant });
      for (let used = 1n; used <= 5n; used++) {
        await commit(w, op);
        expect([await status(), await spent()]).to.deep.equal([STATUS.none, used]);
      }
      await expectRevert(w, op, "BudgetExceeded", [0, 1, 0]);
      await expectRevert(w, await attempt(w, session, calls), "SessionNotEnabled", [sessionId(session)]);
    });

    it("always asks for the grant, enabled or not", async () => {
      const { w, session, grant, calls, status, spent } = await granted();
      const worthless = { ...grant, signature: "0x" };
      const bad = [session.account, grantDigest([session], w.validatorAddress)];
      const op = await attempt(w, session, calls, { mode: "signed", grant: worthless });
      await expectRevert(w, op, "BadGrant", bad);
      await enable(w, session);
      await expectRevert(w, op, "BadGrant", bad);
      await commit(w, await attempt(w, session, calls, { mode: "signed", grant }));
      expect([await status(), await spent()]).to.deep.equal([STATUS.enabled, 1n]);
    });

    it("shares its usage with USE and ENABLE of the same session", async () => {
      const { w, session, grant, calls, spent } = await granted();
      await commit(w, await attempt(w, session, calls, { mode: "signed", grant }));
      await commit(w, await attempt(w, session, calls, { mode: "enable", grant }));
      await commit(w, await attempt(w, session, calls));
      expect(await spent()).to.equal(3n);
    });
  });

  describe("a revoked session", () => {
    for (const mode of ["use", "enable", "signed"] as Mode[]) {
      for (const before of [true, false]) {
        it(`is refused in mode ${mode}${before ? ", enabled before" : ", never enabled"} (F5, F6, H10)`, async () => {
          const { w, session, id, grant, calls, status } = await granted();
          const options = mode === "use" ? {} : { mode, grant };
          if (before) await enable(w, session);
          if (before || mode !== "use") await expectAccepted(w, await attempt(w, session, calls, options));
          await (await asAccount(w)).revokeSession(id);
          const op = await attempt(w, session, calls, options);
          await expectRevert(w, op, "SessionIsRevoked", [id]);
          await expectRefusal(w, await operation(w, session, calls, options), "SessionIsRevoked", [id]);
          expect(await status()).to.equal(STATUS.revoked);
        });
      }
    }
  });

  describe("an older epoch", () => {
    const bumps: Record<string, (w: World) => Promise<void>> = {
      revokeAllSessions: async (w) => void (await (await asAccount(w)).revokeAllSessions()),
      "uninstalling and installing": async (w) => {
        await (await asAccount(w)).onUninstall("0x");
        await (await asAccount(w)).onInstall("0x");
      },
      "installing again": async (w) => void (await (await asAccount(w)).onInstall("0x")),
    };
    for (const [name, bump] of Object.entries(bumps)) {
      it(`after ${name} kills enabled sessions and unused grants (F5, H1)`, async () => {
        const { w, session, grant, calls } = await granted();
        await enable(w, session);
        const unused = { ...session, salt: 9n };
        const unusedGrant = await grantBy(w, [unused]);
        await expectAccepted(w, await attempt(w, session, calls));
        await expectAccepted(w, await attempt(w, unused, calls, { mode: "signed", grant: unusedGrant }));
        await bump(w);
        const epoch = await w.validator.epochOf(session.account);
        expect(epoch > session.epoch).to.equal(true);
        const reborn = { ...session, epoch };
        await expectRevert(w, await attempt(w, session, calls), "SessionNotEnabled", [sessionId(reborn)]);
        for (const mode of ["enable", "signed"] as const) {
          const account = session.account;
          const old = await attempt(w, session, calls, { mode, grant });
          await expectRevert(w, old, "BadGrant", [account, grantDigest([reborn], w.validatorAddress)]);
          const other = await attempt(w, unused, calls, { mode, grant: unusedGrant });
          await expectRevert(w, other, "BadGrant", [account, grantDigest([{ ...unused, epoch }], w.validatorAddress)]);
        }
        await enable(w, reborn);
        await expectAccepted(w, await attempt(w, reborn, calls));
      });
    }
  });

  describe("the owner's signature", () => {
    it("is over this session, by this owner, for this validator, chain and account (F2, F3, F4)", async () => {
      const { w, session, calls, grant } = await granted();
      const expected = [session.account, grantDigest([session], w.validatorAddress)];
      const twin = await sessionOf(w, session.permissions, { ...session, account: w.otherAccountAddress });
      const wrong: Record<string, Grant> = {
        "another owner": await grantBy(w, [session], wallet("thief")),
        "the session key": await grantBy(w, [session], w.key),
        "another account": { ...grant, signature: (await grantBy(w, [twin])).signature },
        "another chain": signed(w, [session], grantDigest([{ ...session, chainId: 1n }], w.validatorAddress)),
        "another validator": signed(w, [session], grantDigest([session], w.targetAddress)),
        "another epoch": signed(w, [session], grantDigest([{ ...session, epoch: 0n }], w.validatorAddress)),
        "another session": signed(w, [session], grantDigest([{ ...session, salt: 1n }], w.validatorAddress)),
        "the id itself": signed(w, [session], sessionId(session)),
        "no wrapping": { ...grant, signature: `0x${grant.signature.slice(42)}` },
        "wrapped for the session key validator (F10)": {
          ...grant,
          signature: concat([w.validatorAddress, `0x${grant.signature.slice(42)}`]),
        },
        nothing: { ...grant, signature: "0x" },
      };
      for (const mode of ["enable", "signed"] as const) {
        await expectAccepted(w, await attempt(w, session, calls, { mode, grant }));
        for (const bad of Object.values(wrong)) {
          await expectRevert(w, await attempt(w, session, calls, { mode, grant: bad }), "BadGrant", expected);
        }
      }
      const op = await operation(w, session, calls, { mode: "enable", grant: wrong["another owner"]! });
      await expectRefusal(w, op, "BadGrant", expected);
    });

    it("is asked of the account, whose answer must be exactly the magic word", async () => {
      const w = await world();
      const cases = { ...validAnswers(ERC1271_MAGIC), ...wrongAnswers(ERC1271_MAGIC) };
      for (const [name, deploy] of Object.entries(cases)) {
        const account = await deploy(w);
        await asBareAccount(w, account);
        const session = await sessionOf(w, [permissionFor(w)], { account });
        const grant = { sessions: [session], validator: w.validatorAddress, signature: "0x1234" };
        for (const mode of ["enable", "signed"] as const) {
          const op = await attempt(w, session, [callOf(w)], { mode, grant });
          if (name in validAnswers(ERC1271_MAGIC)) await expectAccepted(w, op);
          else await expectRevert(w, op, "BadGrant", [account, grantDigest([session], w.validatorAddress)]);
        }
      }
    });

    it("of an account without code is never valid; its enabled sessions are", async () => {
      const w = await world();
      const account = w.stranger.address;
      await w.validator.connect(w.stranger).onInstall("0x");
      const session = await sessionOf(w, [permissionFor(w)], { account });
      const hash = grantDigest([session], w.validatorAddress);
      const grant = { sessions: [session], validator: w.validatorAddress, signature: "0x" };
      for (const mode of ["enable", "signed"] as const) {
        await expectRevert(w, await attempt(w, session, [callOf(w)], { mode, grant }), "BadGrant", [account, hash]);
      }
      await w.validator.connect(w.stranger).enableSession(sessionId(session), "0x");
      await expectAccepted(w, await attempt(w, session, [callOf(w)]));
    });
  });

  describe("a grant of several sessions", () => {
    for (const [count, permissions] of [
      [2, 1],
      [3, 1],
      [4, 2],
      [5, 3],
      [9, 1],
    ] as const) {
      it(`of ${count} with ${permissions} permissions each: every one can be used, in any mode`, async () => {
        const w = await world();
        const list = Array.from({ length: permissions }, (_, i) => permissionFor(w, { maxValue: BigInt(i) }));
        const first = await sessionOf(w, list);
        const sessions = Array.from({ length: count }, (_, i) => ({ ...first, salt: BigInt(i) }));
        const grant = await grantBy(w, sessions);
        for (const [grantIndex, session] of sessions.entries()) {
          for (const mode of ["enable", "signed"] as const) {
            await expectAccepted(w, await attempt(w, session, [callOf(w)], { mode, grant, grantIndex }));
          }
        }
        // A session that is not in the grant, at a place of one that is.
        const stranger = { ...first, salt: 99n };
        const op = await attempt(w, stranger, [callOf(w)], { mode: "enable", grant, grantIndex: 0 });
        const forged = [stranger, ...sessions.slice(1)];
        await expectRevert(w, op, "BadGrant", [w.accountAddress, grantDigest(forged, w.validatorAddress)]);
      });
    }

    it("of 1,024, the most there can be", async function () {
      this.timeout(60_000);
      const w = await world();
      const first = await sessionOf(w, [permissionFor(w)]);
      const sessions = Array.from({ length: 1024 }, (_, i) => ({ ...first, salt: BigInt(i) }));
      const grant = signed(w, sessions);
      for (const grantIndex of [0, 1023]) {
        await expectAccepted(
          w,
          await attempt(w, sessions[grantIndex]!, [callOf(w)], { mode: "signed", grant, grantIndex }),
        );
      }
    });

    it("does not pass for one of another height, nor for a single session", async () => {
      const w = await world();
      const first = await sessionOf(w, [permissionFor(w)]);
      const sessions = [first, { ...first, salt: 1n }];
      const grant = await grantBy(w, sessions);
      const single = await grantBy(w, [first]);
      const account = w.accountAddress;
      const asSingle = { ...grant, sessions: [first] };
      const op = await attempt(w, first, [callOf(w)], { mode: "enable", grant: asSingle });
      await expectRevert(w, op, "BadGrant", [account, grantDigest([first], w.validatorAddress)]);
      const asTree = await attempt(w, first, [callOf(w)], { mode: "enable", grant: { ...single, sessions } });
      await expectRevert(w, asTree, "BadGrant", [account, grantDigest(sessions, w.validatorAddress)]);
      await expectAccepted(w, await attempt(w, first, [callOf(w)], { mode: "enable", grant }));
    });

    it("through the EntryPoint: each session enables itself with the one signature", async () => {
      const w = await world();
      const first = await sessionOf(w, [permissionFor(w), permissionFor(w, { maxValue: 5n })]);
      const sessions = [first, { ...first, salt: 1n }, { ...first, salt: 2n }];
      const grant = await grantBy(w, sessions);
      expect(permissionTree(first).height).to.equal(1);
      for (const [grantIndex, session] of sessions.entries()) {
        await use(w, session, [callOf(w)], { mode: "enable", grant, grantIndex });
        await use(w, session, [callOf(w)]);
        expect(await w.validator.sessionStatus(sessionId(session), w.accountAddress)).to.equal(STATUS.enabled);
      }
      const { success } = await send(w, await operation(w, first, [callOf(w)], { mode: "signed", grant }));
      expect(success).to.equal(true);
    });
  });
});
