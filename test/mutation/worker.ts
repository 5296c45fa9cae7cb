import "hardhat";
import { bytecodesOf, CompileError, sourcesOf, TARGETS, type Sources } from "./compiler";
import type { Mutant, Outcome, Patch } from "./mutant";
import { learn, ordered } from "./order";
import { intercept, place, restore } from "./place";
import { firstFailure, newChain, testsOf } from "./suite";
import { numberAt, select, withMutant, withSwitches } from "./switches";

/** What a worker is told to do. */
export type Job =
  { readonly kind: "batch"; readonly mutants: readonly Mutant[] } | { readonly kind: "patch"; readonly patch: Patch };

/** What a worker is told of the others' kills, at any time. */
export interface News {
  readonly kind: "learn";
  readonly outcomes: readonly Outcome[];
}

type Codes = ReadonlyMap<string, string>;

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
  const trusted = new Set<string>();
  for (const [i, mutant] of mutants.entries()) yield judged(mutant, codes, i + 1, trusted);
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

/** A test that kills counts only if it passes on the same code with all mutants off. */
async function judged(mutant: Mutant, codes: Codes, number: number, trusted: Set<string>): Promise<Outcome> {
  const { id, file } = mutant;
  const reached = targetsOf([file]);
  const by = await killer(id, reached, selected(codes, number));
  if (by === undefined) return { id, verdict: isIdentical(mutant, reached) ? "identical" : "survived" };
  if (!trusted.has(by)) {
    await deploy(selected(codes, 0));
    const at = by.indexOf(": ");
    const [killing, title] = [by.slice(0, at), by.slice(at + 2)];
    const failure = await firstFailure(killing, title.includes(" hook ") ? undefined : [title]);
    if (failure !== undefined) throw new Error(`${killing} fails with no mutant on: ${failure}`);
    trusted.add(by);
  }
  return { id, verdict: "killed", by };
}

/** From here on the tests run on this code. */
async function deploy(codes: Codes): Promise<void> {
  place(codes);
  await newChain();
}

function selected(codes: Codes, number: number): Codes {
  return new Map([...codes].map(([name, code]) => [name, select(code, number)]));
}

/** The first test that fails on this code, as `file: title`. */
async function killer(id: string, reached: readonly string[], codes: Codes): Promise<string | undefined> {
  await deploy(codes);
  for (const tier of testsOf(reached)) {
    for (const { file, titles } of ordered(tier, id)) {
      const failure = await firstFailure(file, titles);
      if (failure !== undefined) return `${file}: ${failure}`;
    }
  }
  return undefined;
}

/** Whether the compiler makes the same code of it: then there is nothing to be killed. */
function isIdentical(mutant: Mutant, reached: readonly string[]): boolean {
  const changed = withMutant(sources, mutant);
  return reached.every((name) => codeOf(name, changed) === originalOf(name));
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

async function patched({ id, edits }: Patch): Promise<Outcome> {
  const changed = new Map(sources);
  for (const { file, find, replace } of edits) {
    const parts = changed.get(file)?.split(find) ?? [];
    if (parts.length !== 2)
      throw new Error(`${id}: "${find}" occurs ${parts.length - 1} times in ${file}, once wanted`);
    changed.set(file, parts.join(replace));
  }
  const reached = targetsOf(edits.map(({ file }) => file));
  const by = await killer(id, reached, bytecodesOf(changed, reached));
  return by === undefined ? { id, verdict: "survived" } : { id, verdict: "killed", by };
}

function answer(job: Job | News): void {
  if (job.kind === "learn") return job.outcomes.forEach(learn);
  work(job, (outcome) => process.send!({ outcome })).then(
    () => process.send!({ done: true }),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
}

// Hardhat loads every file below test/.
if (require.main === module) {
  // Each loaded test file holds listeners of its own.
  process.setMaxListeners(0);
  // A test that is cut off may leave something behind that fails later, when nobody waits for it.
  process.on("unhandledRejection", () => undefined);
  process.on("message", answer);
  intercept();
}
