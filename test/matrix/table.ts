import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EntryPointVersion } from "../../sdk";
import type { AccountKind } from "./ground";

/** Where the table is published, and between which lines. */
const PAGE = join(__dirname, "../../docs/integrating.md");
const BEGIN = "<!-- matrix: begin, written by UPDATE=1 npm run test:matrix -->";
const END = "<!-- matrix: end -->";

/** Where a row puts what it saw. */
export interface Cells {
  works(column: string): void;
  /** The account refuses every operation from that EntryPoint, with this error. */
  refused(column: string, why: string): void;
}

/** Collects what the tests saw, and compares it with what the documentation says. */
export class Table {
  private readonly rows: { readonly head: string[]; readonly cells: Map<string, string>; note: string }[] = [];

  constructor(private readonly columns: readonly string[]) {}

  /** A new row, empty until the tests have run. */
  row(kind: AccountKind, version: EntryPointVersion): Cells {
    const row = { head: [kind.name, `v${version}`], cells: new Map<string, string>(), note: noteOf(kind) };
    this.rows.push(row);
    return {
      works: (column) => row.cells.set(column, "✓"),
      refused: (column, why) => {
        row.cells.set(column, "✗");
        row.note = `the account obeys v0.7 alone: \`${why}\``;
      },
    };
  }

  /** Whether every cell was run. */
  get complete(): boolean {
    return this.rows.every(({ cells }) => cells.size === this.columns.length);
  }

  /** In Markdown, its columns aligned as Prettier aligns them. */
  toString(): string {
    const lines = [
      ["account", "EntryPoint", ...this.columns, "what the account says"],
      ...this.rows.map(({ head, cells, note }) => [
        ...head,
        ...this.columns.map((name) => cells.get(name) ?? ""),
        note,
      ]),
    ];
    const widths = lines[0]!.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
    const render = (line: readonly string[]): string =>
      `| ${line.map((cell, index) => cell.padEnd(widths[index]!)).join(" | ")} |`;
    const rule = widths.map((width) => "-".repeat(width));
    const [header, ...body] = lines as [string[], ...string[][]];
    return [header, rule, ...body].map(render).join("\n");
  }

  /** The table in the documentation; with `UPDATE=1` in the environment it becomes this one first. */
  published(): string {
    const page = readFileSync(PAGE, "utf8");
    const [before, rest] = page.split(BEGIN) as [string, string | undefined];
    const [table, after] = (rest ?? "").split(END) as [string, string | undefined];
    if (after === undefined) throw new Error(`${PAGE} has no ${BEGIN} … ${END}`);
    if (process.env["UPDATE"] !== "1") return table.trim();
    writeFileSync(PAGE, `${before}${BEGIN}\n\n${this.toString()}\n\n${END}${after}`);
    return this.toString();
  }
}

function noteOf({ hides, uninstalled }: AccountKind): string {
  const refused = hides === undefined ? "" : `every refusal of the validator reads \`${hides}\`; `;
  return `${refused}once uninstalled: \`${uninstalled}\``;
}
