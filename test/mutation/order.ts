import type { Mutant, Outcome } from "./mutant";
import { titlesOf, type Reach } from "./reach";
import { secondsOf } from "./suite";

/** Some tests of a file, by their titles, or all of it. */
export interface Step {
  readonly file: string;
  readonly titles?: readonly string[];
}

const MAX_KILLERS = 12;

/** Kills by what was changed (a function, a file of the sources, anything) and by the test, as `file: title`. */
const kills = new Map<string, Map<string, number>>();

/** Learns from a kill: the same test probably kills the neighbours too. */
export function learn({ id, verdict, by }: Outcome): void {
  if (verdict !== "killed" || by === undefined) return;
  for (const place of placesOf(id)) {
    const counts = kills.get(place) ?? new Map<string, number>();
    kills.set(place, counts.set(by, (counts.get(by) ?? 0) + 1));
  }
}

/**
 * All of these test files, at most `limit`; those first that are likely to kill this mutant soon, and before them the very
 * tests that killed its neighbours.
 */
export function ordered(files: readonly string[], id: string, limit: number): Step[] {
  const killers = placesOf(id).flatMap(topKillers);
  const early = new Map<string, Set<string>>();
  for (const by of new Set(killers)) {
    const [file, title] = fileAndTitle(by);
    if (files.includes(file)) early.set(file, (early.get(file) ?? new Set()).add(title));
  }
  const chances = (file: string) =>
    (1 + 10 * killers.filter((by) => fileAndTitle(by)[0] === file).length) / (1 + secondsOf(file));
  const all = [...files].sort((a, b) => chances(b) - chances(a));
  return [
    ...[...early].map(([file, titles]) => ({ file, titles: [...titles] })),
    ...all.slice(0, limit).map((file) => ({ file })),
  ];
}

function topKillers(place: string): string[] {
  const counts = [...(kills.get(place) ?? [])].sort((a, b) => b[1] - a[1]);
  return counts.slice(0, MAX_KILLERS).map(([by]) => by);
}

/** "Budgets.charge: …" is in Budgets.charge, in Budgets, and in "". */
function placesOf(id: string): [string, string, string] {
  const [fn = ""] = id.split(":");
  return [fn, fn.split(".")[0]!, ""];
}

/** The steps without the tests that cannot kill, because they never come to where the mutant is. */
export function reaching(steps: readonly Step[], mutant: Mutant, reach: Reach): Step[] {
  return steps.flatMap(({ file, titles }) => {
    const able = titlesOf(reach, mutant, file);
    if (able === undefined) return [titles === undefined ? { file } : { file, titles }];
    const both = titles === undefined ? able : titles.filter((title) => able.includes(title));
    return both.length === 0 ? [] : [{ file, titles: both }];
  });
}

/** The two parts of the name of a test. */
export function fileAndTitle(by: string): [file: string, title: string] {
  const at = by.indexOf(": ");
  return [by.slice(0, at), by.slice(at + 2)];
}
