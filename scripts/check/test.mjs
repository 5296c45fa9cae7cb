// Runs the test files in two Hardhat processes at once, one for each core: each has a chain of its own, and a file never
// spans both. With arguments it runs just those files, in one process. Ends with "N passed, N failed".
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const PROCESSES = 2;
/** Seconds that files take, where it is far from DEFAULT_SECONDS: only the balance of the processes depends on it. */
const SECONDS = {
  "test/attacks/A-privilege-escalation.test.ts": 13,
  "test/attacks/B-execution.test.ts": 4,
  "test/attacks/C-calldata.test.ts": 7,
  "test/attacks/C15-decoder.test.ts": 13,
  "test/attacks/D-limits.test.ts": 8,
  "test/attacks/F-signatures.test.ts": 5,
  "test/attacks/F7-envelope.test.ts": 12,
  "test/attacks/G-keys.test.ts": 3,
  "test/attacks/H-lifecycle.test.ts": 4,
  "test/cli/accounts.test.ts": 6,
  "test/cli/chain.test.ts": 4,
  "test/cli/golden.test.ts": 10,
  "test/cli/keys.test.ts": 6,
  "test/cli/ownersTurn.test.ts": 2,
  "test/cli/process.test.ts": 8,
  "test/cli/words.test.ts": 3,
  "test/contracts/SessionKeyValidator/enableSessions.test.ts": 4,
  "test/contracts/SessionKeyValidator/validateUserOp.charges.test.ts": 4,
  "test/contracts/SessionKeyValidator/validateUserOp.envelope.test.ts": 11,
  "test/contracts/SessionKeyValidator/validateUserOp.execution.test.ts": 11,
  "test/contracts/SessionKeyValidator/validateUserOp.grants.test.ts": 4,
  "test/contracts/SessionKeyValidator/validateUserOp.rules.test.ts": 4,
  "test/contracts/storage.test.ts": 5,
  "test/contracts/verifiers/MultisigVerifier.test.ts": 5,
  "test/contracts/verifiers/P256Verifier.test.ts": 7,
  "test/contracts/verifiers/WebAuthnVerifier.test.ts": 11,
  "test/deploy/canonical.test.ts": 5,
  "test/erc7562/checker.test.ts": 18,
  "test/integration/bundle.test.ts": 5,
  "test/integration/grants.test.ts": 13,
  "test/integration/modes.test.ts": 3,
  "test/integration/provider.test.ts": 5,
  "test/integration/signer.test.ts": 12,
  "test/integration/time.test.ts": 5,
  "test/matrix/matrix.test.ts": 5,
  "test/parity/check.test.ts": 2,
  "test/parity/envelope.test.ts": 3,
  "test/parity/hashes.test.ts": 7,
  "test/runner/command.test.ts": 5,
  "test/runner/conditions.test.ts": 2,
  "test/runner/faults.test.ts": 10,
  "test/runner/kill.test.ts": 4,
  "test/runner/lanes.test.ts": 3,
  "test/runner/watcher.test.ts": 2,
  "test/scripts/demo.test.ts": 5,
  "test/scripts/scripts.test.ts": 32,
  "test/sdk/builder/decoder.test.ts": 3,
};
const DEFAULT_SECONDS = 1;

/** Files in as many lists as there are processes, the longest first, each to the list that is shortest so far. */
function balanced(files) {
  const seconds = (file) => SECONDS[file] ?? DEFAULT_SECONDS;
  const lists = Array.from({ length: PROCESSES }, () => ({ total: 0, files: [] }));
  for (const file of files.toSorted((a, b) => seconds(b) - seconds(a))) {
    const shortest = lists.reduce((least, list) => (list.total < least.total ? list : least));
    shortest.files.push(file);
    shortest.total += seconds(file);
  }
  return lists.map((list) => list.files.toSorted());
}

/** The whole output of one process, shown when it ends, and how many tests passed, failed and were pending. */
function run(files) {
  const child = spawn("npx", ["--no-install", "hardhat", "test", "--no-compile", ...files], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SAY_TRACED: "1", FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      process.stdout.write(output);
      const count = (word) => Number(new RegExp(`^\\S*\\s+(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
      const counts = ["passing", "failing", "pending", "operations traced"].map((word) => [word, count(word)]);
      resolve({ status, ...Object.fromEntries(counts) });
    });
  });
}

const asked = process.argv.slice(2);
const all = readdirSync("test", { recursive: true }).map((file) => join("test", file));
// These take long and have commands of their own: `npm run test:model`, `npm run test:examples`, `npm run formal`.
const APART = ["model", "examples", "formal"].map((folder) => join("test", folder));
const usual = all.filter((file) => file.endsWith(".test.ts") && !APART.some((folder) => file.startsWith(folder)));
const lists = asked.length > 0 ? [asked] : balanced(usual);

const { status } = spawnSync("npx", ["--no-install", "hardhat", "compile"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const results = await Promise.all(lists.map(run));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum("operations traced")} accepted operations traced for ERC-7562`);
console.log(`${sum("passing")} passed, ${sum("failing")} failed, ${sum("pending")} skipped`);
// A process that ends well without a test in it means that the files were not found.
if (results.some((result) => result.status !== 0 || result.passing === 0)) process.exitCode = 1;
