import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { OPEN_ZEPPELIN, OTHER_HOMES } from "./accounts";
import { CURVES } from "./growth";
import type { Figure } from "./measure";
import type { Results } from "./results";
import { SCENARIOS } from "./scenarios";
import type { Speed } from "./speed";
import { grouped } from "./svg";

const README = join(__dirname, "README.md");
/** What the bench writes, between its markers. */
const SECTION = /(?<=<!-- results -->\n\n)[^]*?(?=\n\n<!-- \/results -->)/;

/** What is done, in words. */
const WORK: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SCENARIOS.map(({ name, work }) => [name, work])),
  enable: "enable a session, by the owner's operation",
  enableAndUse: "enable and use, in the session's first operation",
  revoke: "revoke a session",
  revokeAll: "revoke all sessions",
  uninstall: "uninstall with 100 sessions enabled",
};

type Row = readonly (string | number)[];

/** A Markdown table; numbers are set to the right. */
function table(head: readonly string[], rows: readonly Row[]): string {
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const cell = (value: string | number) => (typeof value === "number" ? grouped(value) : value);
  const line = (row: Row) => `| ${row.map(cell).join(" | ")} |`;
  return [line(head), line(isNumber.map((right) => (right ? "---:" : "---"))), ...rows.map(line)].join("\n");
}

const ratio = (rival: number, ours: number): string => `${(rival / ours).toFixed(rival < 10 * ours ? 1 : 0)}×`;

/** A rival's gas, and how many times ours on the account that it is compared with. */
function beside(rival: Figure | undefined, ours: Figure | undefined): string {
  if (rival === undefined || ours === undefined) return "";
  return `${grouped(rival.overhead)} (${ratio(rival.overhead, ours.overhead)})`;
}

function overheads({ scenarios, accounts, rivals }: Results): string {
  const { biconomyV1, smartSessions, smartSessionsSudo } = rivals;
  const rows = Object.entries(scenarios).map(([name, ours]) => [
    WORK[name] ?? name,
    ours.overhead,
    ...OTHER_HOMES.map(({ id }) => accounts[id]![name]!.overhead),
    beside(biconomyV1?.[name], ours),
    beside(smartSessions?.[name], accounts["nexus"]![name]),
    beside(smartSessionsSudo?.[name], accounts["nexus"]![name]),
  ]);
  const homes = [OPEN_ZEPPELIN, ...OTHER_HOMES].map(({ name }) => name);
  return table(["work", ...homes, "Biconomy v1", "SmartSessions", "SmartSessions, sudo"], rows);
}

const FIGURE_HEAD = [
  "gas",
  "1st use",
  "above the owner",
  "calldata, bytes",
  "cold slots",
  "slots written",
  "new slots",
];

function figureRow({ gas, first, overhead, calldataBytes, coldSlots, writtenSlots, newSlots }: Figure): Row {
  return [gas, first, overhead, calldataBytes, coldSlots, writtenSlots, newSlots];
}

function details({ scenarios, accounts, rivals }: Results): string {
  const systems = { ours: scenarios, ...accounts, ...rivals };
  const rows = Object.keys(scenarios).flatMap((name) =>
    Object.entries(systems).flatMap(([id, figures]) => {
      const figure = figures[name];
      return figure === undefined ? [] : [[`\`${name}\``, id, ...figureRow(figure)]];
    }),
  );
  return table(["work", "system", ...FIGURE_HEAD], rows);
}

function growthTable({ growth }: Results): string {
  return CURVES.map(({ name, work }) => {
    const points = Object.entries(growth[name]!);
    return table([work, ...points.map(([size]) => size)], [["gas above the owner", ...points.map(([, gas]) => gas)]]);
  }).join("\n\n");
}

function rollupTable({ rollup }: Results): string {
  const rows = Object.entries(rollup).flatMap(([scenario, systems]) =>
    Object.entries(systems).map(([id, { raw, deflate, brotli }]) => [`\`${scenario}\``, id, raw, deflate, brotli]),
  );
  return table(["work", "system", "raw", "deflate 9", "brotli 11"], rows);
}

function speedTable(speeds: readonly Speed[]): string {
  const rows = speeds.map(({ permissions, sessions, verdicts, envelopes }) => [
    permissions,
    sessions,
    verdicts,
    envelopes,
  ]);
  return table(["permissions", "sessions built", "verdicts", "envelopes"], rows);
}

/** Writes the tables into `bench/README.md`; returns the one with the ratios. */
export async function writeReadme(results: Results, speeds: readonly Speed[]): Promise<string> {
  const ratios = overheads(results);
  const section = [
    "### Gas above the plain owner",
    ratios,
    "### In full",
    details(results),
    "### Growth",
    growthTable(results),
    "### Bytes on a rollup",
    rollupTable(results),
    "### The SDK, per second",
    speedTable(speeds),
  ].join("\n\n");
  const text = readFileSync(README, "utf8").replace(SECTION, () => section);
  writeFileSync(README, await format(text, { ...(await resolveConfig(README)), filepath: README }));
  return ratios;
}
