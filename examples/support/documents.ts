import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../scripts/support/cli";
import type { Outcome } from "./example";
import type { Row } from "./play";

const ROOT = join(__dirname, "../..");
const FOLDER = "examples";
const BEGIN = "<!-- prettier-ignore-start -->\n<!-- written by UPDATE=1 npm run examples -->";
const END = "<!-- prettier-ignore-end -->";

/**
 * What the examples did, between the markers of the documents: the table in README.md and examples/README.md, and of each use case its
 * sessions in words. With `UPDATE=1` it is written; without, a {@link UserError} names what is out of date.
 */
export function keepDocuments(
  outcomes: readonly Outcome[],
  root = ROOT,
  update = process.env["UPDATE"] !== undefined,
): void {
  const documents = [
    [join(root, "README.md"), tableOf(outcomes, `${FOLDER}/`)] as const,
    [join(root, FOLDER, "README.md"), tableOf(outcomes)] as const,
    ...outcomes.map(({ example, texts }) => [join(root, FOLDER, example.name, "README.md"), inWords(texts)] as const),
  ];
  const stale = documents.filter(([path, block]) => !keep(path, block, update)).map(([path]) => path);
  if (stale.length > 0) throw new UserError(`out of date: ${stale.join(", ")}; UPDATE=1 npm run examples writes them`);
}

/** Whether the document has this block, or has it now. */
function keep(path: string, block: string, update: boolean): boolean {
  const text = readFileSync(path, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) return false;
  const fresh = `${text.slice(0, begin)}${BEGIN}\n\n${block}\n\n${text.slice(end)}`;
  if (text !== fresh && update) writeFileSync(path, fresh);
  return text === fresh || update;
}

function inWords(texts: readonly string[]): string {
  return texts.map((text) => `\`\`\`text\n${text}\n\`\`\``).join("\n\n");
}

/** A row for each use case; `from` leads to the folder of all examples. */
export function tableOf(outcomes: readonly Outcome[], from = ""): string {
  const rows = outcomes.map(({ example: { name, title, on }, rows: all }) => {
    const done = all.filter(({ error }) => error === undefined);
    const refused = all.filter(({ error }) => error !== undefined);
    const link = `[${title}](${from}${name}/README.md)<br>on ${on}`;
    return `| ${link} | ${done.map(titleOf).join("<br>")} | ${refused.map(titleOf).join("<br>")} |`;
  });
  return ["| use case | done by the session key | refused by the chain |", "| --- | --- | --- |", ...rows].join("\n");
}

function titleOf({ title, error }: Row): string {
  return error === undefined ? title : `${title} (\`${error}\`)`;
}
