import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sources } from "./compiler";
import type { Reach } from "./reach";
import type { Mutant, Operator, Outcome, Patch, Verdict } from "./mutant";

// Not `results.json`: an import of `./results` would find that one first.
const RESULTS = join(__dirname, "campaign.json");
const EXPLAINED = join(__dirname, "explained.json");

/** One line of `campaign.json`. */
export interface Result extends Outcome {
  readonly operator: Operator | "handmade";
  readonly file: string;
}

/** A campaign: what was drawn, and what became of it. */
export interface Campaign {
  readonly seed: number;
  readonly candidates: number;
  readonly results: readonly Result[];
}

/** Why a mutant that no test kills does no harm, by its id. */
export function explanations(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(EXPLAINED, "utf8")) as Record<string, string>;
}

/** The last campaign; its kills tell where to look first. */
export function lastCampaign(): Campaign | undefined {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Campaign) : undefined;
}

/** What is known of these sources from runs that were cut off or followed by new tests. Only survivors are judged again. */
export class Memory {
  readonly known: ReadonlyMap<string, Outcome>;
  private readonly path: string;

  constructor(private readonly sources: Sources) {
    mkdirSync("cache", { recursive: true });
    this.path = `cache/mutation-${digest([...sources])}.jsonl`;
    const lines = existsSync(this.path) ? readFileSync(this.path, "utf8").split("\n").filter(Boolean) : [];
    const outcomes = lines.map((line) => JSON.parse(line) as Outcome).filter(({ verdict }) => verdict !== "survived");
    this.known = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  }

  add(outcome: Outcome): void {
    appendFileSync(this.path, `${JSON.stringify(outcome)}\n`);
  }

  /** Which test reaches what: recorded once for these sources and these tests. */
  async reach(record: () => Promise<Reach>): Promise<Reach> {
    const tests = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".test.ts"),
    );
    const texts = tests.sort().map((path) => readFileSync(join("test", path), "utf8"));
    const path = `cache/mutation-reach-${digest([[...this.sources], texts])}.json`;
    if (!existsSync(path)) writeFileSync(path, JSON.stringify(await record()));
    return JSON.parse(readFileSync(path, "utf8")) as Reach;
  }
}

function digest(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
}

/** Writes the campaign, in an order that does not depend on which process was faster. */
export function writeCampaign(campaign: Campaign): void {
  const results = [...campaign.results].sort((a, b) => (a.file + a.id < b.file + b.id ? -1 : 1));
  writeFileSync(RESULTS, `${JSON.stringify({ ...campaign, results }, null, 2)}\n`);
}

/** Outcomes with what they are outcomes of. */
export function resultsOf(
  mutants: readonly Mutant[],
  patches: readonly Patch[],
  outcomes: readonly Outcome[],
): Result[] {
  const kinds = new Map<string, Pick<Result, "operator" | "file">>([
    ...mutants.map(({ id, operator, file }) => [id, { operator, file }] as const),
    ...patches.map(({ id, edits }) => [id, { operator: "handmade", file: edits[0]!.file }] as const),
  ]);
  return outcomes.map((outcome) => ({ ...outcome, ...kinds.get(outcome.id)! }));
}

/** The results with this verdict. */
export function having(results: readonly Result[], ...verdicts: readonly Verdict[]): Result[] {
  return results.filter(({ verdict }) => verdicts.includes(verdict));
}
