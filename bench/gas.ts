import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPEN_ZEPPELIN } from "./accounts";
import { measure, type Figure } from "./measure";
import { scenarioOf } from "./scenarios";
import { stage } from "./stage";
import { use } from "./systems/ours";

// `npm run gas`: what the README promises. Fails above a promise, or if the README says something else.

/** In words, for the README; and the most gas above the plain owner, from the third use on. */
const PROMISES: readonly { readonly name: string; readonly work: string; readonly limit: number }[] = [
  { name: "call", work: "target, selector, value cap, window", limit: 7_000 },
  { name: "callFees", work: "the same with a fee budget", limit: 11_500 },
  { name: "erc20Total", work: "ERC-20 transfer: recipient rule, total budget", limit: 13_200 },
  { name: "erc20Weekly", work: "ERC-20 transfer: recipient rule, weekly budget", limit: 13_800 },
  { name: "erc20WeeklyFees", work: "the same with a fee budget", limit: 15_000 },
  { name: "batch3", work: "batch of 3 calls", limit: 10_600 },
  { name: "of256", work: "one of 256 permissions, beyond one of one", limit: 5_800 },
];

interface Row {
  readonly promise: (typeof PROMISES)[number];
  readonly figure: Figure;
  /** What is compared with the promise. */
  readonly overhead: number;
}

async function measureAll(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const promise of PROMISES) {
    const on = await stage(OPEN_ZEPPELIN.kind, OPEN_ZEPPELIN.version);
    const { figure } = await measure(await use(on, scenarioOf(promise.name)));
    const less = promise.name === "of256" ? rows[0]!.overhead : 0;
    rows.push({ promise, figure, overhead: figure.overhead - less });
  }
  return rows;
}

const README = join(__dirname, "../README.md");
/** The table in the README, between its markers. */
const TABLE = /(?<=<!-- gas -->\n\n)[^]*?(?=\n\n<!-- \/gas -->)/;
/** How far a figure may be from the one in the README: signatures have more or fewer zero bytes. */
const TOLERANCE = 0.005;

function markdown(rows: readonly Row[]): string {
  const lines = rows.map(({ promise: { work }, overhead }) => `| ${work} | ${overhead} |`);
  return ["| work | gas |", "| --- | ---: |", ...lines].join("\n");
}

/** The figures of a table, in its order. */
function figures(table: string): number[] {
  return [...table.matchAll(/\| +(\d+) +\|$/gm)].map(([, figure]) => Number(figure));
}

/** Writes the table (UPDATE=1) or compares it with what was measured; returns what is wrong. */
function checkReadme(rows: readonly Row[]): string[] {
  const text = readFileSync(README, "utf8");
  if (process.env["UPDATE"] === "1") {
    writeFileSync(README, text.replace(TABLE, markdown(rows)));
    return [];
  }
  const written = figures(TABLE.exec(text)?.[0] ?? "");
  return rows.flatMap(({ promise: { name }, overhead }, i) => {
    const figure = written[i] ?? 0;
    const isClose = Math.abs(overhead - figure) <= overhead * TOLERANCE;
    return isClose ? [] : [`README.md says ${figure} for ${name}, measured ${overhead}: UPDATE=1 npm run gas`];
  });
}

async function main(): Promise<void> {
  const rows = await measureAll();
  console.log("Gas of one operation in a bundle of its own, EntryPoint v0.8 (receipt.gasUsed)\n");
  console.table(
    Object.fromEntries(
      rows.map(({ promise: { name, limit }, figure: { first, gas }, overhead }) => [
        name,
        { "1st use": first, "3rd use": gas, overhead, "at most": limit },
      ]),
    ),
  );
  console.log("overhead: above the plain owner; of256: beyond that of call.");
  const above = rows
    .filter(({ promise, overhead }) => overhead > promise.limit)
    .map(({ promise: { name, limit }, overhead }) => `${name}: ${overhead} gas, at most ${limit} allowed`);
  const failures = [...above, ...checkReadme(rows)];
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
