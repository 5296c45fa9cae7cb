import { expect } from "chai";
import { AbiCoder, concat, dataLength, dataSlice, id } from "ethers";
import {
  argumentCharge,
  callPermission,
  MAX_UINT256,
  OPS,
  permissionTree,
  ratioRule,
  rule,
  totalBudget,
  transferPermission,
  type Call,
  type OpName,
  type Permission,
  type Rule,
  type Session,
} from "../../../sdk";
import { RATIO_UNIT } from "../../../sdk/constants";
import { encodeEnvelope } from "../../../sdk/envelope";
import { enable, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  expectAccepted,
  expectRevert,
  permissionFor,
  SELECTOR,
  validate,
  word,
} from "../../helpers/validation";
import { world, type World } from "../../helpers/world";

const MIN_INT = 1n << 255n;
const MAX_INT = MIN_INT - 1n;
const UINT = (value: bigint) => BigInt.asUintN(256, value);

interface Parts {
  readonly w: World;
  readonly session: Session;
  readonly answerTo: (...calls: Call[]) => Promise<unknown>;
  readonly accept: (...calls: Call[]) => Promise<void>;
  readonly refuse: (calls: Call[], name: string, args: readonly (bigint | number | string)[]) => Promise<void>;
}

/** A session of one permission; the envelope claims it for every call, whether its rules hold or not. */
async function ruled(make: (w: World) => Permission, overrides: Partial<Session> = {}): Promise<Parts> {
  const w = await world();
  const session = await sessionOf(w, [make(w)], overrides);
  await enable(w, session);
  const op = (calls: readonly Call[]) => {
    const claims = calls.map(() => ({ permission: session.permissions[0]!, proof: permissionTree(session).proof(0) }));
    return attempt(w, session, calls, { envelope: encodeEnvelope({ mode: "use", session, height: 0, calls: claims }) });
  };
  return {
    w,
    session,
    answerTo: async (...calls) => validate(w, await op(calls)),
    accept: async (...calls) => void (await expectAccepted(w, await op(calls))),
    refuse: async (calls, name, args) => expectRevert(w, await op(calls), name, args),
  };
}

const withRules = (...rules: Rule[]) => ruled((w) => permissionFor(w, { rules }));

describe("SessionKeyValidator.validateUserOp: rules", () => {
  describe("the ten comparisons at their boundaries", () => {
    const truth: Record<OpName, readonly [below: boolean, equal: boolean, above: boolean]> = {
      eq: [false, true, false],
      neq: [true, false, true],
      gt: [false, false, true],
      lt: [true, false, false],
      gte: [false, true, true],
      lte: [true, true, false],
      sgt: [false, false, true],
      slt: [true, false, false],
      sgte: [false, true, true],
      slte: [true, true, false],
    };
    /** Values with neighbours on both sides, in the order of the comparison. */
    const unsigned = [1n, 1000n, 2n ** 128n, MAX_INT, MIN_INT, MAX_UINT256 - 1n];
    const signed = [0n, 1n, -1n, -1000n, 2n ** 200n, -(2n ** 254n), MAX_INT - 1n, -MAX_INT];
    for (const [name, expected] of Object.entries(truth) as [OpName, (typeof truth)[OpName]][]) {
      const values = name.startsWith("s") ? signed : unsigned;
      it(`${name} at ${values.length} values, one below, equal, one above`, async () => {
        for (const value of values) {
          const right = UINT(value);
          const { w, accept, refuse } = await withRules(rule(name, [0], right));
          for (const [step, holds] of expected.entries()) {
            const left = UINT(value + BigInt(step - 1));
            if (holds) await accept(callOf(w, [left]));
            else await refuse([callOf(w, [left])], "RuleNotMet", [0, 0, OPS[name], left, right]);
          }
        }
      });
    }

    it("the extremes: 0 and 2^256 - 1 unsigned, -2^255 and 2^255 - 1 signed (C12)", async () => {
      const cases: [OpName, bigint, bigint, boolean][] = [
        ["gt", MAX_UINT256, 0n, true],
        ["gt", MIN_INT, MAX_INT, true],
        ["sgt", MIN_INT, MAX_INT, false],
        ["sgt", MAX_INT, MIN_INT, true],
        ["slt", MAX_UINT256, 0n, true],
        ["lt", MAX_UINT256, 0n, false],
        ["slt", MIN_INT, MAX_UINT256, true],
        ["sgte", MIN_INT, MIN_INT, true],
        ["slte", MAX_INT, MAX_INT, true],
        ["sgte", MAX_UINT256, 0n, false],
        ["slte", 0n, MAX_UINT256, false],
        ["gt", MAX_UINT256, MAX_UINT256, false],
        ["lt", 0n, 0n, false],
        ["eq", 2n, 1n, false],
        ["neq", MIN_INT, 0n, true],
      ];
      for (const [name, left, right, holds] of cases) {
        const { w, accept, refuse } = await withRules(rule(name, [0], right));
        if (holds) await accept(callOf(w, [left]));
        else await refuse([callOf(w, [left])], "RuleNotMet", [0, 0, OPS[name], left, right]);
      }
    });
  });

  it("must all hold, and the first that does not is named", async () => {
    const { w, accept, refuse } = await withRules(rule("gte", [0], 5n), rule("lte", [0], 9n), rule("eq", [32], 1n));
    await accept(callOf(w, [5, 1]), callOf(w, [9, 1]));
    await refuse([callOf(w, [4, 1])], "RuleNotMet", [0, 0, OPS.gte, 4, 5]);
    await refuse([callOf(w, [10, 0])], "RuleNotMet", [0, 1, OPS.lte, 10, 9]);
    await refuse([callOf(w, [7, 0])], "RuleNotMet", [0, 2, OPS.eq, 0, 1]);
    await refuse([callOf(w, [7, 1]), callOf(w, [7, 2])], "RuleNotMet", [1, 2, OPS.eq, 2, 1]);
  });

  it("of 16 the last one bites (A9)", async () => {
    const { w, accept, refuse } = await withRules(...Array.from({ length: 16 }, (_, i) => rule("neq", [0], BigInt(i))));
    await accept(callOf(w, [16]));
    for (const value of [0, 7, 15]) await refuse([callOf(w, [value])], "RuleNotMet", [0, value, OPS.neq, value, value]);
  });

  describe("masks", () => {
    it("hide bits of the argument, and the masked word is reported", async () => {
      const { w, accept, refuse } = await withRules(rule("eq", [0], 0xab00n, 0xff00n));
      await accept(callOf(w, [0xab00]), callOf(w, [0xabcd]), callOf(w, [MAX_UINT256 - 0xffffn + 0xab12n]));
      await refuse([callOf(w, [0xac00])], "RuleNotMet", [0, 0, OPS.eq, 0xac00, 0xab00]);
      await refuse([callOf(w, [0x00ab])], "RuleNotMet", [0, 0, OPS.eq, 0, 0xab00]);
    });

    it("do not touch the right side: a value outside of the mask never equals", async () => {
      const { w, refuse } = await withRules(rule("eq", [0], 0x1ffn, 0xffn));
      await refuse([callOf(w, [0x1ff])], "RuleNotMet", [0, 0, OPS.eq, 0xff, 0x1ff]);
    });

    it("of 0 leave 0", async () => {
      const { w, accept } = await withRules(rule("eq", [0], 0n, 0n));
      await accept(callOf(w, [MAX_UINT256]));
      const never = await withRules(rule("gt", [0], 0n, 0n));
      await never.refuse([callOf(never.w, [MAX_UINT256])], "RuleNotMet", [0, 0, OPS.gt, 0, 0]);
    });

    it("of 160 bits compare an address whatever is above it; without one, dirty bits differ (C11)", async () => {
      const address = 0xa11cen;
      const dirty = address | (1n << 200n);
      const masked = await withRules(rule("eq", [0], address, 2n ** 160n - 1n));
      await masked.accept(callOf(masked.w, [address]), callOf(masked.w, [dirty]));
      const clean = await withRules(rule("eq", [0], address));
      await clean.accept(callOf(clean.w, [address]));
      await clean.refuse([callOf(clean.w, [dirty])], "RuleNotMet", [0, 0, OPS.eq, dirty, address]);
      const forbidden = await withRules(rule("neq", [0], address, 2n ** 160n - 1n));
      await forbidden.refuse([callOf(forbidden.w, [dirty])], "RuleNotMet", [0, 0, OPS.neq, address, address]);
    });

    it("keep the sign bit where it is", async () => {
      const { w, accept, refuse } = await withRules(rule("slt", [0], 0n, MIN_INT));
      await accept(callOf(w, [MIN_INT]), callOf(w, [MAX_UINT256]));
      await refuse([callOf(w, [MAX_INT])], "RuleNotMet", [0, 0, OPS.slt, 0, 0]);
    });
  });

  describe("paths", () => {
    const coder = AbiCoder.defaultAbiCoder();
    const encoded = (w: World, types: string[], values: unknown[]): Call => ({
      ...callOf(w),
      data: concat([SELECTOR, coder.encode(types, values)]),
    });

    it("of one element count from the first byte after the selector, also unaligned", async () => {
      const { w, accept, refuse } = await withRules(rule("eq", [1], 0x0100n));
      await accept(callOf(w, [1, 0]));
      await refuse([callOf(w, [2, 0])], "RuleNotMet", [0, 0, OPS.eq, 0x0200, 0x0100]);
    });

    for (const at of [0, 1, 31, 32, 33, 64, 65_535]) {
      it(`[${at}] is refused if 1 to 32 bytes of the word are missing (C8)`, async () => {
        const { w, accept, refuse } = await withRules(rule("gte", [at], 0n));
        const whole = { ...callOf(w), data: concat([SELECTOR, `0x${"00".repeat(at + 32)}`]) };
        await accept(whole);
        for (const missing of at === 65_535 ? [1, 32] : Array.from({ length: 32 }, (_, i) => i + 1)) {
          const short = { ...whole, data: dataSlice(whole.data, 0, dataLength(whole.data) - missing) };
          await refuse([short], "ArgumentOutOfBounds", [0, at, at + 32 - missing]);
          // The bytes of the neighbour in the batch must not fill the gap.
          if (missing % 16 === 1) await refuse([short, whole], "ArgumentOutOfBounds", [0, at, at + 32 - missing]);
        }
      });
    }

    it("into an empty calldata are refused", async () => {
      const parts = await ruled((w) => transferPermission(w.targetAddress, 0n, { rules: [rule("gte", [0], 0n)] }));
      const call = { ...callOf(parts.w), data: "0x" };
      await parts.refuse([call], "ArgumentOutOfBounds", [0, 0, 0]);
    });

    it("follow an array wherever its head points to (C10)", async () => {
      // f(uint256[] values): the second element must be 5.
      const { w, accept, refuse } = await withRules(rule("eq", [0, 64], 5n));
      await accept(encoded(w, ["uint256[]"], [[1, 5, 9]]));
      await refuse([encoded(w, ["uint256[]"], [[5, 1, 9]])], "RuleNotMet", [0, 0, OPS.eq, 1, 5]);
      // The array is moved: a decoy stands at the usual place, and the target follows the head.
      const decoy = [2, 5];
      const moved = concat([SELECTOR, ...[128, ...decoy, 0].map(word), ...[2, 1, 6].map(word)]);
      await refuse([{ ...callOf(w), data: moved }], "RuleNotMet", [0, 0, OPS.eq, 6, 5]);
      const honest = concat([SELECTOR, ...[128, 0, 0, 0].map(word), ...[2, 1, 5].map(word)]);
      await accept({ ...callOf(w), data: honest });
    });

    it("follow an array of dynamic elements: offsets count from after the length", async () => {
      // f(uint256, bytes[] items): the first word of the second item; items at [32], pointers after the length word.
      const { w, accept, refuse } = await withRules(rule("eq", [32, 64, 64], 0x77n));
      // base: the array. Its pointers count from base + 32, so the next element of the path is 32 larger: 32 + 32.
      const call = (first: bigint, second: bigint) =>
        encoded(w, ["uint256", "bytes[]"], [1, [word(first), word(second)]]);
      await accept(call(1n, 0x77n));
      await refuse([call(0x77n, 1n)], "RuleNotMet", [0, 0, OPS.eq, 1, 0x77]);
    });

    it("follow structs in structs, four elements deep", async () => {
      // f((uint256,(uint256,(uint256,bytes)))): the innermost number, three offsets away.
      const types = ["tuple(uint256,tuple(uint256,tuple(uint256,bytes)))"];
      const call = (w: World, value: bigint) => encoded(w, types, [[1, [2, [value, "0x01"]]]]);
      const { w, accept, refuse } = await withRules(rule("eq", [0, 32, 32, 0], 0x42n));
      await accept(call(w, 0x42n));
      await refuse([call(w, 0x43n)], "RuleNotMet", [0, 0, OPS.eq, 0x43, 0x42]);
    });

    it("read the length of an array, and a fixed argument beside a dynamic one", async () => {
      const { w, accept, refuse } = await withRules(rule("eq", [32, 0], 2n), rule("eq", [0], 9n));
      await accept(encoded(w, ["uint256", "uint256[]"], [9, [1, 2]]));
      await refuse([encoded(w, ["uint256", "uint256[]"], [9, [1, 2, 3]])], "RuleNotMet", [0, 0, OPS.eq, 3, 2]);
      await refuse([encoded(w, ["uint256", "uint256[]"], [8, [1, 2]])], "RuleNotMet", [0, 1, OPS.eq, 8, 9]);
    });

    for (const offset of [
      2n ** 16n,
      2n ** 64n - 1n,
      2n ** 64n,
      2n ** 255n,
      MAX_UINT256 - 31n,
      MAX_UINT256 - 95n,
      MAX_UINT256,
    ]) {
      it(`do not follow the offset ${offset}, and no sum wraps around`, async () => {
        const { w, accept, answerTo } = await withRules(rule("gte", [0, 64], 0n));
        await accept(callOf(w, [0, 1, 2]));
        const [name, args] = (await answerTo(callOf(w, [offset, 1, 2]))) as [string, bigint[]];
        expect(name).to.equal("ArgumentOutOfBounds");
        expect([args[0], args[2]]).to.deep.equal([0n, 96n]);
        expect(args[1]! >= 65n).to.equal(true);
      });
    }

    for (const missing of [1, 16, 32]) {
      it(`of several elements are refused if ${missing} bytes of the last word are missing (C8)`, async () => {
        const { w, accept, refuse } = await withRules(rule("gte", [0, 32], 0n));
        const whole = encoded(w, ["uint256[]"], [[5]]);
        await accept(whole);
        const short = { ...whole, data: dataSlice(whole.data, 0, dataLength(whole.data) - missing) };
        await refuse([short], "ArgumentOutOfBounds", [0, 64, 96 - missing]);
      });
    }

    it("are refused where an offset itself is out of bounds", async () => {
      const { w, accept, refuse } = await withRules(rule("gte", [32, 0], 0n));
      await accept(callOf(w, [7, 0]));
      await refuse([callOf(w, [7])], "ArgumentOutOfBounds", [0, 32, 32]);
    });

    it("may lead back: an offset of 0 reads the head itself", async () => {
      const { w, accept } = await withRules(rule("eq", [32, 0, 0], 0n));
      await accept(callOf(w, [0, 0]));
    });

    it("name the call", async () => {
      const { w, refuse } = await withRules(rule("gte", [32], 0n));
      await refuse([callOf(w, [1, 2]), callOf(w, [1])], "ArgumentOutOfBounds", [1, 32, 32]);
    });
  });

  describe("argument times factor", () => {
    it("at least 2.5 for one", async () => {
      const factor = (5n * RATIO_UNIT) / 2n;
      const { w, accept, refuse } = await withRules(ratioRule("gte", [32], [0], factor));
      await accept(callOf(w, [100, 250]), callOf(w, [100, 251]), callOf(w, [0, 0]));
      await refuse([callOf(w, [100, 249])], "RuleNotMet", [0, 0, OPS.gte, 249, 250]);
      // 101 × 2.5 = 252.5, rounded down.
      await accept(callOf(w, [101, 252]));
      await refuse([callOf(w, [101, 251])], "RuleNotMet", [0, 0, OPS.gte, 251, 252]);
    });

    it("of 1 is the argument itself, whatever its size", async () => {
      const { w, accept, refuse } = await withRules(ratioRule("eq", [32], [0], RATIO_UNIT));
      for (const value of [0n, 1n, 2n ** 200n, MAX_UINT256]) await accept(callOf(w, [value, value]));
      await refuse([callOf(w, [5, 6])], "RuleNotMet", [0, 0, OPS.eq, 6, 5]);
    });

    it("of 0 is 0", async () => {
      const { w, accept, refuse } = await withRules(ratioRule("eq", [32], [0], 0n));
      await accept(callOf(w, [MAX_UINT256, 0]));
      await refuse([callOf(w, [MAX_UINT256, 1])], "RuleNotMet", [0, 0, OPS.eq, 1, 0]);
    });

    it("has 512 bits before it is divided", async () => {
      const factor = 10n ** 18n - 1n;
      const { w, accept, refuse } = await withRules(ratioRule("eq", [32], [0], factor));
      const expected = (MAX_UINT256 * factor) / RATIO_UNIT;
      await accept(callOf(w, [MAX_UINT256, expected]));
      await refuse([callOf(w, [MAX_UINT256, expected - 1n])], "RuleNotMet", [0, 0, OPS.eq, expected - 1n, expected]);
    });

    it("that reaches 2^256 refuses the call, up to there it counts", async () => {
      for (const [argument, factor] of [
        [MAX_UINT256, RATIO_UNIT + 1n],
        [MAX_UINT256, MAX_UINT256],
        [2n ** 255n, 2n * RATIO_UNIT],
        [RATIO_UNIT, MAX_UINT256],
      ] as const) {
        const product = (argument * factor) / RATIO_UNIT;
        const parts = await withRules(ratioRule("lte", [32], [0], factor));
        const { w } = parts;
        if (product > MAX_UINT256) {
          await parts.refuse([callOf(w, [argument, 0])], "ProductTooLarge", [0, 0, argument, factor]);
          const most = (2n ** 256n * RATIO_UNIT - 1n) / factor;
          await parts.accept(callOf(w, [most, (most * factor) / RATIO_UNIT]));
          if (most < MAX_UINT256) {
            await parts.refuse([callOf(w, [most + 1n, 0])], "ProductTooLarge", [0, 0, most + 1n, factor]);
          }
        } else {
          await parts.accept(callOf(w, [argument, product]));
        }
      }
    });

    it("names call and rule", async () => {
      const { w, refuse } = await withRules(rule("gte", [0], 0n), ratioRule("lte", [32], [0], MAX_UINT256));
      const calls = [callOf(w, [0, 0]), callOf(w, [MAX_UINT256, 0])];
      await refuse(calls, "ProductTooLarge", [1, 1, MAX_UINT256, MAX_UINT256]);
    });

    it("is not masked, the word is", async () => {
      const { w, accept, refuse } = await withRules(ratioRule("eq", [32], [0], RATIO_UNIT, 0xffn));
      await accept(callOf(w, [0x12, 0xff12]));
      await refuse([callOf(w, [0xff12, 0xff12])], "RuleNotMet", [0, 0, OPS.eq, 0x12, 0xff12]);
    });

    it("follows a dynamic path, and stays in bounds", async () => {
      const { w, accept, refuse } = await withRules(ratioRule("gte", [32], [0, 32], RATIO_UNIT));
      await accept(callOf(w, [64, 9, 1, 9]));
      await refuse([callOf(w, [64, 8, 1, 9])], "RuleNotMet", [0, 0, OPS.gte, 8, 9]);
      await refuse([callOf(w, [64, 8, 1])], "ArgumentOutOfBounds", [0, 96, 96]);
      // An offset past the arguments is not followed; the error says where it would have led.
      await refuse([callOf(w, [1_000, 8, 1])], "ArgumentOutOfBounds", [0, 1_032, 96]);
      await refuse([callOf(w, [MAX_UINT256, 8, 1])], "ArgumentOutOfBounds", [0, MAX_UINT256, 96]);
    });

    it("compares signed as well", async () => {
      const { w, accept, refuse } = await withRules(ratioRule("sgte", [32], [0], RATIO_UNIT));
      await accept(callOf(w, [MAX_UINT256, 0]));
      await refuse([callOf(w, [0, MAX_UINT256])], "RuleNotMet", [0, 0, OPS.sgte, MAX_UINT256, 0]);
    });
  });

  it("bind the recipient and the amount of a token transfer, through the EntryPoint", async () => {
    const w = await world();
    const selector = id("transfer(address,uint256)").slice(0, 10);
    const permission = callPermission(w.tokenAddress, selector, {
      rules: [rule("eq", [0], BigInt(w.stranger.address)), rule("lte", [32], 100n)],
      charges: [argumentCharge(0, [32])],
    });
    const session = await sessionOf(w, [permission], { budgets: [totalBudget(150n)] });
    await enable(w, session);
    const envelope = encodeEnvelope({
      mode: "use",
      session,
      height: 0,
      calls: [{ permission, proof: { index: 0, siblings: [] } }],
    });
    const transfer = (to: string, amount: bigint): Call[] => [
      { target: w.tokenAddress, value: 0n, data: concat([selector, word(to), word(amount)]) },
    ];
    const good = transfer(w.stranger.address, 100n);
    const other = await operation(w, session, transfer(w.bundler.address, 100n), { envelope });
    const found = BigInt(w.bundler.address);
    await expectRefusal(w, other, "RuleNotMet", [0n, 0n, 0n, found, BigInt(w.stranger.address)]);
    const more = await operation(w, session, transfer(w.stranger.address, 101n), { envelope });
    await expectRefusal(w, more, "RuleNotMet", [0n, 1n, 5n, 101n, 100n]);
    await use(w, session, good);
    const again = await operation(w, session, good);
    await expectRefusal(w, again, "BudgetExceeded", [0n, 100n, 50n]);
    await use(w, session, transfer(w.stranger.address, 50n));
  });
});
