import { takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { script } from "../../scripts/support/cli";
import type { Play, Row } from "./play";
import { printTitle } from "./print";
import { buildStage, type Stage } from "./stage";

/** A use case that runs. */
export interface Example {
  /** Of its folder. */
  readonly name: string;
  readonly title: string;
  /** The contracts that it works on. */
  readonly on: string;
  /** Does the job and everything that must fail; throws at the first surprise. One or several sessions. */
  play(stage: Stage): Promise<readonly Play[]>;
}

/** What came of an example. */
export interface Outcome {
  readonly example: Example;
  /** The sessions in words. */
  readonly texts: readonly string[];
  readonly rows: readonly Row[];
}

/** Plays the examples one after the other, each on a chain as the stage leaves it. */
export async function playAll(examples: readonly Example[]): Promise<readonly Outcome[]> {
  const stage = await buildStage();
  const before = await takeSnapshot();
  const outcomes: Outcome[] = [];
  for (const example of examples) {
    printTitle(`${example.title} — on ${example.on}`);
    const plays = await example.play(stage);
    outcomes.push({ example, texts: plays.map(({ text }) => text), rows: plays.flatMap(({ rows }) => rows) });
    await before.restore();
  }
  return outcomes;
}

/** Plays one example, if its `main.ts` is what was started. */
export function runAlone(started: NodeModule, example: Example): void {
  if (require.main === started) script({}, async () => void (await playAll([example])));
}
