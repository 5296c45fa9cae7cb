import { pickTime } from "../sdk";
import { enable, operation, ownerOperation, send, sessionOf } from "../test/helpers/operations";
import { now, world, type World } from "../test/helpers/world";
import { ALICE, SCENARIOS } from "./scenarios";
import { placesOf } from "./sources";
import { calldataGas, stepsOf, type Step } from "./trace";

/*
 * Where the gas of a session's second operation goes: by contract, beside the plain owner's; then, within the validator,
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
function namesOf(w: World): Map<string, string> {
  const named: [string, string][] = [
    ["validator", w.validatorAddress],
    ["validator", w.ownerValidatorAddress],
    ["account", w.accountAddress],
    ["target", w.targetAddress],
    ["target", w.tokenAddress],
    ["EntryPoint", w.entryPoint.target as string],
    ["ecrecover", `0x${"1".padStart(40, "0")}`],
  ];
  return new Map(named.map(([name, address]) => [address.toLowerCase(), name]));
}

async function byContract(w: World, hash: string): Promise<[string, number][]> {
  const names = namesOf(w);
  const rows = sum(await stepsOf(hash), ({ code }) => names.get(code) ?? "account's code", gasOf);
  return [["calldata", await calldataGas(hash)], ...rows];
}

/** The hashes of the second operations of the plain owner and of the session. */
async function secondUses(w: World, name: string): Promise<{ plain: string; session: string }> {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const calls = scenario.calls(w);
  await w.token.mint(ALICE, 1n);
  await send(w, await ownerOperation(w, calls));
  const plain = (await send(w, await ownerOperation(w, calls))).receipt.hash;
  const { permissions, ...rest } = scenario.terms(w);
  const session = await sessionOf(w, permissions, rest);
  await enable(w, session);
  const time = pickTime(session, permissions, await now());
  const options = time === undefined ? {} : { time };
  await send(w, await operation(w, session, calls, options));
  return { plain, session: (await send(w, await operation(w, session, calls, options))).receipt.hash };
}

async function main(): Promise<void> {
  const name = process.env["SCENARIO"] ?? "call";
  const w = await world();
  const { plain, session } = await secondUses(w, name);
  const before = new Map(await byContract(w, plain));
  const rows = (await byContract(w, session)).map(
    ([contract, gas]) => [`${contract} (plain owner: ${before.get(contract) ?? 0})`, gas] as [string, number],
  );
  print(`${name}: gas by contract`, rows);

  const steps = (await stepsOf(session)).filter(({ code }) => code === w.validatorAddress.toLowerCase());
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
