// Measures the tests' coverage of contracts/ without mocks (see .solcover.js) and holds it to the thresholds.
// Assembly is not measured: solidity-coverage counts a block as one statement.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { report } from "./report.mjs";

const MIN_PERCENT = { lines: 100, branches: 99 };
// What judges the contracts themselves: parity, scripts and traces repeat it, at ten times their usual cost.
const TESTS = "test/contracts/**/*.test.ts";
const SUMMARY = "coverage/coverage-summary.json";

function hardhat(...args) {
  return spawnSync("npx", ["--no-install", "hardhat", ...args], { stdio: "inherit" }).status === 0;
}

/** Coverage leaves instrumented code in artifacts/ and typechain-types/, so the build always follows, also after a failure. */
function measure() {
  rmSync(SUMMARY, { force: true });
  // Clean before and after: the typings hold the bytecode, and are made anew only for what is compiled anew.
  hardhat("clean");
  const passed = hardhat("coverage", "--testfiles", TESTS);
  hardhat("clean");
  const restored = hardhat("compile");
  return [
    ...(passed ? [] : ["the tests fail under coverage"]),
    ...(restored ? [] : ["the build fails after coverage: artifacts/ and typechain-types/ hold instrumented code"]),
  ];
}

/** Every file must have all its lines; branches are counted over all files together. */
function shortfalls({ total, ...files }) {
  const found = [];
  for (const [file, { lines }] of Object.entries(files)) {
    if (lines.pct < MIN_PERCENT.lines) found.push(`${relative(".", file)}: ${lines.covered} of ${lines.total} lines`);
  }
  for (const [kind, min] of Object.entries(MIN_PERCENT)) {
    const { total: count, pct } = total[kind];
    if (count === 0) found.push(`no ${kind} measured at all`);
    else if (pct < min) found.push(`${pct} % of all ${kind}, at least ${min} % wanted`);
  }
  return found;
}

const problems = measure();
try {
  const summary = JSON.parse(readFileSync(SUMMARY, "utf8"));
  const { lines, branches } = summary.total;
  report("coverage", [...problems, ...shortfalls(summary)], `${lines.pct} % of lines, ${branches.pct} % of branches`);
} catch (error) {
  report("coverage", [...problems, `no ${SUMMARY}: ${error.message}`]);
}
