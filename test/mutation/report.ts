import { writeFileSync } from "node:fs";
import { handmade } from "./handmade";
import { explanations, having, type Campaign, type Result } from "./results";

const PAGE = "docs/mutation.md";

/** Writes `docs/mutation.md`. */
export function writeReport(campaign: Campaign): void {
  const drawn = campaign.results.filter(({ operator }) => operator !== "handmade");
  const counted = having(drawn, "killed", "survived");
  const text = [
    INTRODUCTION,
    summary(campaign, drawn, counted),
    "## By operator",
    table(counted, "operator", ({ operator }) => operator),
    "## By file",
    table(counted, "file", ({ file }) => `\`${file}\``),
    "## Survivors",
    survivors(counted),
    "## Bugs of others, made again",
    "Each is a file of `test/mutation/handmade/`; the ids are those of the attack catalogue. All are killed.",
    incidents(campaign.results),
  ];
  writeFileSync(PAGE, `${text.join("\n\n")}\n`);
}

const INTRODUCTION = `# Mutation

Do the tests notice when the contracts are wrong? \`npm run mutation\` changes the contracts in one small place at a time, runs the
tests of \`test/contracts/\` and \`test/attacks/\` (and for what these let live, those of \`test/parity/\` and \`test/integration/\`), and
demands that one fails. This page is written by that command; \`test/mutation/campaign.json\` names the test that killed each mutant.

- Mutants are made from solc's syntax tree, inside of function bodies, assembly included. Named constants are changed where they
  are used.
- Many mutants are compiled into one code, each behind a switch; a word in the bytecode says which is on. A kill counts only if the
  same test passes on that code with all switches off.
- What the compiler refuses is no mutant, and neither is what it turns into the very bytecode of the original.
- Tests of measured numbers (\`@gas\`, \`@size\`) and long loops over one kind of input (\`@mass\`) do not take part.
- \`npm run mutation -- --sample\` runs a part of the same mutants, and all of those made by hand.`;

function summary(campaign: Campaign, drawn: readonly Result[], counted: readonly Result[]): string {
  const killed = having(counted, "killed").length;
  const [invalid, identical] = [having(drawn, "invalid").length, having(drawn, "identical").length];
  return (
    `Of ${campaign.candidates} possible mutants ${drawn.length} were drawn (seed ${campaign.seed}): ${invalid} do not compile, ` +
    `${identical} are the same bytecode, ${counted.length} count. **${killed} are killed: ${percent(killed, counted.length)}.** ` +
    `The other ${counted.length - killed} are explained below: no input tells them from the original.`
  );
}

function table(results: readonly Result[], head: string, of: (result: Result) => string): string {
  const names = [...new Set(results.map(of))].sort();
  const rows = names.map((name) => {
    const all = results.filter((result) => of(result) === name);
    return [name, all.length, having(all, "killed").length, having(all, "survived").length];
  });
  return markdown([head, "mutants", "killed", "survived"], rows);
}

function survivors(results: readonly Result[]): string {
  const reasons = explanations();
  const rows = having(results, "survived").map(({ id }) => [code(id), reasons[id] ?? "**not explained**"]);
  return markdown(["mutant", "why no test can kill it"], rows);
}

function incidents(results: readonly Result[]): string {
  const outcomes = new Map(results.map((result) => [result.id, result]));
  const rows = handmade().map(({ id, incident }) => [id, incident, outcomes.get(id)?.by ?? "**not killed**"]);
  return markdown(["id", "what happened", "killed by"], rows);
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [
    head,
    head.map(() => "---"),
    ...rows.map((row) => row.map((cell) => String(cell).replaceAll("|", "\\\\|"))),
  ];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** Rounded down: 96.99 % is not 97 %. */
function percent(part: number, whole: number): string {
  return `${(Math.floor((part / whole) * 10_000) / 100).toFixed(2)} %`;
}
