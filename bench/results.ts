import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Growth } from "./growth";
import type { Figure } from "./measure";
import type { Published } from "./rollup";
import type { Speed } from "./speed";

/** The folder of what the bench writes. */
export const RESULTS = join(__dirname, "results");
const GAS = join(RESULTS, "gas.json");
/** Wall-clock figures of one machine, which no check looks at. */
const SDK = join(RESULTS, "sdk.json");

/** Figures by scenario. */
export type Figures = Readonly<Record<string, Figure>>;

/** What else there is in the file; every other key is a scenario, on OpenZeppelin's account. */
export interface Beside {
  /** Our module on other accounts, by account. */
  readonly accounts: Readonly<Record<string, Figures>>;
  /** The others, by system. */
  readonly rivals: Readonly<Record<string, Figures>>;
  readonly growth: Growth;
  /** Bytes that a rollup publishes, by scenario and system; `owner` is the plain owner of ours. */
  readonly rollup: Readonly<Record<string, Readonly<Record<string, Published>>>>;
}

/** All that was measured in a run; no wall-clock times: those differ from one machine to the next. */
export interface Results extends Beside {
  readonly scenarios: Figures;
}

/** Writes `results/gas.json`. */
export function writeResults({ scenarios, ...beside }: Results): void {
  writeFileSync(GAS, `${JSON.stringify({ ...scenarios, ...beside }, null, 2)}\n`);
}

/** Writes `results/sdk.json`. */
export function writeSpeeds(speeds: readonly Speed[]): void {
  writeFileSync(SDK, `${JSON.stringify(speeds, null, 2)}\n`);
}

/** The committed figures. */
export function readResults(): Results {
  const { accounts, rivals, growth, rollup, ...scenarios } = JSON.parse(readFileSync(GAS, "utf8")) as Beside & Figures;
  return { scenarios, accounts, rivals, growth, rollup };
}
