import { paint, tableHead, tableLine, type Column } from "../support/table";
import type { Chapter, Outcome, Step } from "./step";

const NUMBER = 12;
const GOT = 54;
const WIDTH = 119;
const COLUMNS: readonly Column[] = [
  { title: " ", width: 1 },
  { title: "what the session key tries", width: 40 },
  { title: "expected", width: 19 },
  { title: numbers("got", "gas", "plain owner", "more"), width: GOT },
];

/** The head of the table: 120 characters wide. */
export function printHead(): void {
  console.log(tableHead(COLUMNS));
}

/** One line for a step, two if the reason is long. */
export function printOutcome({ title, expected }: Step, outcome: Outcome): void {
  const { ok, got, gas, reason = got } = outcome;
  const [first = "", ...rest] = gas
    ? [numbers(got, amount(gas.session), amount(gas.owner), `+${amount(gas.session - gas.owner)}`)]
    : wrap(reason, /(?<=,) /, GOT - 2);
  const colour = ok ? "green" : "red";
  console.log(tableLine(COLUMNS, [ok ? "✓" : "✗", title, expected, first], [colour, undefined, "grey", undefined]));
  for (const line of rest) console.log(tableLine(COLUMNS, ["", "", "", `  ${line}`]));
}

/** The heading of a chapter: its name and the terms of its session. */
export function printTitle({ title, terms }: Chapter): void {
  console.log(`\n${paint(title, "bold")}`);
  for (const line of terms.split("\n").flatMap((text) => wrap(text, / (?=\S)/, WIDTH))) console.log(line);
}

function numbers(got: string, ...cells: readonly string[]): string {
  return got.padEnd(GOT - cells.length * NUMBER) + cells.map((cell) => cell.padStart(NUMBER)).join("");
}

function amount(gas: bigint): string {
  return gas.toLocaleString("en-US");
}

/** Breaks a text where `separator` says, into lines of at most `width` characters where that is possible. */
function wrap(text: string, separator: RegExp, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(separator)) {
    const last = lines.length - 1;
    const joined = `${lines[last] ?? ""} ${part}`;
    if (last >= 0 && joined.length <= width) lines[last] = joined;
    else lines.push(part);
  }
  return lines;
}
