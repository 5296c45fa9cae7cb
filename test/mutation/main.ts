import { parseArgs } from "node:util";
import { sourcesOf, TARGETS } from "./compiler";
import { handmade } from "./handmade";
import type { Mutant, Outcome, Patch } from "./mutant";
import { batchesOf, draw } from "./plan";
import { recordReach, runAll } from "./pool";
import { writeReport } from "./report";
import { explanations, having, lastCampaign, Memory, resultsOf, writeCampaign, type Campaign } from "./results";
import { mutantsOf } from "./sites";

// npm run mutation                  everything, and writes docs/mutation.md
// npm run mutation -- --sample      what CI has time for; writes nothing

const SEED = 7579;
const COUNT = 480;
const SAMPLE = 20;
const BATCH = 100;
const MIN_KILLED = 0.97;

const { values } = parseArgs({
  options: {
    sample: { type: "boolean", default: false },
    /** How many are drawn. */
    count: { type: "string", default: String(COUNT) },
    /** Another seed draws other mutants, whose survivors nobody has explained yet. */
    seed: { type: "string", default: String(SEED) },
    workers: { type: "string", default: "2" },
    /** Keeps what is known of the same contracts; survivors are judged again. */
    resume: { type: "boolean", default: false },
    /** Only mutants and patches whose id contains this. */
    only: { type: "string", default: "" },
  },
});

async function main(): Promise<void> {
  const sources = sourcesOf(Object.values(TARGETS));
  const files = [...sources.keys()].filter((path) => path.startsWith("contracts/")).sort();
  const candidates = mutantsOf(sources, files);
  const drawn = chosen(draw(candidates, Number(values.count), Number(values.seed)));
  const patches = handmade().filter(({ id }) => id.includes(values.only));
  const results = await run(drawn, patches, new Memory(sources));
  const campaign = { seed: Number(values.seed), candidates: candidates.length, results };
  if (!values.sample && values.only === "") {
    writeCampaign(campaign);
    writeReport(campaign);
  }
  const problems = problemsOf(campaign);
  console.log([summary(campaign), ...problems].join("\n"));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** The sample is a part of the campaign; it leaves out what was explained, for these mutants take longest. */
function chosen(drawn: readonly Mutant[]): readonly Mutant[] {
  const known = explanations();
  const wanted = drawn.filter(({ id }) => id.includes(values.only));
  return values.sample ? wanted.filter(({ id }) => known[id] === undefined).slice(0, SAMPLE) : wanted;
}

async function run(
  mutants: readonly Mutant[],
  patches: readonly Patch[],
  memory: Memory,
): Promise<Campaign["results"]> {
  const known = values.resume ? memory.known : new Map<string, Outcome>();
  const isNew = ({ id }: { id: string }) => !known.has(id);
  const outcomes = [...mutants, ...patches].flatMap(({ id }) => known.get(id) ?? []);
  const total = mutants.length + patches.length;
  const seen = (outcome: Outcome): void => {
    outcomes.push(outcome);
    memory.add(outcome);
    console.log(
      `${outcomes.length}/${total} ${outcome.verdict}: ${outcome.id}${outcome.by ? ` by ${outcome.by}` : ""}`,
    );
  };
  const jobs = [
    ...batchesOf(mutants.filter(isNew), BATCH).map((batch) => ({ kind: "batch", mutants: batch }) as const),
    ...patches.filter(isNew).map((patch) => ({ kind: "patch", patch }) as const),
  ];
  const history = [...(lastCampaign()?.results ?? []), ...memory.known.values()];
  await runAll(
    jobs,
    Number(values.workers),
    seen,
    history,
    values.sample ? undefined : await memory.reach(recordReach),
  );
  return resultsOf(mutants, patches, outcomes);
}

function problemsOf({ results }: Campaign): string[] {
  const known = explanations();
  const alive = having(results, "survived");
  const drawn = having(results, "killed", "survived").filter(({ operator }) => operator !== "handmade");
  const share = having(drawn, "killed").length / Math.max(drawn.length, 1);
  return [
    ...alive
      .filter(({ id, operator }) => operator === "handmade" || known[id] === undefined)
      .map(({ id }) => `survived without an explanation: ${id}`),
    ...(drawn.length > 0 && share < MIN_KILLED
      ? [`${(100 * share).toFixed(2)} % killed, ${100 * MIN_KILLED} % wanted`]
      : []),
  ];
}

function summary({ results, seed, candidates }: Campaign): string {
  const made = results.filter(({ operator }) => operator === "handmade");
  const drawn = results.filter(({ operator }) => operator !== "handmade");
  const count = (verdict: Outcome["verdict"]) => having(drawn, verdict).length;
  return (
    `mutation: seed ${seed}, ${drawn.length} of ${candidates} mutants drawn: ${count("killed")} killed, ${count("survived")} survived, ` +
    `${count("identical")} identical, ${count("invalid")} do not compile; ${having(made, "killed").length} of ${made.length} made by hand killed`
  );
}

// Hardhat loads every file below test/.
if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
