import { expect } from "chai";
import { AbiCoder, id, keccak256, toBeHex } from "ethers";
import { ethers } from "hardhat";
import {
  argumentCharge,
  callPermission,
  periodicBudget,
  sessionId,
  totalBudget,
  type Budget,
  type Session,
} from "../../sdk";
import { MAX_SPENT } from "../../sdk/constants";
import { asAccount, enable, grantBy, MAX_FEE, operation, send, sessionOf, use } from "../helpers/operations";
import { newSlotsOf, storesOf } from "../helpers/trace";
import { attempt, callOf, commit, OP_HASH, permissionFor, SELECTOR } from "../helpers/validation";
import { now, wallet, world, type World } from "../helpers/world";

const ACCOUNTS = 0n;
const SESSIONS = 1n;
const coder = AbiCoder.defaultAbiCoder();

/** `mapping(address => AccountState)`. */
const accountSlot = (account: string): string => keccak256(coder.encode(["address", "uint256"], [account, ACCOUNTS]));

/** `mapping(bytes32 => mapping(address => uint256[8]))`: the account is the innermost key (ERC-7562). */
function sessionSlot(sid: string, account: string, word = 0): string {
  const outer = keccak256(coder.encode(["bytes32", "uint256"], [sid, SESSIONS]));
  const inner = keccak256(coder.encode(["address", "bytes32"], [account, outer]));
  return toBeHex(BigInt(inner) + BigInt(word), 32);
}

async function read(w: World, slot: string): Promise<bigint> {
  return BigInt(await ethers.provider.getStorage(w.validatorAddress, slot));
}

const usage = (spent: bigint, period: bigint): bigint => spent | (period << 104n);

/** A session of `count` budgets, budget i charged with the argument of function i. */
async function counting(budgets: readonly Budget[], overrides: Partial<Session> = {}) {
  const w = await world();
  // Without code, so that traces stay short.
  const target = wallet("target").address;
  const selector = (i: number) => id(`charge${i}(uint256)`).slice(0, 10);
  const permissions = budgets.map((_, i) => callPermission(target, selector(i), { charges: [argumentCharge(i, [0])] }));
  const session = await sessionOf(w, permissions.length ? permissions : [permissionFor(w)], { budgets, ...overrides });
  const call = (i: number, amount: bigint) => ({
    ...callOf(w, [amount]),
    target,
    data: selector(i) + callOf(w, [amount]).data.slice(SELECTOR.length),
  });
  return { w, session, call };
}

describe("Storage of the SessionKeyValidator", () => {
  it("keeps the account in one word: epoch 64 bits, paused, installed", async () => {
    const w = await world();
    const slot = accountSlot(w.accountAddress);
    const account = await asAccount(w);
    const epoch = await w.validator.epochOf(w.accountAddress);
    const installed = 1n << 72n;
    const paused = 1n << 64n;
    expect(await read(w, slot)).to.equal(installed | epoch);
    await account.pause();
    expect(await read(w, slot)).to.equal(installed | paused | epoch);
    await account.revokeAllSessions();
    expect(await read(w, slot)).to.equal(installed | paused | (epoch + 1n));
    await account.onUninstall("0x");
    expect(await read(w, slot)).to.equal(epoch + 2n);
    expect(await read(w, accountSlot(w.stranger.address))).to.equal(0n);
  });

  it("keeps the status of a session in bits 248 to 255 of its first word", async () => {
    const w = await world();
    const account = await asAccount(w);
    const sid = id("a session");
    const slot = sessionSlot(sid, w.accountAddress);
    expect(await read(w, slot)).to.equal(0n);
    await account.enableSession(sid, "0x1234");
    expect(await read(w, slot)).to.equal(1n << 248n);
    await account.revokeSession(sid);
    expect(await read(w, slot)).to.equal(2n << 248n);
    expect(await read(w, sessionSlot(sid, w.otherAccountAddress))).to.equal(0n);
  });

  it("keeps two usages per word: spent in bits 0–103 and 124–227, period in bits 104–123 and 228–247", async () => {
    const start = 1_000_000;
    const last = 2 ** 20 - 1;
    const window = { validAfter: start, validUntil: start + 60 * last };
    const budgets = Array.from({ length: 16 }, () => periodicBudget(MAX_SPENT, 60));
    const { w, session, call } = await counting(budgets, window);
    const sid = await enable(w, session);
    const spend = async (i: number, amount: bigint, period: number) =>
      commit(w, await attempt(w, session, [call(i, amount)], { time: start + 60 * period }));
    const words = () =>
      Promise.all(Array.from({ length: 10 }, (_, i) => read(w, sessionSlot(sid, w.accountAddress, i))));
    const expected: bigint[] = [1n << 248n, ...Array<bigint>(9).fill(0n)];
    expect(await words()).to.deep.equal(expected);
    for (let index = 0; index < 16; index++) {
      // The extremes in one half must not leak into the other.
      const [amount, period] = index % 3 === 0 ? [MAX_SPENT, last] : [BigInt(index) + 1n, 1000 + index];
      await spend(index, amount, period);
      const status = index < 2 ? 1n << 248n : 0n;
      const half = index % 2 === 0 ? 0n : 124n;
      const word = Math.floor(index / 2);
      const before = index % 2 === 0 ? status : expected[word]!;
      expected[word] = before | (usage(amount, BigInt(period)) << half);
      expect(await words(), `after budget ${index}`).to.deep.equal(expected);
    }
    // Words 8 and 9, behind the session, were never written.
    expect(expected.slice(8)).to.deep.equal([0n, 0n]);
    await (await asAccount(w)).revokeSession(sid);
    expected[0] = expected[0]! + (1n << 248n);
    expect(await words()).to.deep.equal(expected);
  });

  it("stays as it was, unwritten, in a further word where nothing is charged", async () => {
    const { w, session, call } = await counting(Array.from({ length: 6 }, () => totalBudget(9n)));
    const sid = await enable(w, session);
    const op = await attempt(w, session, [call(2, 0n), call(4, 1n)]);
    const { hash } = await (await asAccount(w)).validateUserOp(op, OP_HASH);
    expect((await storesOf(hash)).map(({ slot }) => slot)).to.deep.equal([sessionSlot(sid, w.accountAddress, 2)]);
    const words = await Promise.all([0, 1, 2].map((i) => read(w, sessionSlot(sid, w.accountAddress, i))));
    expect(words).to.deep.equal([1n << 248n, 0n, 1n]);
  });

  describe("seen in traces @gas", () => {
    it("enabling a session, however rich, writes exactly one new slot", async () => {
      const w = await world();
      const account = await asAccount(w);
      for (const sid of [id("one"), id("two")]) {
        const { hash } = await account.enableSession(sid, `0x${"5e".repeat(2000)}`);
        const stores = await storesOf(hash);
        const slot = sessionSlot(sid, w.accountAddress);
        expect(stores).to.deep.equal([{ contract: w.validatorAddress.toLowerCase(), slot, value: 1n << 248n }]);
        expect(await newSlotsOf(w.validatorAddress, hash)).to.deep.equal([slot]);
      }
    });

    it("enabling again writes nothing, revoking rewrites the slot", async () => {
      const w = await world();
      const account = await asAccount(w);
      const sid = id("one");
      await account.enableSession(sid, "0x");
      expect(await storesOf((await account.enableSession(sid, "0x12")).hash)).to.deep.equal([]);
      const { hash } = await account.revokeSession(sid);
      expect((await storesOf(hash)).map(({ slot }) => slot)).to.deep.equal([sessionSlot(sid, w.accountAddress)]);
      expect(await newSlotsOf(w.validatorAddress, hash)).to.deep.equal([]);
    });

    it("uninstalling and revoking all write the account's word only", async () => {
      const w = await world();
      const account = await asAccount(w);
      await account.enableSessions([id("one"), id("two")]);
      for (const act of [() => account.revokeAllSessions(), () => account.onUninstall("0x")]) {
        const slots = (await storesOf((await act()).hash)).map(({ slot }) => slot);
        expect(new Set(slots)).to.deep.equal(new Set([accountSlot(w.accountAddress)]));
      }
    });

    for (const count of [0, 1, 2]) {
      it(`through the EntryPoint: with ${count} budgets the first use writes no new slot, and no other slot later`, async () => {
        const budgets = [totalBudget(MAX_SPENT), periodicBudget(MAX_SPENT, 3600)].slice(0, count);
        const { w, session, call } = await counting(budgets, { feeBudget: count > 0 ? 0 : 254 });
        const sid = await enable(w, session);
        const calls = count === 0 ? [callOf(w)] : budgets.map((_, i) => call(i, 5n));
        for (const use_ of [1, 2]) {
          const { receipt } = await use(w, session, calls, { time: await now() });
          const own = (await storesOf(receipt.hash)).filter(
            ({ contract }) => contract === w.validatorAddress.toLowerCase(),
          );
          const slots = own.map(({ slot }) => slot);
          expect(slots, `use ${use_}`).to.deep.equal(count === 0 ? [] : [sessionSlot(sid, w.accountAddress)]);
          expect(await newSlotsOf(w.validatorAddress, receipt.hash)).to.deep.equal([]);
        }
        if (count > 0) {
          const { spent } = await w.validator.budgetUsage(sid, w.accountAddress, 0);
          expect(spent).to.equal(2n * (MAX_FEE + 5n));
        }
      });
    }

    it("through the EntryPoint: mode ENABLE writes exactly one new slot, in one write", async () => {
      const { w, session, call } = await counting([totalBudget(10n)]);
      const grant = await grantBy(w, [session]);
      const { receipt } = await use(w, session, [call(0, 3n)], { mode: "enable", grant });
      const slot = sessionSlot(sessionId(session), w.accountAddress);
      const own = (await storesOf(receipt.hash)).filter(
        ({ contract }) => contract === w.validatorAddress.toLowerCase(),
      );
      expect(own.map((store) => [store.slot, store.value])).to.deep.equal([[slot, (1n << 248n) | 3n]]);
    });

    it("16 budgets at once write words 0 to 7 and none beyond", async () => {
      const budgets = Array.from({ length: 16 }, (_, i) => totalBudget(BigInt(i + 1)));
      const { w, session, call } = await counting(budgets);
      const sid = await enable(w, session);
      const calls = budgets.map((_, i) => call(i, BigInt(i + 1)));
      const { hash } = await (await asAccount(w)).validateUserOp(await attempt(w, session, calls), OP_HASH);
      const own = (await storesOf(hash)).filter(({ contract }) => contract === w.validatorAddress.toLowerCase());
      const expected = Array.from({ length: 8 }, (_, i) => sessionSlot(sid, w.accountAddress, i));
      expect(new Set(own.map(({ slot }) => slot))).to.deep.equal(new Set(expected));
      expect(own.length).to.equal(8);
      expect((await newSlotsOf(w.validatorAddress, hash)).length).to.equal(7);
    });

    it("a refused operation writes nothing that stays", async () => {
      const { w, session, call } = await counting([totalBudget(10n)]);
      const sid = await enable(w, session);
      const before = await read(w, sessionSlot(sid, w.accountAddress));
      const op = await operation(w, session, [call(0, 11n)]);
      await send(w, op).catch(() => undefined);
      expect(await read(w, sessionSlot(sid, w.accountAddress))).to.equal(before);
      await use(w, session, [call(0, 10n)]);
      expect(await read(w, sessionSlot(sid, w.accountAddress))).to.equal(before + 10n);
    });
  });
});
