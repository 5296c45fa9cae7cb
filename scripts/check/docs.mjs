// Stale documentation is the commonest defect: every path, symbol and npm script in backticks must exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { report } from "./report.mjs";

// Made by a command, so absent from a fresh clone; or the reader's own.
const GENERATED = /^(e2e\/node_modules|node_modules|artifacts|cache|coverage|deployments)(\/|$)|^coverage\.json$/;
const FILE_SUFFIX = /\.(sol|ts|mts|mjs|js|json|md|yml|yaml|sh)$/;
// Functions of other people's contracts, of which the documents warn.
const FOREIGN = new Set(["addSafeSender", "initConfig"]);
const PATH = /^[\w.@-]+(\/[\w.@-]+)*\/?$/;

function markdownFiles() {
  const docs = existsSync("docs") ? readdirSync("docs", { recursive: true }).map((path) => join("docs", path)) : [];
  const top = readdirSync(".").filter((path) => path.endsWith(".md"));
  return [...top, ...docs.filter((path) => path.endsWith(".md"))];
}

/** Inline code only: fenced blocks hold commands and examples. */
function inlineCode(text) {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
}

/** A word with a slash whose first part is a folder of ours, or with the ending of a source file. */
function isOurPath(code) {
  if (!PATH.test(code) || GENERATED.test(code)) return false;
  return FILE_SUFFIX.test(code) || (code.includes("/") && existsSync(code.split("/")[0]));
}

/** Relative links count as paths too. */
function links(text) {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.split("#")[0]);
  return targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

function deadPaths(file) {
  const text = readFileSync(file, "utf8");
  const paths = inlineCode(text).filter(isOurPath);
  const dead = paths.filter((path) => !existsSync(path) && !existsSync(join(dirname(file), path)));
  const deadLinks = links(text).filter((target) => !existsSync(join(dirname(file), target)));
  return [...new Set([...dead, ...deadLinks])].map((path) => `${file}: ${path} does not exist`);
}

/** Every word of our sources, and of the examples in the documents, which the tests run. */
function words(documents) {
  const folders = [
    "contracts",
    "sdk",
    "runner",
    "scripts",
    "cli",
    "test",
    "bench",
    "formal",
    "e2e/support",
    "e2e/test",
    "ignition",
  ].filter((folder) => existsSync(folder));
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((path) => join(folder, path)),
  );
  const read = [
    ...sources.filter((path) => FILE_SUFFIX.test(path) && !path.includes("node_modules")),
    "package.json",
    "hardhat.config.ts",
  ];
  const texts = read.map((path) => readFileSync(path, "utf8"));
  const examples = documents.flatMap((path) => readFileSync(path, "utf8").match(/^(```|~~~)[\s\S]*?^\1/gm) ?? []);
  return new Set([...texts, ...examples].flatMap((text) => text.match(/\w+/g) ?? []));
}

/** A name with a hump or an underscore, or one with brackets behind it: prose has neither. */
function symbolOf(code) {
  const [, name, call] = code.match(/^\.?([A-Za-z_]\w*)(\([^()]*\))?$/) ?? [];
  return name !== undefined && (call !== undefined || /[a-z][A-Z]|\w_\w/.test(name)) ? name : undefined;
}

function deadSymbols(file) {
  const symbols = inlineCode(readFileSync(file, "utf8")).map(symbolOf);
  const dead = symbols.filter((name) => name !== undefined && !WORDS.has(name) && !FOREIGN.has(name));
  return [...new Set(dead)].map((name) => `${file}: ${name} is nowhere in the sources`);
}

/** `npm run x`, `npm test`, in prose and in examples. */
function deadScripts(file) {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = [...readFileSync(file, "utf8").matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
  const dead = named.filter((name) => !(name in scripts));
  return [...new Set(dead)].map((name) => `${file}: there is no npm run ${name}`);
}

const files = markdownFiles();
const WORDS = words(files);
report(
  "docs",
  files.flatMap((file) => [...deadPaths(file), ...deadSymbols(file), ...deadScripts(file)]),
  `${files.length} files, no dead path, symbol or script`,
);
