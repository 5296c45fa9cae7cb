// Stale documentation is the commonest defect: every path in backticks must exist, and docs/errors.md and the interface must
// name the same errors.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { report } from "./report.mjs";

const INTERFACE = "contracts/interfaces/ISessionKeyValidator.sol";
const CATALOGUE = "docs/errors.md";
// Made by a command, so absent from a fresh clone; or the reader's own.
const GENERATED = /^(node_modules|artifacts|cache|coverage|deployments)(\/|$)|^coverage\.json$/;
const FILE_SUFFIX = /\.(sol|ts|mts|mjs|js|json|md|yml|yaml|sh)$/;
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

/** An error is documented where its name is code, with or without arguments: `NotSender` or `NotSender(address,address)`. */
function errorMismatches() {
  if (!existsSync(CATALOGUE) || !existsSync(INTERFACE)) return [];
  const declared = [...readFileSync(INTERFACE, "utf8").matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name);
  const catalogue = readFileSync(CATALOGUE, "utf8");
  const named = inlineCode(catalogue).map((code) => code.match(/^(\w+)(\(.*\))?$/)?.[1]);
  // The first cell of a table row, or a heading, claims that an error of that name exists.
  const claimed = [...catalogue.matchAll(/^(?:\||#+)\s*`(\w+)(?:\([^`]*\))?`/gm)].map(([, name]) => name);
  const missing = declared.filter((name) => !named.includes(name));
  const unknown = claimed.filter((name) => !declared.includes(name) && !isErrorElsewhere(name));
  return [
    ...missing.map((name) => `${CATALOGUE}: error ${name} of ${INTERFACE} is missing`),
    ...unknown.map((name) => `${CATALOGUE}: error ${name} is not declared in ${INTERFACE}`),
  ];
}

/** The catalogue may also list the errors of the other contracts of this repository. */
function isErrorElsewhere(name) {
  const sources = readdirSync("contracts", { recursive: true }).filter((path) => path.endsWith(".sol"));
  const declaration = new RegExp(`^\\s*error ${name}\\(`, "m");
  return sources.some((path) => declaration.test(readFileSync(join("contracts", path), "utf8")));
}

const files = markdownFiles();
report(
  "docs",
  [...files.flatMap(deadPaths), ...errorMismatches()],
  `${files.length} files, no dead path, errors agree`,
);
