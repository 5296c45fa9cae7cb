import { expect } from "chai";
import { concat, getAddress, ZeroAddress } from "ethers";
import {
  ANY_PAYMASTER,
  argumentCharge,
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_UINT256,
  periodicBudget,
  sessionId,
  streamBudget,
  totalBudget,
  ecdsaKey,
  type Budget,
  type Session,
  type UserOperation,
} from "../../../sdk";
import { MAX_SPENT, MAX_UINT128 } from "../../../sdk/constants";
import { maxFee } from "../../../sdk/userOp";
import {
  enable,
  expectRefusal,
  expectRejection,
  GAS,
  MAX_FEE,
  operation,
  sessionOf,
  use,
} from "../../helpers/operations";
import {
  attempt,
  bytes,
  callOf,
  commit,
  expectAccepted,
  expectRevert,
  expectWrongKey,
  permissionFor,
  type AttemptOptions,
} from "../../helpers/validation";
import { now, world } from "../../helpers/world";

const PAYMASTER = getAddress(`0x${"9a".repeat(20)}`);
const START = 1_000_000;
const FREE = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
const HUGE: Partial<UserOperation> = {
  verificationGasLimit: MAX_UINT128,
  callGasLimit: MAX_UINT128,
  preVerificationGas: MAX_UINT256,
  maxFeePerGas: MAX_UINT128,
};

/** Budget 0 pays fees; the only permission charges it with the call's argument as well. */
async function paying(budgets: readonly Budget[], overrides: Partial<Session> = {}, charged = 0) {
  const w = await world();
  const charges = budgets.length === 0 ? [] : [argumentCharge(charged, [0])];
  const session = await sessionOf(w, [permissionFor(w, { charges })], {
    validAfter: START,
    validUntil: START + 100_000,
    budgets,
    feeBudget: budgets.length === 0 ? FEES_UNLIMITED : 0,
    ...overrides,
  });
  await enable(w, session);
  const op = (fields: Partial<UserOperation> = {}, amount: bigint | number = 0, options: AttemptOptions = {}) =>
    attempt(w, session, [callOf(w, [amount])], { fields, ...options });
  return {
    w,
    session,
    op,
    wrong: (fields: Partial<UserOperation> = {}, amount: bigint | number = 0, options: AttemptOptions = {}) =>
      op(fields, amount, { key: ecdsaKey(w.otherKey), ...options }),
    spent: async (index = 0) => (await w.validator.budgetUsage(sessionId(session), session.account, index)).spent,
  };
}

/** Raw `paymasterAndData` of this many bytes. */
const sponsored = (paymaster: string, length = 52) =>
  ({ packed: { paymasterAndData: concat([paymaster, `0x${"00".repeat(100)}`]).slice(0, 2 + 2 * length) } }) as const;

describe("SessionKeyValidator.validateUserOp: fees", () => {
  describe("that the account pays from a budget", () => {
    it("are all gas limits times maxFeePerGas, to the wei", async () => {
      for (const [limit, remaining] of [
        [MAX_FEE, undefined],
        [MAX_FEE + 1n, undefined],
        [MAX_FEE - 1n, MAX_FEE - 1n],
        [0n, 0n],
      ] as const) {
        const { w, op, spent } = await paying([totalBudget(limit)]);
        if (remaining === undefined) {
          await commit(w, await op());
          expect(await spent()).to.equal(MAX_FEE);
        } else {
          await expectRevert(w, await op(), "BudgetExceeded", [0, MAX_FEE, remaining]);
          await expectAccepted(w, await op(FREE));
        }
      }
    });

    for (const field of ["verificationGasLimit", "callGasLimit", "preVerificationGas"] as const) {
      it(`grow with ${field} (I3, I4)`, async () => {
        const { w, op } = await paying([totalBudget(MAX_FEE)]);
        await expectAccepted(w, await op());
        const more = await op({ [field]: GAS[field] + 1n });
        await expectRevert(w, more, "BudgetExceeded", [0, MAX_FEE + GAS.maxFeePerGas, MAX_FEE]);
        await expectAccepted(w, await op({ [field]: GAS[field] - 1n }));
      });
    }

    it("grow with maxFeePerGas, not with the priority fee (I1, I2)", async () => {
      const { w, op } = await paying([totalBudget(MAX_FEE)]);
      const expensive = await op({ maxFeePerGas: GAS.maxFeePerGas * 1000n });
      await expectRevert(w, expensive, "BudgetExceeded", [0, MAX_FEE * 1000n, MAX_FEE]);
      await expectAccepted(w, await op({ maxPriorityFeePerGas: MAX_UINT128 }));
    });

    it("add up across operations and with charges of the same budget", async () => {
      const { w, op, spent } = await paying([totalBudget(2n * MAX_FEE + 10n)]);
      await commit(w, await op({}, 4));
      expect(await spent()).to.equal(MAX_FEE + 4n);
      await expectRevert(w, await op({}, 7), "BudgetExceeded", [0, MAX_FEE + 7n, MAX_FEE + 6n]);
      await commit(w, await op({}, 6));
      await expectRevert(w, await op(), "BudgetExceeded", [0, MAX_FEE, 0]);
      await expectAccepted(w, await op(FREE));
    });

    it("have a budget apart from that of the calls", async () => {
      const { w, op, spent } = await paying([totalBudget(5n), totalBudget(MAX_FEE)], { feeBudget: 1 });
      await commit(w, await op({}, 5));
      expect([await spent(0), await spent(1)]).to.deep.equal([5n, MAX_FEE]);
      await expectRevert(w, await op({}, 0), "BudgetExceeded", [1, MAX_FEE, 0]);
    });

    it("saturate at 2^256 - 1 where limits and price are as large as they can be (D10)", async () => {
      const { w, op } = await paying([totalBudget(MAX_SPENT)]);
      await expectAccepted(w, await op());
      const cases: [Partial<UserOperation>, bigint][] = [
        [HUGE, MAX_UINT256],
        [{ ...HUGE, maxFeePerGas: 1n }, MAX_UINT256],
        [{ ...HUGE, preVerificationGas: 0n }, MAX_UINT256],
        [{ ...HUGE, preVerificationGas: 0n, maxFeePerGas: 1n }, 2n ** 129n - 2n],
        [{ ...HUGE, verificationGasLimit: 0n, callGasLimit: 0n, maxFeePerGas: 1n }, MAX_UINT256],
        [
          { verificationGasLimit: 0n, callGasLimit: 0n, preVerificationGas: MAX_UINT128, maxFeePerGas: MAX_UINT128 },
          MAX_UINT128 * MAX_UINT128,
        ],
      ];
      for (const [fields, asked] of cases) {
        await expectRevert(w, await op(fields), "BudgetExceeded", [0, asked, MAX_SPENT]);
      }
      await expectRevert(w, await op(HUGE, MAX_UINT256), "BudgetExceeded", [0, MAX_UINT256, MAX_SPENT]);
      await expectAccepted(w, await op({ ...HUGE, maxFeePerGas: 0n }));
    });

    for (const [name, budget] of [
      ["PERIODIC", periodicBudget(MAX_FEE, 3600)],
      ["STREAM", streamBudget(MAX_FEE, 3600)],
    ] as const) {
      it(`from a ${name} budget need a time and narrow the range, also at price 0`, async () => {
        const { w, session, op } = await paying([budget]);
        for (const fields of [{}, FREE]) await expectRevert(w, await op(fields), "TimeRequired", [0]);
        const time = START + 3600;
        const { validUntil } = session;
        const end = name === "PERIODIC" ? START + 7199 : validUntil;
        for (const fields of [{}, FREE]) {
          expect(await expectAccepted(w, await op(fields, 0, { time }))).to.deep.equal({
            validAfter: time,
            validUntil: end,
          });
        }
      });
    }

    it("are refused by the EntryPoint too", async () => {
      const { w, session } = await paying([totalBudget(MAX_FEE)], { validUntil: (await now()) + 86_400 });
      const calls = [callOf(w, [0])];
      await use(w, session, calls);
      await expectRefusal(w, await operation(w, session, calls), "BudgetExceeded", [0n, MAX_FEE, 0n]);
    });
  });

  it("without limit charge nothing and are never refused", async () => {
    const { w, op, spent } = await paying([totalBudget(5n)], { feeBudget: FEES_UNLIMITED });
    await expectAccepted(w, await op(HUGE, 5));
    await commit(w, await op({}, 3));
    expect(await spent()).to.equal(3n);
  });

  describe("that only a paymaster pays", () => {
    it("are refused without one, even at price 0", async () => {
      const { w, op } = await paying([], { feeBudget: FEES_SPONSORED, paymaster: PAYMASTER });
      await expectRevert(w, await op(), "PaymasterRequired", []);
      await expectRevert(w, await op(FREE), "PaymasterRequired", []);
      await expectAccepted(w, await op({}, 0, sponsored(PAYMASTER)));
    });

    it("cannot be paid by anybody if no paymaster is allowed", async () => {
      const { w, op } = await paying([], { feeBudget: FEES_SPONSORED });
      await expectRevert(w, await op(), "PaymasterRequired", []);
      await expectRevert(w, await op({}, 0, sponsored(PAYMASTER)), "PaymasterNotAllowed", [PAYMASTER, ZeroAddress]);
    });

    it("are refused by the EntryPoint too", async () => {
      const { w, session } = await paying([], { feeBudget: FEES_SPONSORED, validUntil: (await now()) + 86_400 });
      await expectRefusal(w, await operation(w, session, [callOf(w, [0])]), "PaymasterRequired", []);
    });
  });

  describe("paymaster", () => {
    it("none allowed: any is refused", async () => {
      const { w, op } = await paying([totalBudget(MAX_FEE)]);
      await expectAccepted(w, await op());
      const paymaster = PAYMASTER;
      await expectRevert(w, await op({}, 0, sponsored(PAYMASTER)), "PaymasterNotAllowed", [paymaster, ZeroAddress]);
    });

    it("one allowed: that one and no other, whatever follows its first 52 bytes (I6)", async () => {
      const { w, op } = await paying([totalBudget(0n)], { paymaster: PAYMASTER });
      for (const length of [52, 53, 120]) await expectAccepted(w, await op({}, 0, sponsored(PAYMASTER, length)));
      const other = `0x${"9a".repeat(19)}9b`;
      const args = [getAddress(other), PAYMASTER];
      await expectRevert(w, await op({}, 0, sponsored(other)), "PaymasterNotAllowed", args);
      const any = [ANY_PAYMASTER, PAYMASTER];
      await expectRevert(w, await op({}, 0, sponsored(ANY_PAYMASTER)), "PaymasterNotAllowed", any);
    });

    it("any allowed: every one", async () => {
      const { w, op } = await paying([totalBudget(0n)], { paymaster: ANY_PAYMASTER });
      for (const paymaster of [PAYMASTER, ANY_PAYMASTER, bytes(1, 20)]) {
        await expectAccepted(w, await op({}, 0, sponsored(paymaster)));
      }
    });

    for (const length of [1, 19, 20, 51]) {
      it(`in ${length} bytes is refused`, async () => {
        const { w, op } = await paying([totalBudget(MAX_FEE)], { paymaster: ANY_PAYMASTER });
        const found = getAddress(
          concat([PAYMASTER.slice(0, 2 + 2 * Math.min(length, 20)), `0x${"00".repeat(20)}`]).slice(0, 42),
        );
        await expectRevert(w, await op({}, 0, sponsored(PAYMASTER, length)), "InvalidPaymasterData", [length, found]);
        await expectAccepted(w, await op({}, 0, sponsored(PAYMASTER)));
        await expectAccepted(w, await op());
      });
    }

    it("of address zero is refused, as long as it may be", async () => {
      const { w, op } = await paying([totalBudget(MAX_FEE)], { paymaster: ANY_PAYMASTER });
      for (const length of [1, 20, 52, 100]) {
        await expectRevert(w, await op({}, 0, sponsored(ZeroAddress, length)), "InvalidPaymasterData", [
          length,
          ZeroAddress,
        ]);
      }
      await expectAccepted(w, await op({}, 0, sponsored(bytes(1, 20))));
    });

    it("pays: the fee budget is neither charged nor needs a time", async () => {
      const { w, op, spent } = await paying([periodicBudget(0n, 3600), totalBudget(9n)], { paymaster: PAYMASTER }, 1);
      await expectRevert(w, await op(), "TimeRequired", [0]);
      await commit(w, await op(HUGE, 9, sponsored(PAYMASTER)));
      expect([await spent(0), await spent(1)]).to.deep.equal([0n, 9n]);
    });

    it("allowed does not mean required", async () => {
      const { w, op, spent } = await paying([totalBudget(MAX_FEE)], { paymaster: PAYMASTER });
      await commit(w, await op());
      expect(await spent()).to.equal(MAX_FEE);
    });
  });

  describe("with a wrong key", () => {
    it("are charged as with the right one, and the answer is exactly 1", async () => {
      const { w, op, wrong, spent } = await paying([totalBudget(3n * MAX_FEE)]);
      expect(await commit(w, await wrong({}, 5))).to.equal(1n);
      expect(await spent()).to.equal(MAX_FEE + 5n);
      await commit(w, await op({}, 5));
      expect(await spent()).to.equal(2n * (MAX_FEE + 5n));
    });

    for (const [name, fields] of Object.entries({ "a bit more": {}, "as large as can be": HUGE })) {
      it(`and ${name} than the budget has are cut off, not refused`, async () => {
        const { w, op, wrong, spent } = await paying([totalBudget(MAX_FEE - 1n)]);
        await expectRevert(w, await op(fields, 7), "BudgetExceeded", [
          0,
          (name === "a bit more" ? MAX_FEE : MAX_UINT256 - 7n) + 7n,
          MAX_FEE - 1n,
        ]);
        expect(await commit(w, await wrong(fields, 7))).to.equal(1n);
        expect(await spent()).to.equal(MAX_FEE - 1n);
        // Nothing is left: the next one charges 0 and answers 1 all the same.
        await expectWrongKey(w, await wrong(fields));
      });
    }

    it("never make it revert, in budgets of all kinds, whatever was spent", async () => {
      const all = [totalBudget(3n), periodicBudget(3n, 3600), streamBudget(3n, 3600)];
      for (const budget of [...all, totalBudget(0n), totalBudget(MAX_SPENT), streamBudget(MAX_SPENT, 60)]) {
        const { w, wrong, spent } = await paying([budget]);
        const options = budget.kind === 0 ? {} : { time: START + 7200 };
        for (const fields of [HUGE, {}, { ...HUGE, maxFeePerGas: 1n }, FREE]) {
          expect(await commit(w, await wrong(fields, 0, options))).to.equal(1n);
        }
        const most = budget.kind === 2 ? 2n * budget.limit : budget.limit;
        expect(await spent()).to.equal(budget.limit === MAX_SPENT ? MAX_SPENT : most);
      }
    });

    it("do not hide what the calls ask: that is refused as ever", async () => {
      const { w, wrong } = await paying([totalBudget(10n)]);
      await expectRevert(w, await wrong(FREE, 11), "BudgetExceeded", [0, 11, 10]);
      await expectRevert(w, await wrong(HUGE, 11), "BudgetExceeded", [0, 11, 10]);
      await expectWrongKey(w, await wrong(HUGE, 10));
    });

    it("do not hide a missing time, a passed period, or a paymaster that is not allowed", async () => {
      const { w, op, wrong } = await paying([periodicBudget(MAX_FEE, 3600)]);
      await expectRevert(w, await wrong(), "TimeRequired", [0]);
      await commit(w, await op({}, 0, { time: START + 3600 }));
      await expectRevert(w, await wrong({}, 0, { time: START }), "PeriodPassed", [0, 0, 1]);
      const denied = await wrong({}, 0, { time: START + 3600, ...sponsored(PAYMASTER) });
      await expectRevert(w, denied, "PaymasterNotAllowed", [PAYMASTER, ZeroAddress]);
    });

    it("end as AA24 at the EntryPoint, where nothing is stored", async () => {
      const { w, session, spent } = await paying([totalBudget(1n)], { validUntil: (await now()) + 86_400 });
      const op = await operation(w, session, [callOf(w, [0])], { key: ecdsaKey(w.otherKey) });
      await expectRejection(w, op, "AA24");
      expect(await spent()).to.equal(0n);
    });
  });

  it("that are huge are what the SDK says they are", async () => {
    const { op } = await paying([totalBudget(1n)]);
    expect(maxFee(await op())).to.equal(MAX_FEE);
    expect(maxFee(await op({ ...HUGE, preVerificationGas: 0n, maxFeePerGas: 1n }))).to.equal(2n ** 129n - 2n);
  });
});
