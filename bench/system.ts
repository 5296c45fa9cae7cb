import type { Work } from "./measure";

/** Something that is measured: session keys of one project on one account. */
export interface System {
  /** Its key in `results/gas.json`. */
  readonly id: string;
  /** As the tables call it. */
  readonly name: string;
  /** What it can do, by the name of the scenario, each on a chain of its own. */
  readonly works: Readonly<Record<string, () => Promise<Work>>>;
}
