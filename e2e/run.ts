import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installPrograms } from "./stack/install";
import { inNamespace, runInNamespace, unshareFlags } from "./stack/namespace";
import { stopAll } from "./stack/processes";
import { startStack } from "./stack/stack";

// `npm run test:bundler [files]`: a node and a bundler, the tests of this folder against them, and everything is stopped.

async function main(): Promise<number> {
  if (inNamespace()) return runTests();
  installPrograms();
  const flags = unshareFlags();
  if (flags !== undefined) return runInNamespace(flags);
  console.warn(
    "No network namespace here (see unshare(1)): while the tests run, the bundler listens on every interface.",
  );
  return runTests();
}

/** The number of failed tests. */
async function runTests(): Promise<number> {
  process.on("exit", stopAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  if (inNamespace()) process.stdin.resume().once("end", () => process.exit(1));
  const { bundler } = await startStack(putEntryPoints);
  process.env["BUNDLER_URL"] = bundler;
  const { default: hre } = await import("hardhat");
  await hre.run("test", { testFiles: testFiles() });
  // Hardhat tells the number of failed tests so.
  return Number(process.exitCode ?? 0);
}

/** Hardhat gets to know of the node here: it reads the environment when it is loaded. */
async function putEntryPoints(node: string): Promise<void> {
  process.env["HARDHAT_NETWORK"] = "localhost";
  process.env["LOCALHOST_URL"] = node;
  const { ethers } = (await import("hardhat")).default;
  const { deployEntryPoints } = await import("../test/matrix/entryPoints");
  await deployEntryPoints(await ethers.provider.getSigner(0));
}

/** In alphabetical order: alto takes a minute to get over the transaction that it loses in the last one. */
function testFiles(): string[] {
  const asked = process.argv.slice(2);
  if (asked.length > 0) return asked;
  const folder = join(__dirname, "test");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(folder, name));
}

main().then(
  (failures) => process.exit(failures > 0 ? 1 : 0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
