import { ENTRY_POINTS } from "../sdk";
import { OPEN_ZEPPELIN } from "./accounts";
import { measure } from "./measure";
import { scenarioOf } from "./scenarios";
import { placesOf } from "./sources";
import { stage, type Stage } from "./stage";
import { use } from "./systems/ours";
import { calldataGas, stepsOf, type Step } from "./trace";

/*
 * Where the gas of a session's third operation goes: by contract, beside the plain owner's; then, within the validator,
 * by function, by line and by opcode. `SCENARIO=erc20Total npx hardhat run bench/profile.ts`; `call` by default.
 */

const ROWS = Number(process.env["ROWS"] ?? 40);

/** Sums gas by a key, the largest first. */
function sum<T>(items: readonly T[], keyOf: (item: T) => string, gasOf: (item: T) => number): [string, number][] {
  const totals = new Map<string, number>();
  for (const item of items) totals.set(keyOf(item), (totals.get(keyOf(item)) ?? 0) + gasOf(item));
  return [...totals].sort(([, a], [, b]) => b - a);
}

const gasOf = (step: Step): number => step.gas;

function print(title: string, rows: readonly [string, number][]): void {
  console.log(`\n${title}`);
  for (const [name, gas] of rows.slice(0, ROWS)) console.log(`${String(gas).padStart(8)}  ${name}`);
}

/** Names of the contracts that take part. */
function namesOf(on: Stage): Map<string, string> {
  const named: [string, string][] = [
    ["validator", on.validatorAddress],
    ["validator", on.ownerValidator],
    ["account", on.subject.address],
    ["target", on.targetAddress],
    ["target", on.tokenAddress],
    ["EntryPoint", ENTRY_POINTS[on.version]],
    ["ecrecover", `0x${"1".padStart(40, "0")}`],
  ];
  return new Map(named.map(([name, address]) => [address.toLowerCase(), name]));
}

async function byContract(on: Stage, hash: string): Promise<[string, number][]> {
  const names = namesOf(on);
  const rows = sum(await stepsOf(hash), ({ code }) => names.get(code) ?? "account's code", gasOf);
  return [["calldata", await calldataGas(hash)], ...rows];
}

async function main(): Promise<void> {
  const name = process.env["SCENARIO"] ?? "call";
  const on = await stage(OPEN_ZEPPELIN.kind, OPEN_ZEPPELIN.version);
  const { hash, plainHash } = await measure(await use(on, scenarioOf(name)));
  const before = new Map(await byContract(on, plainHash));
  const rows = (await byContract(on, hash)).map(
    ([contract, gas]) => [`${contract} (plain owner: ${before.get(contract) ?? 0})`, gas] as [string, number],
  );
  print(`${name}: gas by contract`, rows);

  const steps = (await stepsOf(hash)).filter(({ code }) => code === on.validatorAddress.toLowerCase());
  const placeOf = await placesOf("contracts/SessionKeyValidator.sol", "SessionKeyValidator");
  print(
    "validator, by function",
    sum(steps, ({ pc }) => placeOf(pc).name, gasOf),
  );
  print(
    "validator, by line",
    sum(steps, ({ pc }) => placeOf(pc).line, gasOf),
  );
  print(
    "validator, by opcode",
    sum(steps, ({ op }) => op, gasOf),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
