import { expect } from "chai";
import { concat } from "ethers";
import * as fc from "fast-check";
import { ethers } from "hardhat";
import { argumentCharge, periodicBudget, sessionId, streamBudget, totalBudget, type Session } from "../../sdk";
import {
  BATCH_MODE,
  EXECUTE_SELECTOR,
  MAX_SIGNER_BYTES,
  MIN_SIGNER_BYTES,
  SINGLE_MODE,
  TIME_LIMIT,
} from "../../sdk/constants";
import { ExtractedHarness__factory, type ExtractedHarness } from "../../typechain-types";
import { enable, sessionOf } from "../helpers/operations";
import {
  attempt,
  bytes,
  callOf,
  commit,
  permissionFor,
  readRange,
  refusalName,
  validate,
  word,
} from "../helpers/validation";
import { world, type World } from "../helpers/world";

// formal/ proves things about copies of the arithmetic. Here the deployed validator computes the same, at random and at the
// bounds.

const RUNS = { numRuns: 100, seed: 20261122 };

/** What a function of the harness returns, `undefined` if it refuses; a panic would be an overflow. */
async function orReverted<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (String(error).includes("custom error 'Refused()'")) return undefined;
    throw error;
  }
}

/** A world with the copies; nothing of a property is left for the next. */
async function ground(): Promise<{ w: World; extracted: ExtractedHarness }> {
  return { w: await world(), extracted: await new ExtractedHarness__factory((await ethers.getSigners())[0]).deploy() };
}

/** Runs the property on a chain that forgets each run. */
async function holds<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  property: (...values: Values) => Promise<void>,
): Promise<void> {
  const forgetful = async (...values: Values): Promise<void> => {
    const snapshot: unknown = await ethers.provider.send("evm_snapshot", []);
    try {
      await property(...values);
    } finally {
      await ethers.provider.send("evm_revert", [snapshot]);
    }
  };
  await fc.assert(fc.asyncProperty(...arbitraries, forgetful), RUNS);
}

describe("the arithmetic that formal/ proves things about is the validator's", () => {
  const amount = fc.oneof(fc.bigInt(0n, 30n), fc.constantFrom(2n ** 104n - 1n, 2n ** 104n, 2n ** 256n - 1n));
  const limit = fc.oneof(fc.bigInt(0n, 40n), fc.constant(2n ** 104n - 1n));
  const length = fc.oneof(fc.integer({ min: 60, max: 300 }), fc.constant(2 ** 32 - 1));
  const offset = fc.nat(1_000);

  it("periods, their usage and their windows", async () => {
    const { w, extracted } = await ground();
    await holds([limit, length, offset, amount, offset, amount], async (limit, length, first, asked, second, more) => {
      const session = await limited(w, periodicBudget(limit, length), 900);
      const start = session.validAfter;
      const times = [first, second].map((seconds) => Math.min(start + seconds, session.validUntil));
      let recorded = { index: 0n, spent: 0n };
      for (const [i, time] of times.entries()) {
        const period = await extracted.period(time, start, length);
        const spent = period.index > recorded.index ? 0n : recorded.spent;
        const total = await orReverted(extracted.spend(spent, [asked, more][i]!, limit));
        const expected =
          period.index < recorded.index ? "PeriodPassed" : total === undefined ? "BudgetExceeded" : total;
        const op = await attempt(w, session, [callOf(w, [[asked, more][i]!])], { time });
        const answer = await validate(w, op);
        if (typeof answer !== "bigint") return void expect(answer[0]).to.equal(expected);
        const window = await extracted.narrow(start, session.validUntil, period.first, period.last);
        const range = readRange(answer);
        expect([range.validAfter, range.validUntil]).to.deep.equal(window.map(Number));
        await commit(w, op);
        expect(await spentOf(w, session)).to.deep.equal([expected, period.index]);
        recorded = { index: period.index, spent: total! };
      }
    });
  });

  it("what accrues in a stream", async () => {
    const { w, extracted } = await ground();
    await holds([limit, length, offset, amount], async (limit, length, elapsed, asked) => {
      const session = await limited(w, streamBudget(limit, length), 1_000);
      const time = session.validAfter + elapsed;
      const available = await extracted.accrued(limit, elapsed, length);
      const total = await orReverted(extracted.spend(0n, asked, available));
      const answer = await validate(w, await attempt(w, session, [callOf(w, [asked])], { time }));
      expect(typeof answer === "bigint" ? "accepted" : answer).to.deep.equal(
        total === undefined ? ["BudgetExceeded", [0n, asked, available]] : "accepted",
      );
    });
  });

  it("the charge for fees", async () => {
    const { w, extracted } = await ground();
    const session = await limited(w, totalBudget(0n), 1_000, { feeBudget: 0 });
    const half = fc.oneof(fc.bigInt(0n, 2n ** 128n - 1n), fc.constantFrom(0n, 1n, 2n ** 128n - 1n));
    const whole = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.constantFrom(0n, 2n ** 256n - 1n));
    await holds(
      [half, half, whole, half],
      async (verificationGasLimit, callGasLimit, preVerificationGas, maxFeePerGas) => {
        const fields = { verificationGasLimit, callGasLimit, preVerificationGas, maxFeePerGas };
        const fee = await extracted.maxFee(verificationGasLimit, callGasLimit, preVerificationGas, maxFeePerGas);
        const answer = await validate(w, await attempt(w, session, [callOf(w, [0n])], { fields }));
        if (fee === 0n) expect(typeof answer).to.equal("bigint");
        else expect(answer).to.deep.equal(["BudgetExceeded", [0n, fee, 0n]]);
      },
    );
  });

  it("which windows and signers are refused", async () => {
    const { w, extracted } = await ground();
    const session = await limited(w, totalBudget(0n), 1_000);
    const bounds = fc.constantFrom(0, 1, 2, 1_000, TIME_LIMIT - 1, TIME_LIMIT, 2 ** 48 - 1);
    const size = fc.oneof(fc.nat(1_100), fc.constantFrom(0, 19, 20, 1_024, 1_025, 65_535));
    await holds([bounds, bounds, size], async (validAfter, validUntil, size) => {
      const answer = await validate(
        w,
        await attempt(w, session, [callOf(w, [0n])], {
          edit: () => ({
            validAfter: bytes(validAfter, 6),
            validUntil: bytes(validUntil, 6),
            signerLength: bytes(size, 2),
            signer: bytes(0, size),
          }),
        }),
      );
      const window = await extracted.windowRefused(validAfter, validUntil, TIME_LIMIT);
      const signer = await extracted.lengthRefused(size, MIN_SIGNER_BYTES, MAX_SIGNER_BYTES);
      const refusal = window ? "InvalidTimeWindow" : signer ? "InvalidSignerLength" : undefined;
      const found = refusalName(answer);
      if (refusal !== undefined) expect(found).to.equal(refusal);
      else expect(found).to.not.be.oneOf(["InvalidTimeWindow", "InvalidSignerLength"]);
    });
  });

  /** Bytes more than the canonical encoding has: none, most of the time. */
  const more = fc.constantFrom(0, 0, 0, 0, 1, 31, 32, 33);
  const ceil32 = (size: number): number => Math.ceil(size / 32) * 32;
  const sane = (size: bigint): number => (size > 200n ? 0 : Number(size));
  const wild = fc.constantFrom(2n ** 64n, 2n ** 255n, 2n ** 256n - 100n, 2n ** 256n - 31n, 2n ** 256n - 1n);

  it("lengths of a single call", async () => {
    const { w, extracted } = await ground();
    const session = await limited(w, totalBudget(0n), 1_000);
    let accepted = 0;
    const size = fc.oneof(fc.nat(200).map(BigInt), fc.constantFrom(51n, 52n, 64n, 96n, 160n), wild);
    await holds([size, more], async (length, more) => {
      const rest = ceil32(sane(length)) + more;
      const callData = concat([EXECUTE_SELECTOR, SINGLE_MODE, word(0x40), word(length), bytes(0, rest)]);
      const fits = (await orReverted(extracted.outer(100 + rest, length))) !== undefined;
      await expectDecoded(w, session, callData, fits && length >= 52n);
      accepted += fits && length >= 52n ? 1 : 0;
    });
    expect(accepted).to.be.greaterThan(10);
  });

  it("lengths within a batch", async () => {
    const { w, extracted } = await ground();
    const session = await limited(w, totalBudget(0n), 1_000);
    const data = fc.oneof({ weight: 9, arbitrary: fc.nat(100).map(BigInt) }, { weight: 1, arbitrary: wild });
    let accepted = 0;
    await holds([fc.array(data, { minLength: 1, maxLength: 3 }), more], async (lengths, more) => {
      let next: bigint | undefined = 32n * BigInt(lengths.length);
      const room = 160 * lengths.length + lengths.reduce<number>((sum, size) => sum + ceil32(sane(size)), more);
      const [pointers, tuples]: [string[], [number, string][]] = [[], []];
      for (const size of lengths) {
        if (next === undefined) break;
        pointers.push(word(next));
        tuples.push([Number(next), concat([word(0), word(0), word(0x60), word(size)])]);
        next = await orReverted(extracted.tuple(next, size, room));
      }
      const blob = assemble(room, pointers, tuples);
      const body = concat([word(0x20), word(lengths.length), blob, bytes(0, ceil32(room) - room)]);
      const callData = concat([EXECUTE_SELECTOR, BATCH_MODE, word(0x40), word(64 + room), body]);
      await expectDecoded(w, session, callData, next === BigInt(room));
      accepted += next === BigInt(room) ? 1 : 0;
    });
    expect(accepted).to.be.greaterThan(10);
  });
});

/** An enabled session that charges one budget with the first argument of the call. */
async function limited(
  w: World,
  budget: Session["budgets"][number],
  seconds: number,
  overrides: Partial<Session> = {},
): Promise<Session> {
  const session = await sessionOf(w, [permissionFor(w, { charges: [argumentCharge(0, [0])] })], { budgets: [budget] });
  const limited = { ...session, validUntil: session.validAfter + seconds, ...overrides };
  await enable(w, limited);
  return limited;
}

async function spentOf(w: World, session: Session): Promise<[bigint, bigint]> {
  const { spent, period } = await w.validator.budgetUsage(sessionId(session), session.account, 0);
  return [spent, period];
}

/** Zeros of that length with the pointers at their start and the tuples at their places, as far as they fit. */
function assemble(room: number, pointers: readonly string[], tuples: readonly [number, string][]): string {
  const digits = "00".repeat(room).split("");
  const put = (position: number, data: string): void => {
    for (let i = 0; i < data.length - 2 && 2 * position + i < digits.length; ++i)
      digits[2 * position + i] = data[i + 2]!;
  };
  tuples.forEach(([position, data]) => put(position, data));
  pointers.forEach((pointer, index) => put(32 * index, pointer));
  return `0x${digits.join("")}`;
}

/** Whether the validator gets past the encoding of the calls: then it finds other things to refuse. */
async function expectDecoded(w: World, session: Session, callData: string, decoded: boolean): Promise<void> {
  const name = refusalName(await validate(w, await attempt(w, session, [callOf(w, [0n])], { callData })));
  expect(name).to.not.equal(undefined);
  expect(name!.startsWith("NonCanonical"), `${name} for ${callData}`).to.equal(!decoded);
}
