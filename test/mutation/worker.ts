import hre from "hardhat";
import { bytecodesOf, CompileError, sourcesOf, TARGETS, type Sources } from "./compiler";
import type { Mutant, Outcome, Patch } from "./mutant";
import { fileAndTitle, learn, ordered, reaching } from "./order";
import { intercept, place, restore } from "./place";
import type { Reach } from "./reach";
import { firstFailure, newChain, testsOf } from "./suite";
import { numberAt, select, withMutant, withSwitches } from "./switches";

/** What a worker is told to do. */
export type Job =
  { readonly kind: "batch"; readonly mutants: readonly Mutant[] } | { readonly kind: "patch"; readonly patch: Patch };

/** What a worker is told at any time: what killed elsewhere, and which tests reach what. */
export interface News {
  readonly kind: "news";
  readonly outcomes: readonly Outcome[];
  readonly reach?: Reach;
}

/** Whole test files that a mutant gets at first, behind the tests that killed its neighbours. */
const QUICK_STEPS = 3;

type Codes = ReadonlyMap<string, string>;

let reach: Reach | undefined;

const sources = sourcesOf(Object.values(TARGETS));
/** The files that each contract consists of. */
const closures = new Map(Object.entries(TARGETS).map(([name, path]) => [name, sourcesOf([path])]));

function targetsOf(files: readonly string[]): string[] {
  return Object.keys(TARGETS).filter((name) => files.some((file) => closures.get(name)!.has(file)));
}

/** Does the job, and tells of each outcome as soon as it is known. */
async function work(job: Job, tell: (outcome: Outcome) => void): Promise<void> {
  const found = job.kind === "patch" ? [await patched(job.patch)] : batch(job.mutants);
  for await (const outcome of found) {
    learn(outcome);
    tell(outcome);
  }
  restore();
}

/** All mutants of the batch in one code; what the compiler refuses is left out. */
async function* batch(mutants: readonly Mutant[]): AsyncGenerator<Outcome> {
  const changed = withSwitches(sources, mutants);
  let codes: Codes;
  try {
    codes = bytecodesOf(changed, targetsOf(mutants.map(({ file }) => file)));
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return yield* smaller(mutants, refused(changed, error));
  }
  yield* judge(mutants, codes);
}

/** First the tests that probably kill, for each mutant, then for those that are left the whole suite. */
async function* judge(mutants: readonly Mutant[], codes: Codes): AsyncGenerator<Outcome> {
  const bench: Bench = { codes, trusted: new Set(), unfit: new Set() };
  let left = mutants.map((mutant, i) => ({ mutant, number: i + 1 }));
  for (const steps of [QUICK_STEPS, Infinity]) {
    const alive: typeof left = [];
    for (const { mutant, number } of left) {
      const by = await confirmedKiller(mutant, number, bench, steps);
      if (by === undefined) alive.push({ mutant, number });
      else yield { id: mutant.id, verdict: "killed", by };
    }
    left = alive;
  }
  for (const { mutant } of left) yield { id: mutant.id, verdict: isIdentical(mutant) ? "identical" : "survived" };
}

/** The numbers of the mutants that the compiler complains about; none if it does not say where. */
function refused(changed: Sources, error: CompileError): Set<number | undefined> {
  return new Set(error.errors.map(({ sourceLocation: at }) => at && numberAt(changed.get(at.file) ?? "", at.start)));
}

async function* smaller(mutants: readonly Mutant[], bad: ReadonlySet<number | undefined>): AsyncGenerator<Outcome> {
  const rest = mutants.filter((_, i) => !bad.has(i + 1));
  const invalid = rest.length < mutants.length ? mutants.filter((_, i) => bad.has(i + 1)) : mutants.slice(0, 1);
  if (rest.length === mutants.length && mutants.length > 1) {
    const half = mutants.length >> 1;
    yield* batch(mutants.slice(0, half));
    return yield* batch(mutants.slice(half));
  }
  for (const { id } of invalid) yield { id, verdict: "invalid" };
  if (rest.length > 0 && rest.length < mutants.length) yield* batch(rest);
}

/** A code with many mutants, and what is known of the tests on it. */
interface Bench {
  readonly codes: Codes;
  /** Tests that pass with all mutants off. */
  readonly trusted: Set<string>;
  /** Files with a test that does not: the SDK's own gas limits, say, fit the code that is shipped, which has no switches. */
  readonly unfit: Set<string>;
}

/** The first test that kills and that passes on the same code with all mutants off. */
async function confirmedKiller(
  mutant: Mutant,
  number: number,
  bench: Bench,
  steps: number,
): Promise<string | undefined> {
  for (;;) {
    const by = await killer(mutant, targetsOf([mutant.file]), selected(bench.codes, number), steps, bench.unfit);
    if (by === undefined || (await passesWithoutMutants(by, bench))) return by;
    bench.unfit.add(fileAndTitle(by)[0]);
    console.log(`not fit for code with switches: ${by}`);
  }
}

async function passesWithoutMutants(by: string, { codes, trusted }: Bench): Promise<boolean> {
  if (trusted.has(by)) return true;
  await deploy(selected(codes, 0));
  const [file, title] = fileAndTitle(by);
  const failure = await firstFailure(file, title.includes(" hook ") ? undefined : [title]);
  if (failure === undefined) trusted.add(by);
  return failure === undefined;
}

/** From here on the tests run on this code. */
async function deploy(codes: Codes): Promise<void> {
  place(codes);
  await newChain();
}

function selected(codes: Codes, number: number): Codes {
  return new Map([...codes].map(([name, code]) => [name, select(code, number)]));
}

/** The first test that fails on this code, as `file: title`; `limit` is how many steps of each tier are taken. */
async function killer(
  change: Mutant | Patch,
  reached: readonly string[],
  codes: Codes,
  limit = Infinity,
  unfit: ReadonlySet<string> = new Set(),
): Promise<string | undefined> {
  await deploy(codes);
  for (const tier of limit === Infinity ? testsOf(reached) : testsOf(reached).slice(0, 1)) {
    const fit = tier.filter((file) => !unfit.has(file));
    const steps = ordered(fit, change.id, limit);
    for (const { file, titles } of reach && "form" in change ? reaching(steps, change, reach) : steps) {
      const failure = await firstFailure(file, titles);
      if (failure !== undefined) return `${file}: ${failure}`;
    }
  }
  return undefined;
}

/** Whether the compiler makes the same code of it: then there is nothing to be killed. */
function isIdentical(mutant: Mutant): boolean {
  const changed = withMutant(sources, mutant);
  return targetsOf([mutant.file]).every((name) => codeOf(name, changed) === originalOf(name));
}

const originals = new Map<string, string>();

function originalOf(name: string): string {
  const code = originals.get(name) ?? codeOf(name, sources);
  originals.set(name, code);
  return code;
}

/** The code of a contract, made of the files that it needs and no other. */
function codeOf(name: string, all: Sources): string {
  const own = new Map([...closures.get(name)!.keys()].map((path) => [path, all.get(path)!]));
  return bytecodesOf(own, [name]).get(name)!;
}

async function patched(patch: Patch): Promise<Outcome> {
  const { id, edits } = patch;
  const changed = new Map(sources);
  for (const { file, find, replace } of edits) {
    const parts = changed.get(file)?.split(find) ?? [];
    if (parts.length !== 2)
      throw new Error(`${id}: "${find}" occurs ${parts.length - 1} times in ${file}, once wanted`);
    changed.set(file, parts.join(replace));
  }
  const reached = targetsOf(edits.map(({ file }) => file));
  const by = await killer(patch, reached, bytecodesOf(changed, reached));
  return by === undefined ? { id, verdict: "survived" } : { id, verdict: "killed", by };
}

function answer(job: Job | News): void {
  if (job.kind === "news") {
    reach = job.reach ?? reach;
    return job.outcomes.forEach(learn);
  }
  work(job, (outcome) => process.send!({ outcome })).then(
    () => process.send!({ done: true }),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
}

// Hardhat loads every file below test/.
if (require.main === module) {
  // As for coverage: code with switches is not the code that is shipped, and traces take half of the time.
  Object.assign(hre, { __SOLIDITY_COVERAGE_RUNNING: true });
  // Each loaded test file holds listeners of its own.
  process.setMaxListeners(0);
  // A test that is cut off may leave something behind that fails later, when nobody waits for it.
  process.on("unhandledRejection", () => undefined);
  process.on("message", answer);
  intercept();
}
