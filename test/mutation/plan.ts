import { createHash } from "node:crypto";
import type { Mutant } from "./mutant";

/** As many mutants as can be had, the same ones for the same seed: every file and every operator gets its turn. */
export function draw(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const buckets = new Map<string, Mutant[]>();
  for (const mutant of shuffled(mutants, seed)) {
    const key = `${mutant.file} ${mutant.operator}`;
    buckets.set(key, [...(buckets.get(key) ?? []), mutant]);
  }
  const drawn: Mutant[] = [];
  for (let round = 0; drawn.length < Math.min(count, mutants.length); ++round) {
    const next = [...buckets.values()].flatMap((bucket) => bucket.slice(round, round + 1));
    drawn.push(...next.slice(0, count - drawn.length));
  }
  return shuffled(drawn, seed);
}

/** Groups of mutants that do not overlap, so that one code can hold them all; of at most `capacity`. */
export function batchesOf(mutants: readonly Mutant[], capacity: number): Mutant[][] {
  const batches: Mutant[][] = [];
  for (const mutant of mutants) {
    const room = batches.find((batch) => batch.length < capacity && !batch.some((other) => overlaps(mutant, other)));
    if (room === undefined) batches.push([mutant]);
    else room.push(mutant);
  }
  return batches;
}

function overlaps(one: Mutant, other: Mutant): boolean {
  return one.file === other.file && one.start < other.end && other.start < one.end;
}

/** In an order that depends on the seed and on each mutant itself, so that a change elsewhere does not draw others. */
function shuffled(mutants: readonly Mutant[], seed: number): Mutant[] {
  const lots = new Map(mutants.map(({ id }) => [id, createHash("sha256").update(`${seed} ${id}`).digest("hex")]));
  return [...mutants].sort((a, b) => (lots.get(a.id)! < lots.get(b.id)! ? -1 : 1));
}
