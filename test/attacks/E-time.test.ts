import { time } from "@nomicfoundation/hardhat-network-helpers";
import { concat, hashMessage } from "ethers";
import {
  argumentCharge,
  buildEnvelope,
  periodicBudget,
  streamBudget,
  type Budget,
  type PackedUserOperation,
} from "../../sdk";
import { MAX_PERIODS, TIME_LIMIT } from "../../sdk/constants";
import { decodeEnvelope } from "../../sdk/envelope";
import { enable, operation, sessionOf } from "../helpers/operations";
import {
  attempt,
  bytes,
  callOf,
  fieldsOf,
  joinFields,
  minimal,
  permissionFor,
  readRange,
  validate,
} from "../helpers/validation";
import { now, world } from "../helpers/world";
import { sendBundle } from "../integration/bundle";
import { installedSeat } from "../matrix/accounts/index";
import * as seats from "../matrix/operations";
import { attack, type Trial } from "./catalogue";
import { answerOf, having, type Having } from "./fixture";

const HOUR = 3600;

/** A session that starts in an hour and lasts for ten, its calls charged by their argument to every budget. */
async function later(budgets: readonly Budget[] = []) {
  await world();
  const validAfter = (await now()) + HOUR;
  const window = { validAfter, validUntil: validAfter + 10 * HOUR };
  const charges = budgets.map((_, i) => argumentCharge(i, [0]));
  const found = await having((w) => [permissionFor(w, { charges })], { ...window, budgets });
  const { w, session } = found;
  const make = (amount: number, claimed?: number, nonceKey = 0) =>
    operation(w, session, [callOf(w, [amount])], { nonceKey, ...(claimed === undefined ? {} : { time: claimed }) });
  return { ...found, make, ...window };
}

/** In a block of that second: included, or out of its window. */
async function at(trial: Trial, { w }: Having, second: number, op: PackedUserOperation, included: boolean) {
  await time.setNextBlockTimestamp(second);
  if (included) await trial.included(w, op);
  else await trial.rejected(w, op, "AA22");
}

/** An operation whose envelope has other bytes in these fields. */
async function edited({ w, session }: Having, change: Record<string, string>, claimed?: number) {
  const options = claimed === undefined ? {} : { time: claimed };
  const calls = [callOf(w, [1])];
  const fields = fieldsOf(decodeEnvelope(buildEnvelope({ session, calls, mode: "use", ...options }), 1));
  return operation(w, session, calls, { envelope: joinFields({ ...fields, ...change }) });
}

describe("E: time and periods", () => {
  attack("E1", "too early is refused, within is accepted, too late is refused", async (trial) => {
    const found = await later();
    await at(trial, found, found.validAfter - 1, await found.make(1), false);
    await at(trial, found, found.validAfter + 1, await found.make(1), true);
    await at(trial, found, found.validUntil + 1, await found.make(1), false);
  });

  attack("E2", "validUntil 0 is refused, and none is ever returned", async (trial) => {
    const found = await later([periodicBudget(2n ** 104n - 1n, HOUR)]);
    const op = await edited(found, { validUntil: bytes(0, 6) }, found.validAfter);
    await trial.refused(found.w, op, "InvalidTimeWindow", [BigInt(found.validAfter), 0n]);
    for (const claimed of [found.validAfter, found.validAfter + HOUR, found.validUntil]) {
      const attempted = await attempt(found.w, found.session, [callOf(found.w, [1])], { time: claimed });
      const { validUntil } = readRange((await validate(found.w, attempted)) as bigint);
      trial.admitted(validUntil > claimed - 1 && validUntil <= found.validUntil, true);
    }
  });

  attack(
    "E3",
    "the first second is lost on v0.8 and not on v0.7; the last one is the session's on both",
    async (trial) => {
      for (const version of ["0.7", "0.8"] as const) {
        for (const [second, included] of [
          [999, false],
          [1000, version === "0.7"],
          [1001, true],
          [2000, true],
          [2001, false],
        ] as const) {
          const seat = await installedSeat(version);
          const start = await now();
          const session = await seats.sessionOf(seat, { validAfter: start + 1000, validUntil: start + 2000 });
          await seats.enableBy(seat, session);
          const op = await seats.sessionOperation(seat, session, [seats.increment(seat)]);
          await time.setNextBlockTimestamp(start + second);
          if (included) trial.admitted((await seats.succeed(seat, op)).success, true);
          else trial.repelled(await seats.refusalOf(seat, op), "AA22 expired or not due", "AA22");
        }
      }
    },
  );

  attack("E4", "times of 2^47 and more, which v0.9 takes for block numbers, are refused", async (trial) => {
    const found = await having(undefined, { validUntil: TIME_LIMIT - 1 });
    for (const [validAfter, validUntil] of [
      [1, TIME_LIMIT],
      [1, TIME_LIMIT + 1],
      [TIME_LIMIT, TIME_LIMIT + 1],
      [1, 2 ** 48 - 1],
    ] as const) {
      const op = await edited(found, { validAfter: bytes(validAfter, 6), validUntil: bytes(validUntil, 6) });
      await trial.refused(found.w, op, "InvalidTimeWindow", [BigInt(validAfter), BigInt(validUntil)]);
    }
    await trial.accepted(found.w, found.session, [callOf(found.w)]);
  });

  attack("E5", "a window that is empty or turned around is refused", async (trial) => {
    const found = await having();
    const { validAfter: from, validUntil: until } = found.session;
    for (const [validAfter, validUntil] of [
      [from, from],
      [until, from],
      [0, until],
      [from + 1, from],
    ] as const) {
      const op = await edited(found, { validAfter: bytes(validAfter, 6), validUntil: bytes(validUntil, 6) });
      await trial.refused(found.w, op, "InvalidTimeWindow", [BigInt(validAfter), BigInt(validUntil)]);
    }
    await trial.accepted(found.w, found.session, [callOf(found.w)]);
  });

  attack(
    "E6",
    "periods of 0 to 59 seconds or too many are refused, and the last one ends with the session",
    async (trial) => {
      const found = await later([periodicBudget(3n, 4 * HOUR)]);
      const { w, validAfter, validUntil } = found;
      for (const period of [0, 1, 59]) {
        const op = await edited(found, { budgets: budget(period) }, validAfter);
        await trial.refused(w, op, "InvalidBudgetPeriod", [0n, BigInt(period), 60n]);
      }
      const long = {
        validAfter: bytes(1, 6),
        validUntil: bytes(60 * MAX_PERIODS + 2, 6),
        budgets: budget(60),
        time: bytes(2, 6),
      };
      await trial.refused(w, await edited(found, long, validAfter), "InvalidBudgetPeriod", [0n, 60n, 61n]);
      await at(trial, found, validUntil, await found.make(1, validAfter + 8 * HOUR), true);
      await at(trial, found, validUntil + 1, await found.make(1, validAfter + 8 * HOUR), false);
    },
  );

  attack(
    "E7",
    "a claim for another period is of no use: past, future, altered, or two in one bundle",
    async (trial) => {
      const found = await later([periodicBudget(3n, HOUR)]);
      const { w, session, make, validAfter } = found;
      const second = validAfter + HOUR;
      await at(trial, found, second - 1, await make(3, second), false);
      await at(trial, found, second + 1, await make(3, second - 1), false);
      const [signed, other] = [await make(1, second), await make(1, second + 1)];
      const altered = other.signature.slice(0, -130) + signed.signature.slice(-130);
      await trial.rejected(w, { ...signed, signature: altered }, "AA24");
      await time.setNextBlockTimestamp(second + 3);
      const { failed } = await sendBundle(w, [await make(1, second - 1, 1), await make(1, second, 2)]);
      trial.repelled([failed?.aa, failed?.opIndex], ["AA22", 0], "AA22");
      await trial.accepted(w, session, [callOf(w, [3])], { time: second });
      await trial.refused(w, await make(1, second), "BudgetExceeded", [0n, 1n, 0n]);
      await trial.refused(w, await make(0, second - 1), "PeriodPassed", [0n, 0n, 1n]);
      await trial.refused(w, await make(1), "TimeRequired", [0n]);
      const early = await edited(found, { time: bytes(validAfter - 1, 6) }, second);
      const window = [BigInt(validAfter), BigInt(found.validUntil)];
      await trial.refused(w, early, "TimeOutsideSession", [BigInt(validAfter - 1), ...window]);
    },
  );

  attack("E8", "neither a future, a present nor an expired session signs by ERC-1271", async (trial) => {
    const w = await world();
    const start = await now();
    for (const window of [
      { validAfter: start + HOUR, validUntil: start + 2 * HOUR },
      { validAfter: start - 2 * HOUR, validUntil: start - HOUR },
      {},
    ]) {
      const session = await sessionOf(w, [permissionFor(w)], window);
      await enable(w, session);
      trial.repelled(await answerOf(w, hashMessage("login"), w.key), "0xffffffff", "0xffffffff");
      if (!("validAfter" in window)) await trial.accepted(w, session, [callOf(w)]);
    }
  });

  attack(
    "E9",
    "a new period starts afresh, a skipped one is lost; a stream carries over and is not paid twice",
    async (trial) => {
      const found = await later([periodicBudget(3n, HOUR), streamBudget(3600n, HOUR)]);
      const { w, session, make, validAfter } = found;
      const spend = async (second: number, amount: number) => {
        await at(trial, found, second, await make(amount, second - 1), true);
      };
      await spend(validAfter + 11, 3);
      await trial.refused(w, await make(1, validAfter + 20), "BudgetExceeded", [0n, 1n, 0n]);
      await spend(validAfter + HOUR + 1, 3);
      await spend(validAfter + 4 * HOUR + 1, 2);
      await trial.refused(w, await make(2, validAfter + 4 * HOUR), "BudgetExceeded", [0n, 2n, 1n]);
      await trial.refused(w, await make(0, validAfter + 3 * HOUR), "PeriodPassed", [0n, 3n, 4n]);
      trial.admitted((await w.validator.budgetUsage(found.sid, session.account, 1)).spent, 8n);
    },
  );
});

/** PERIODIC, 3 every so many seconds. */
function budget(period: number): string {
  return concat(["0x01", minimal(3n), period === 0 ? "0x00000000" : bytes(period, 4)]);
}
