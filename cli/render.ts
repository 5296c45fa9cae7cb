import Table from "cli-table3";
import type { Context } from "./context";

/** Names and values, the values aligned; further lines of a value are indented. */
export function facts(context: Context, pairs: readonly (readonly [string, string])[]): string {
  const { dim } = context.colours;
  const width = Math.max(...pairs.map(([name]) => name.length));
  const indent = " ".repeat(width + 2);
  const lines = pairs.map(([name, value]) => `${dim(name.padEnd(width))}  ${value.replaceAll("\n", `\n${indent}`)}`);
  return lines.join("\n");
}

/** A table without rules but the one under its titles. */
export function table(context: Context, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const { bold, dim } = context.colours;
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const chars = { ...none, "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
  const made = new Table({
    head: titles.map(bold),
    chars: { ...chars, right: "", "right-mid": "", middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  made.push(...rows.map((row) => [...row]));
  const [head = "", ...lines] = made.toString().split("\n");
  const rule = dim("─".repeat(Math.max(...[head, ...lines].map(visibleLength))));
  return [head, rule, ...lines].map((line) => line.trimEnd()).join("\n");
}

function visibleLength(line: string): number {
  return line.replace(/\u001b\[\d+m/g, "").trimEnd().length;
}

/** JSON of one object; bigints as decimal strings. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}` : part), 2)}\n`;
}
