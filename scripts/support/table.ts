const COLOURS = { green: 32, red: 31, grey: 90, bold: 1 } as const;

/** Colour codes only for a terminal, and never with NO_COLOR (https://no-color.org). */
export function paint(text: string, colour: keyof typeof COLOURS): string {
  const wanted = process.stdout.isTTY && !process.env["NO_COLOR"];
  return wanted ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}

/** A column of a {@link table}. */
export interface Column {
  readonly title: string;
  /** Characters; longer cells are cut with an ellipsis. */
  readonly width: number;
  readonly align?: "left" | "right";
}

/** One line of cells, padded to the columns. `colours` paint whole cells, after padding. */
export function tableLine(
  columns: readonly Column[],
  cells: readonly string[],
  colours: readonly (keyof typeof COLOURS | undefined)[] = [],
): string {
  const parts = columns.map(({ width, align }, index) => {
    const padded = fit(cells[index] ?? "", width, align ?? "left");
    const colour = colours[index];
    return colour === undefined ? padded : paint(padded, colour);
  });
  return parts.join("  ").trimEnd();
}

/** The line of titles and the rule under it. */
export function tableHead(columns: readonly Column[]): string {
  const titles = columns.map(({ title }) => title);
  return `${tableLine(columns, titles)}\n${columns.map(({ width }) => "─".repeat(width)).join("  ")}`;
}

function fit(text: string, width: number, align: "left" | "right"): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === "right" ? cut.padStart(width) : cut.padEnd(width);
}

/** Names and values, the values aligned. */
export function printFacts(facts: readonly (readonly [string, string])[]): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) console.log(`${name.padEnd(width)}  ${value}`);
}
