import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Rows of Markdown, the first one the header, its columns aligned as Prettier aligns them. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const render = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  const [header, ...body] = rows as [readonly string[], ...(readonly string[])[]];
  return [header, rule, ...body].map(render).join("\n");
}

/** A part of a page of the documentation that tests write: between the lines `begin` and `end`. */
export class PublishedTable {
  constructor(
    private readonly page: string,
    private readonly begin: string,
    private readonly end: string,
  ) {}

  /** What the page says; with `UPDATE=1` in the environment it says `table` first. */
  read(table: string): string {
    const path = join(__dirname, "../../docs", this.page);
    const page = readFileSync(path, "utf8");
    const [before, rest] = page.split(this.begin) as [string, string | undefined];
    const [published, after] = (rest ?? "").split(this.end) as [string, string | undefined];
    if (after === undefined) throw new Error(`${path} has no ${this.begin} … ${this.end}`);
    if (process.env["UPDATE"] !== "1") return published.trim();
    writeFileSync(path, `${before}${this.begin}\n\n${table}\n\n${this.end}${after}`);
    return table;
  }
}
