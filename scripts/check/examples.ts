import { createRequire } from "node:module";
import { join } from "node:path";
import { takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import * as ts from "typescript";
import { cast, FROM_ETHERS } from "./examples/cast";

// Whatever the package exports, types too, has an @example in front of it that names it, and some example calls every public
// method of a class. All of them, those of members too, are compiled together, with the package's public entries, and each is
// run on a chain as scripts/check/examples/cast.ts leaves it.

const ROOT = join(__dirname, "../..");
/** Entry of the package: its source. */
const ENTRIES: Readonly<Record<string, string>> = {
  "session-keys": "sdk/index.ts",
  "session-keys/deploy": "sdk/deploy.ts",
  "session-keys/handover": "sdk/handover/index.ts",
  "session-keys/keys": "sdk/keys/index.ts",
  "session-keys/presets": "sdk/presets/index.ts",
  "session-keys/runner": "runner/index.ts",
};
/** Entries that everybody imports whole, because their names are common words: `presets.game`. */
const NAMESPACES: Readonly<Record<string, string>> = { "session-keys/presets": "presets" };
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  resolveJsonModule: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
  baseUrl: ROOT,
  paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [path]])),
};

interface Export {
  readonly entry: string;
  readonly name: string;
  readonly isType: boolean;
  readonly examples: readonly string[];
  /** What a class or interface declares itself and lets others see. */
  readonly members: readonly Member[];
}

interface Member {
  readonly name: string;
  readonly isMethodOfClass: boolean;
  readonly examples: readonly string[];
}

function examplesOf(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === "example");
  return tags.map(({ text }) => ts.displayPartsToString(text));
}

function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): Member[] {
  return [...(symbol.members?.values() ?? [])].flatMap((member) => {
    const declaration = member.valueDeclaration;
    if (declaration === undefined || isHidden(declaration)) return [];
    const isMethodOfClass = ts.isMethodDeclaration(declaration);
    return [{ name: member.name, isMethodOfClass, examples: examplesOf(member, checker) }];
  });
}

function isHidden(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  const isPrivate = ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private;
  return isPrivate !== 0 || (name !== undefined && ts.isPrivateIdentifier(name));
}

function exportsOf(program: ts.Program, entry: string): Export[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(ROOT, ENTRIES[entry]!))!;
  return checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    return {
      entry,
      name: exported.name,
      isType: !(symbol.flags & ts.SymbolFlags.Value),
      examples: examplesOf(symbol, checker),
      members: membersOf(symbol, checker),
    };
  });
}

/** An example that does not even name what it stands in front of shows nothing of it. */
function unexplained(all: readonly Export[]): string[] {
  const missing = all.filter(({ name, examples }) => !examples.some((code) => new RegExp(`\\b${name}\\b`).test(code)));
  return missing.map(({ entry, name }) => `${name} of ${entry} has no @example that names it`);
}

/** A method is shown by any example that calls it; one that none calls needs its own. */
function uncalled(all: readonly Export[]): string[] {
  const shown = all.flatMap(snippetsOf).map(({ code }) => code);
  return all.flatMap(({ name: of, members }) =>
    members
      .filter(({ name, isMethodOfClass }) => isMethodOfClass && !shown.some((code) => code.includes(`.${name}(`)))
      .map(({ name }) => `${of}.${name} is called by no @example`),
  );
}

/** Each example of an export and of its members, under a name of its own. */
function snippetsOf({ name, examples, members }: Export): { readonly title: string; readonly code: string }[] {
  const owners = [{ name, examples }, ...members.map((member) => ({ ...member, name: `${name}.${member.name}` }))];
  return owners.flatMap((owner) =>
    owner.examples.map((code, i) => ({ title: `${owner.name}${i || ""}`, code: code.replace(/^```.*$/gm, "") })),
  );
}

/**
 * A module with a function for each example of an entry, in a scope of its own inside of that of the cast. Where two entries
 * have the same name, it means that of this one, or of the first.
 */
function moduleOf(own: string, all: readonly Export[], names: readonly string[]): string {
  const ours = all.filter(({ entry }) => entry === own);
  const named = [...ours, ...all].filter(({ entry }) => !(entry in NAMESPACES)).reverse();
  const meant = new Map(named.map((each) => [each.name, each.entry]));
  const lists = Object.keys(ENTRIES).map((entry) => {
    if (entry in NAMESPACES) return `import * as ${NAMESPACES[entry]} from "${entry}";`;
    const exported = all.filter((each) => each.entry === entry && meant.get(each.name) === entry);
    const list = exported.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(", ");
    return `import { ${list} } from "${entry}";`;
  });
  const functions = ours
    .flatMap(snippetsOf)
    .map(({ title, code }) => `"${title}": async ({ ${names.join(", ")} }: Cast) => {{\n${code}\n}},`);
  return [
    `import { ${FROM_ETHERS.join(", ")} } from "ethers";`,
    'import { generateKeyPairSync } from "node:crypto";',
    `import type { cast } from "./examples/cast";`,
    ...lists,
    "type Cast = Awaited<ReturnType<typeof cast>>;",
    `export const examples: Record<string, (cast: Cast) => Promise<void>> = {\n${functions.join("\n")}\n};`,
  ].join("\n");
}

/** Where the modules would be; none of them is written. */
const GENERATED = join(__dirname, "generated.ts");

function typeErrors(sources: readonly string[]): string[] {
  const files = new Map(sources.map((source, i) => [GENERATED.replace(".ts", `${i}.ts`), source]));
  const host = ts.createCompilerHost(OPTIONS);
  const disk = ts.createCompilerHost(OPTIONS);
  host.fileExists = (path) => files.has(path) || disk.fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const source = files.get(path);
    if (source === undefined) return disk.getSourceFile(path, ...rest);
    return ts.createSourceFile(path, source, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return [...files].flatMap(([path, source]) => errorsIn(program, program.getSourceFile(path)!, source));
}

function errorsIn(program: ts.Program, file: ts.SourceFile, source: string): string[] {
  const errors = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  const lines = source.split("\n");
  return errors.map(({ start = 0, messageText }) => {
    const line = file.getLineAndCharacterOfPosition(start).line;
    const titles = lines.slice(0, line + 1).filter((text) => /^".*": async/.test(text));
    const title = titles[titles.length - 1];
    return `${title?.split(":")[0] ?? "imports"}: ${lines[line]}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

type Examples = Record<string, (cast: unknown) => Promise<void>>;

function load(source: string): Examples {
  const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
  const here = createRequire(GENERATED);
  const required = (path: string): unknown => here(path in ENTRIES ? join(ROOT, ENTRIES[path]!) : path);
  const module = { exports: {} as { examples: Examples } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the examples are ours, and running them is the point
  (new Function("require", "exports", outputText) as (...args: unknown[]) => void)(required, module.exports);
  return module.exports.examples;
}

async function run(examples: readonly Examples[], players: unknown): Promise<string[]> {
  const failed: string[] = [];
  const before = await takeSnapshot();
  for (const [name, example] of examples.flatMap((each) => Object.entries(each))) {
    await example(players).catch((error: unknown) => failed.push(`the example of ${name}: ${String(error)}`));
    await before.restore();
  }
  return failed;
}

async function main(): Promise<void> {
  const players = await cast();
  const program = ts.createProgram(
    Object.values(ENTRIES).map((path) => join(ROOT, path)),
    OPTIONS,
  );
  const all = Object.keys(ENTRIES).flatMap((entry) => exportsOf(program, entry));
  const sources = Object.keys(ENTRIES).map((entry) => moduleOf(entry, all, Object.keys(players)));
  const errors = [...unexplained(all), ...uncalled(all), ...typeErrors(sources)];
  const examples = errors.length > 0 ? [] : sources.map(load);
  const problems = [...errors, ...(await run(examples, players))];
  await players.close();
  for (const problem of problems) console.error(`examples: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`examples: ${examples.flatMap(Object.keys).length} for ${all.length} exports, compiled and run`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
