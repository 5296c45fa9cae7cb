// abi/ holds the ABI of each contract that the package ships, for tools other than TypeScript. It is generated and committed.
// `npm run build` writes it; with --check this compares instead: nothing stale, nothing missing, nothing left over.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "../check/report.mjs";
import { shippedAbis } from "./artifacts.mjs";

const FOLDER = "abi";

/** File name to text. */
function generate() {
  return new Map(
    shippedAbis().map(({ contractName, abi }) => [`${contractName}.json`, `${JSON.stringify(abi, null, 2)}\n`]),
  );
}

function committed() {
  return existsSync(FOLDER) ? readdirSync(FOLDER) : [];
}

function write(files) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const [name, text] of files) writeFileSync(join(FOLDER, name), text);
}

function differences(files) {
  const found = committed();
  const stale = [...files].filter(
    ([name, text]) => !found.includes(name) || readFileSync(join(FOLDER, name), "utf8") !== text,
  );
  const leftover = found.filter((name) => !files.has(name));
  return [
    ...stale.map(([name]) => `${FOLDER}/${name} is stale, run \`npm run build\``),
    ...leftover.map((name) => `${FOLDER}/${name} belongs to no contract, run \`npm run build\``),
  ];
}

const files = generate();
if (!process.argv.includes("--check")) write(files);
report("abi", differences(files), `${files.size} files, fresh`);
