import hre from "hardhat";
import { OPEN_ZEPPELIN, OTHER_HOMES } from "./accounts";
import { complaints } from "./check";
import { drawCharts } from "./charts";
import { measureGrowth } from "./growth";
import { measure, type Figure, type Measured } from "./measure";
import { writeReadme } from "./readme";
import { readResults, writeResults, writeSpeeds, type Figures, type Results } from "./results";
import { published, type Published } from "./rollup";
import { speedOf } from "./speed";
import { BICONOMY } from "./systems/biconomy";
import { oursOn } from "./systems/ours";
import { SMART_SESSIONS, SMART_SESSIONS_SUDO } from "./systems/smartSessions";
import type { System } from "./system";

/** Since this fork every chain has the P-256 precompile at 0x100 (EIP-7951); the tests' fork does not. */
const HARDFORK = "osaka";

/** What a rollup publishes is shown for these. */
const PUBLISHED = ["call", "erc20Total", "batch3", "enableAndUse"];

/** The SDK's speed is measured with sessions of so many permissions. */
const SIZES = [1, 4, 16, 64, 256, 1_024];

type Measurements = Readonly<Record<string, Measured>>;

/** Each piece of work of a system, on a chain of its own. */
async function measureAll({ name, works }: System): Promise<Measurements> {
  const all: Record<string, Measured> = {};
  for (const [key, work] of Object.entries(works)) all[key] = await measure(await work());
  console.error(`measured: ${name}`);
  return all;
}

function figuresOf(all: Measurements): Figures {
  return Object.fromEntries(Object.entries(all).map(([key, { figure }]): [string, Figure] => [key, figure]));
}

async function measureSystems(systems: readonly System[]): Promise<Record<string, Measurements>> {
  const all: Record<string, Measurements> = {};
  for (const system of systems) all[system.id] = await measureAll(system);
  return all;
}

function figuresOfAll(all: Readonly<Record<string, Measurements>>): Record<string, Figures> {
  return Object.fromEntries(Object.entries(all).map(([id, measurements]) => [id, figuresOf(measurements)]));
}

/** What is ours, and guarded. */
async function measureOurs() {
  const home = await measureAll(oursOn(OPEN_ZEPPELIN));
  const accounts = figuresOfAll(await measureSystems(OTHER_HOMES.map(oursOn)));
  return { home, guarded: { scenarios: figuresOf(home), accounts, growth: await measureGrowth() } };
}

function rollupOf(home: Measurements, rivals: Readonly<Record<string, Measurements>>): Results["rollup"] {
  const rollup: Record<string, Record<string, Published>> = {};
  for (const scenario of PUBLISHED) {
    const row: Record<string, Published> = { owner: published(home[scenario]!.plainCalldata) };
    for (const [id, all] of Object.entries({ ours: home, ...rivals })) {
      const measured = all[scenario];
      if (measured !== undefined) row[id] = published(measured.calldata);
    }
    rollup[scenario] = row;
  }
  return rollup;
}

/** Measures everything, and writes figures, tables and charts. */
export async function run(): Promise<void> {
  hre.config.networks.hardhat.hardfork = HARDFORK;
  const { home, guarded } = await measureOurs();
  const rivals = await measureSystems([BICONOMY, SMART_SESSIONS, SMART_SESSIONS_SUDO]);
  const results: Results = { ...guarded, rivals: figuresOfAll(rivals), rollup: rollupOf(home, rivals) };
  writeResults(results);
  drawCharts(results);
  const speeds = SIZES.map(speedOf);
  writeSpeeds(speeds);
  console.log(await writeReadme(results, speeds));
}

/** Measures what is ours; false if a figure is worse than the committed one. */
export async function check(): Promise<boolean> {
  hre.config.networks.hardhat.hardfork = HARDFORK;
  const { guarded } = await measureOurs();
  const found = complaints(guarded, readResults());
  for (const complaint of found) console.error(complaint);
  if (found.length > 0) console.error("Worse than bench/results/gas.json. If that must be: npm run bench, and commit.");
  return found.length === 0;
}
