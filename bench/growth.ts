import { id, toBeHex, concat, parseEther } from "ethers";
import { callPermission, countCharge, rule, totalBudget, type Call, type Permission } from "../sdk";
import { MAX_CHARGES } from "../sdk/constants";
import { OPEN_ZEPPELIN } from "./accounts";
import { INCREMENT } from "./calls";
import { measure, type Work } from "./measure";
import { increment, manyPermissions, mayIncrement } from "./scenarios";
import { stage, type Props, type Stage } from "./stage";
import { enableAndUse, use } from "./systems/ours";

/** How the gas above the plain owner's grows with one number; on OpenZeppelin's account. */
export interface Curve {
  readonly name: string;
  /** In words, for the tables. */
  readonly work: string;
  readonly sizes: readonly number[];
  readonly workOf: (stage: Stage, size: number) => Promise<Work>;
}

const SET = id("set(uint256)").slice(0, 10);
const set = ({ targetAddress }: Props): Call => ({
  target: targetAddress,
  value: 0n,
  data: concat([SET, toBeHex(7, 32)]),
});

/** Powers of two, from 1 to `last`. */
function doubling(last: number): number[] {
  return Array.from({ length: Math.log2(last) + 1 }, (_, i) => 2 ** i);
}

/** So many rules on one argument, each with another bound. */
function maySet({ targetAddress }: Props, rules: number): Permission {
  return callPermission(targetAddress, SET, {
    rules: Array.from({ length: rules }, (_, i) => rule("lte", [0], 1_000n + BigInt(i))),
  });
}

/** Permissions that count in so many budgets; one permission has room for {@link MAX_CHARGES}, so the second call is for the rest. */
function counting({ targetAddress }: Props, budgets: number): Permission[] {
  const charges = Array.from({ length: budgets }, (_, i) => countCharge(i));
  const [first, rest] = [charges.slice(0, MAX_CHARGES), charges.slice(MAX_CHARGES)];
  const maxValue = parseEther("0.1");
  const permissions = [callPermission(targetAddress, INCREMENT, { maxValue, charges: first })];
  return rest.length > 0 ? [...permissions, callPermission(targetAddress, SET, { charges: rest })] : permissions;
}

/** What is measured. */
export const CURVES: readonly Curve[] = [
  {
    name: "permissions",
    work: "permissions in the session, one used",
    sizes: doubling(1_024),
    workOf: (on, size) =>
      use(on, { calls: (s) => [increment(s)], terms: (s) => ({ permissions: manyPermissions(s, size) }) }),
  },
  {
    name: "sessions",
    work: "sessions in the grant, one enabled and used",
    sizes: doubling(1_024),
    workOf: (on, size) => enableAndUse(on, size),
  },
  {
    name: "rules",
    work: "rules of the call",
    sizes: [0, 1, 2, 4, 6, 8, 10, 12, 14, 16],
    workOf: (on, size) => use(on, { calls: (s) => [set(s)], terms: (s) => ({ permissions: [maySet(s, size)] }) }),
  },
  {
    name: "batch",
    work: "calls in the batch",
    sizes: [1, 2, 4, 8, 12, 16, 20, 24, 28, 32],
    workOf: (on, size) =>
      use(on, {
        calls: (s) => Array.from({ length: size }, () => increment(s)),
        terms: (s) => ({ permissions: [mayIncrement(s)] }),
      }),
  },
  {
    name: "budgets",
    work: "budgets charged",
    sizes: [1, 2, 3, 4, 6, 8, 10, 12, 14, 16],
    workOf: (on, size) =>
      use(on, {
        calls: (s) => (size > MAX_CHARGES ? [increment(s), set(s)] : [increment(s)]),
        terms: (s) => ({
          permissions: counting(s, size),
          budgets: Array.from({ length: size }, () => totalBudget(1_000n)),
        }),
      }),
  },
];

/** Overheads by size, of every curve. */
export type Growth = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Measures the curves, one size after the other. */
export async function measureGrowth(): Promise<Growth> {
  const growth: Record<string, Record<string, number>> = {};
  for (const { name, sizes, workOf } of CURVES) {
    const points: Record<string, number> = {};
    for (const size of sizes) {
      const on = await stage(OPEN_ZEPPELIN.kind, OPEN_ZEPPELIN.version);
      points[size] = (await measure(await workOf(on, size))).figure.overhead;
    }
    growth[name] = points;
  }
  return growth;
}
