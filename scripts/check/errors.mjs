// One error, one story: the ABI, docs/errors.md and the SDK's `explain` name the same errors, with the same arguments.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "./report.mjs";

const INTERFACE = "contracts/interfaces/ISessionKeyValidator.sol";
const CATALOGUE = "docs/errors.md";
const EXPLANATIONS = "sdk/explain/validatorErrors.ts";
const CODES = "sdk/explain/codes.ts";

const read = (path) => readFileSync(path, "utf8");
const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found);

function files(folder, suffix) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(suffix))
    .map((path) => join(folder, path));
}

/** `error Name(type name, …)` as the catalogue writes it, of a Solidity file. */
function solidityErrors(path) {
  return matches(read(path), /^\s*error (\w+\([^)]*\))/gm).map((error) => error.replace(/\s+/g, " "));
}

/** The first cell of every row: `Name(type name, …)` or a code. */
const documented = matches(read(CATALOGUE), /^\| `([^`]+)`/gm);

function missing(wanted, found, where) {
  return wanted.filter((name) => !found.includes(name)).map((name) => `${where}: ${name} is missing`);
}

function compare(wanted, found, where, source) {
  const unknown = missing(found, wanted, source);
  return [...missing(wanted, found, where), ...unknown.map((problem) => `${problem}, and ${where} has it`)];
}

const nameOf = (error) => error.split("(")[0];
const contracts = files("contracts", ".sol").filter((path) => !path.includes("mocks"));
const raised = [...new Set(contracts.flatMap(solidityErrors))];

const explained = matches(read(EXPLANATIONS).split("VALIDATOR_EXPLANATIONS")[1], /^ {2}(\w+):/gm);

/** The keys of one of the tables of codes, and the `code`s in it. */
function tableOf(name) {
  const body = read(CODES).split(`const ${name}`)[1].split("\n};")[0];
  return { keys: matches(body, /^ {2}\[?"?([\w-]+)"?\]?:/gm), codes: matches(body, /code: "(\w+)"/g) };
}

const answers = [...tableOf("RPC_CODES").codes, ...tableOf("CLIENT_CODES").codes];
const thrown = files("sdk", ".ts").flatMap((path) =>
  matches(read(path), /(?:SessionKeyError|refuse)\(\s*"([A-Z_]+)"/g),
);
const codes = [...new Set([...tableOf("AA_CODES").keys, ...answers, ...thrown])];

report(
  "errors",
  [
    ...compare(
      raised,
      documented.filter((row) => row.includes("(")),
      CATALOGUE,
      "contracts/",
    ),
    ...compare(solidityErrors(INTERFACE).map(nameOf), explained, EXPLANATIONS, INTERFACE),
    ...compare(
      codes,
      documented.filter((row) => !row.includes("(")),
      CATALOGUE,
      "sdk/",
    ),
    ...missing(tableOf("SDK_REMEDIES").keys, thrown, "sdk/"),
  ],
  `${raised.length} errors of contracts and ${codes.length} codes, documented and explained`,
);
