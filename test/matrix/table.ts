import type { EntryPointVersion } from "../../sdk";
import { markdownTable, PublishedTable } from "../helpers/page";
import type { AccountKind } from "./ground";

const PUBLISHED = new PublishedTable(
  "integrating.md",
  "<!-- matrix: begin, written by UPDATE=1 npm run test:matrix -->",
  "<!-- matrix: end -->",
);

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

  /** In Markdown. */
  toString(): string {
    return markdownTable([
      ["account", "EntryPoint", ...this.columns, "what the account says"],
      ...this.rows.map(({ head, cells, note }) => [
        ...head,
        ...this.columns.map((name) => cells.get(name) ?? ""),
        note,
      ]),
    ]);
  }

  /** The table in the documentation; with `UPDATE=1` in the environment it becomes this one first. */
  published(): string {
    return PUBLISHED.read(this.toString());
  }
}

function noteOf({ hides, uninstalled }: AccountKind): string {
  const refused = hides === undefined ? "" : `every refusal of the validator reads \`${hides}\`; `;
  return `${refused}once uninstalled: \`${uninstalled}\``;
}
