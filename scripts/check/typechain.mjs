// typechain-types/ is generated and committed. This generates it anew from artifacts/ into a temporary folder and compares:
// the folder must be what the build makes, with no leftovers, and git must know it (committed or staged).
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report } from "./report.mjs";

const { glob, runTypeChain } = createRequire(import.meta.url)("typechain");
const FOLDER = "typechain-types";

/** The same inputs and flags as @typechain/hardhat. */
async function generate(outDir) {
  const cwd = process.cwd();
  const allFiles = glob(cwd, [`${cwd}/artifacts/!(build-info)/**/+([a-zA-Z0-9_]).json`]);
  const flags = {
    alwaysGenerateOverloads: false,
    discriminateTypes: false,
    environment: "hardhat",
    node16Modules: false,
    tsNocheck: false,
  };
  await runTypeChain({ cwd, allFiles, filesToProcess: allFiles, outDir, target: "ethers-v6", flags });
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());
}

function differences(fresh) {
  const wanted = filesIn(fresh);
  const stale = wanted.filter((path) => !sameContent(join(fresh, path), join(FOLDER, path)));
  const leftover = filesIn(FOLDER).filter((path) => !wanted.includes(path));
  return [
    ...stale.map((path) => `${FOLDER}/${path} is stale, run \`npm run build\``),
    ...leftover.map((path) => `${FOLDER}/${path} belongs to no contract, delete it`),
  ];
}

function sameContent(a, b) {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

/** Porcelain v1: the second column is the working tree against the index. A folder without git (a tarball) passes. */
function unknownToGit() {
  if (!existsSync(".git")) return [];
  const args = ["status", "--porcelain", "--untracked-files=all", "--", FOLDER];
  const lines = execFileSync("git", args, { encoding: "utf8", maxBuffer: 2 ** 26 }).split("\n");
  const changed = lines.filter((line) => line !== "" && line[1] !== " ");
  return changed.map((line) => `${line.slice(3)} changed, commit or stage it`);
}

const fresh = mkdtempSync(join(tmpdir(), "typechain-"));
try {
  await generate(fresh);
  const problems = [...differences(fresh), ...unknownToGit()];
  report("typechain", problems, `${filesIn(FOLDER).length} files, fresh and known to git`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
