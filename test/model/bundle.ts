import { expect } from "chai";
import { decodeExecute, ENTRY_POINTS, type FailedOp, type Judged, type Verdict } from "../../sdk";
import { expectLawful } from "../helpers/lawful";
import { comparable } from "../parity/comparable";
import { build, type Attempt } from "./attempts";
import type { BundleOutcome, Chain, Executed } from "./chain";
import { expectAnswer, expectSound } from "./invariants";
import { observe } from "./observation";
import type { Attempted, Granted, Reference } from "./reference";

/** Why the EntryPoint will refuse a bundle, without what is not worth comparing. */
type Refusal = Pick<FailedOp, "opIndex" | "aa"> & { readonly error?: unknown };

/** What the model expects of a bundle; `first` is what the validator says of its first operation, by itself. */
type Foreseen = { readonly first: Verdict } & (
  { readonly verdicts: readonly Judged[] } | { readonly refusal: Refusal }
);

/** Sends the attempts as one bundle, and compares what happens with what the model foresees. */
export async function sendAttempts(reference: Reference, chain: Chain, attempts: readonly Attempt[]): Promise<void> {
  const { next: now, statistics } = chain;
  const built: Attempted[] = [];
  for (const one of attempts) built.push(await build(reference, one, now));
  const foreseen = foresee(reference, built, now);
  await expectAnswer(chain, built[0]!, foreseen.first);
  if ("verdicts" in foreseen && statistics.isTraced()) await expectTraced(chain, built);

  const before = await observe(reference, chain, built);
  const outcome = await chain.bundle(built.map(({ op }) => op));
  if ("refusal" in foreseen) {
    expect(refusalIn(outcome), describe(built)).to.deep.equal(foreseen.refusal);
    const { aa, error } = foreseen.refusal;
    statistics.refused(built.length, error === undefined ? aa : nameOf(error));
    expect(await observe(reference, chain, built), "a refused bundle changes nothing (I10)").to.deep.equal(before);
    return;
  }
  const executed = executedIn(outcome, built);
  statistics.accepted(built.length, executed.filter(({ success }) => !success).length);
  settle(reference, built, foreseen.verdicts, executed, now);
  await expectSound(reference, chain, built, before, executed, now);
}

/** One operation after the other, as the EntryPoint validates them; the first that fails takes the others with it. */
function foresee(reference: Reference, built: readonly Attempted[], now: number): Foreseen {
  const first = reference.judge(built[0]!, now);
  const verdicts: Judged[] = [];
  const states = new Map<Granted, Pick<Granted, "status" | "usage">>();
  const used = new Set(reference.accepted.map(({ op }) => op.nonce));
  for (const [opIndex, attempted] of built.entries()) {
    const { op, granted } = attempted;
    const { listed } = reference.actorOf(op.sender);
    const stored = { ...reference.stateOf(granted), ...states.get(granted) };
    const verdict = opIndex === 0 ? first : reference.judge(attempted, now, stored);
    // An account that does not list the validator never asks it, and takes the signature for a wrong one of its own.
    if (listed && verdict.outcome === "refused") {
      return { first, refusal: { opIndex, aa: "AA23", error: comparable(verdict.name, verdict.args) } };
    }
    if (used.has(op.nonce)) return { first, refusal: { opIndex, aa: "AA25" } };
    if (!listed || verdict.outcome !== "accepted") return { first, refusal: { opIndex, aa: "AA24" } };
    if (verdict.timely !== true) return { first, refusal: { opIndex, aa: "AA22" } };
    used.add(op.nonce);
    states.set(granted, { status: verdict.status, usage: verdict.usage });
    verdicts.push(verdict);
  }
  return { first, verdicts };
}

function refusalIn(outcome: BundleOutcome): Refusal | undefined {
  if ("executed" in outcome) return undefined;
  const { opIndex, aa, name, args } = outcome.failed;
  return { opIndex, aa, ...(name === undefined ? {} : { error: comparable(name, args ?? []) }) };
}

function executedIn(outcome: BundleOutcome, built: readonly Attempted[]): readonly Executed[] {
  if ("executed" in outcome) return outcome.executed;
  expect.fail(
    `the EntryPoint refuses what the model accepts: ${JSON.stringify(refusalIn(outcome), bigints)}, ${describe(built)}`,
  );
}

/** The model takes note: usage by the validation of each operation, then the calls, which may fail. */
function settle(
  reference: Reference,
  built: readonly Attempted[],
  verdicts: readonly Judged[],
  executed: readonly Executed[],
  now: number,
): void {
  for (const [index, attempted] of built.entries()) {
    const { granted, op } = attempted;
    const actor = reference.actorOf(op.sender);
    const alive = !granted.dead && actor.installed && !actor.paused && now <= granted.session.validUntil;
    expect(alive, `an operation of a dead session was accepted (I4): ${describe(built)}`).to.equal(true);
    granted.status = verdicts[index]!.status;
    granted.usage = verdicts[index]!.usage;
    reference.accepted.push(attempted);
  }
  for (const [index, { op, granted }] of built.entries()) {
    const { success, actualGasCost } = executed[index]!;
    const expected = reference.execute(op.sender, decodeExecute(op.callData));
    expect(success, `whether the calls succeed: ${describe(built)}`).to.equal(expected);
    granted.fees += actualGasCost;
  }
}

async function expectTraced(chain: Chain, built: readonly Attempted[]): Promise<void> {
  await chain.tick();
  await expectLawful(chain.world.bundler, ENTRY_POINTS["0.8"], built[0]!.op);
}

function describe(built: readonly Attempted[]): string {
  return built.map(({ granted, note }) => `session ${granted.number} (${note})`).join(", ");
}

function nameOf(error: unknown): string {
  return Array.isArray(error) ? String(error[0]) : String(error);
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
