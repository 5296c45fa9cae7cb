import { id, parseEther } from "ethers";
import {
  argumentCharge,
  callPermission,
  periodicBudget,
  rule,
  totalBudget,
  type Call,
  type Permission,
  type Session,
} from "../sdk";
import type { World } from "../test/helpers/world";

const WEEK = 7 * 86_400;
export const ALICE = "0x00000000000000000000000000000000000A11cE";
const ERC20_TRANSFER = id("transfer(address,uint256)").slice(0, 10);
const INCREMENT = id("increment()").slice(0, 10);

/** One kind of session and the operation that is measured with it. */
export interface Scenario {
  readonly name: string;
  /** Gas above the same call by a plain one-SLOAD ECDSA validator, 2nd use. */
  readonly limit: bigint;
  readonly calls: (world: World) => Call[];
  readonly terms: (world: World) => Partial<Session> & { permissions: Permission[] };
}

const increment = (w: World): Call => ({ target: w.targetAddress, value: 0n, data: INCREMENT });
const transfer = (w: World): Call => ({
  target: w.tokenAddress,
  value: 0n,
  data: w.token.interface.encodeFunctionData("transfer", [ALICE, 5n]),
});
const mayIncrement = (w: World): Permission =>
  callPermission(w.targetAddress, INCREMENT, { maxValue: parseEther("0.1") });
const mayTransfer = (w: World): Permission =>
  callPermission(w.tokenAddress, ERC20_TRANSFER, {
    rules: [rule("eq", [0], BigInt(ALICE))],
    charges: [argumentCharge(0, [32])],
  });
const limit = 100_000_000n;
const feeLimit = parseEther("1");

/** What `npm run gas` measures. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "call",
    limit: 7_000n,
    calls: (w) => [increment(w)],
    terms: (w) => ({ permissions: [mayIncrement(w)] }),
  },
  {
    name: "callFees",
    limit: 11_500n,
    calls: (w) => [increment(w)],
    terms: (w) => ({ permissions: [mayIncrement(w)], budgets: [totalBudget(feeLimit)], feeBudget: 0 }),
  },
  {
    name: "erc20Total",
    limit: 13_200n,
    calls: (w) => [transfer(w)],
    terms: (w) => ({ permissions: [mayTransfer(w)], budgets: [totalBudget(limit)] }),
  },
  {
    name: "erc20Weekly",
    limit: 13_800n,
    calls: (w) => [transfer(w)],
    terms: (w) => ({ permissions: [mayTransfer(w)], budgets: [periodicBudget(limit, WEEK)] }),
  },
  {
    name: "erc20WeeklyFees",
    limit: 15_000n,
    calls: (w) => [transfer(w)],
    terms: (w) => ({
      permissions: [mayTransfer(w)],
      budgets: [periodicBudget(limit, WEEK), totalBudget(feeLimit)],
      feeBudget: 1,
    }),
  },
  {
    name: "batch3",
    limit: 10_600n,
    calls: (w) => [increment(w), increment(w), increment(w)],
    terms: (w) => ({ permissions: [mayIncrement(w)] }),
  },
  {
    name: "of256",
    limit: 5_800n,
    calls: (w) => [increment(w)],
    terms: (w) => ({
      permissions: Array.from({ length: 256 }, (_, i) =>
        i === 100 ? mayIncrement(w) : callPermission(w.targetAddress, id(`f${i}()`).slice(0, 10)),
      ),
    }),
  },
];
