import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pickTime } from "../sdk";
import { enable, operation, ownerOperation, send, sessionOf } from "../test/helpers/operations";
import { now, world } from "../test/helpers/world";
import { ALICE, SCENARIOS, type Scenario } from "./scenarios";

/** The scenarios in words, for the README. */
const WORK: Readonly<Record<string, string>> = {
  call: "target, selector, value cap, window",
  callFees: "the same with a fee budget",
  erc20Total: "ERC-20 transfer: recipient rule, total budget",
  erc20Weekly: "ERC-20 transfer: recipient rule, weekly budget",
  erc20WeeklyFees: "the same with a fee budget",
  batch3: "batch of 3 calls",
  of256: "one of 256 permissions, beyond one of one",
};

interface Row {
  readonly name: string;
  readonly first: bigint;
  readonly second: bigint;
  readonly plain: bigint;
  readonly overhead: bigint;
  readonly limit: bigint;
}

/** Gas of the first two operations of a session, and of the second of the plain owner, each in a world of its own. */
async function measure({ name, limit: allowed, calls, terms }: Scenario): Promise<Row> {
  const w = await world();
  await w.token.mint(ALICE, 1n);
  await send(w, await ownerOperation(w, calls(w)));
  const plain = (await send(w, await ownerOperation(w, calls(w)))).receipt.gasUsed;

  const { permissions, ...rest } = terms(w);
  const session = await sessionOf(w, permissions, rest);
  await enable(w, session);
  const time = pickTime(session, permissions, await now());
  const options = time === undefined ? {} : { time };
  const first = (await send(w, await operation(w, session, calls(w), options))).receipt.gasUsed;
  const second = (await send(w, await operation(w, session, calls(w), options))).receipt.gasUsed;
  return { name, first, second, plain, overhead: second - plain, limit: allowed };
}

const README = join(__dirname, "../README.md");
/** The table in the README, between its markers. */
const TABLE = /(?<=<!-- gas -->\n\n)[^]*?(?=\n\n<!-- \/gas -->)/;
/** How far a figure may be from the one in the README: signatures have more or fewer zero bytes. */
const TOLERANCE = 0.005;

function markdown(rows: readonly Row[]): string {
  const lines = rows.map(({ name, overhead }) => `| ${WORK[name] ?? name} | ${overhead} |`);
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
  return rows.flatMap(({ name, overhead }, i) => {
    const figure = written[i] ?? 0;
    const isClose = Math.abs(Number(overhead) - figure) <= Number(overhead) * TOLERANCE;
    return isClose ? [] : [`README.md says ${figure} for ${name}, measured ${overhead}: UPDATE=1 npm run gas`];
  });
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) rows.push(await measure(scenario));
  const call = rows[0]!.overhead;
  const judged = rows.map((row) => (row.name === "of256" ? { ...row, overhead: row.overhead - call } : row));
  console.log("Gas of one operation in a bundle of its own, EntryPoint v0.8 (receipt.gasUsed)\n");
  console.table(
    Object.fromEntries(
      judged.map((r) => [
        r.name,
        {
          "1st use": Number(r.first),
          "2nd use": Number(r.second),
          "plain owner": Number(r.plain),
          overhead: Number(r.overhead),
          "at most": Number(r.limit),
        },
      ]),
    ),
  );
  console.log("of256: overhead beyond that of call.");
  const above = judged
    .filter(({ overhead, limit }) => overhead > limit)
    .map(({ name, overhead, limit }) => `${name}: ${overhead} gas, at most ${limit} allowed`);
  const failures = [...above, ...checkReadme(judged)];
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
