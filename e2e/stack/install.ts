import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const E2E = join(__dirname, "..");
const LOCK = join(E2E, "package-lock.json");
/** npm writes it at the end of an installation. */
const INSTALLED = join(E2E, "node_modules/.package-lock.json");

/** Installs node and bundler as the lock file of `e2e/` says, unless that was done since it changed. */
export function installPrograms(): void {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  // Without scripts: the programs are in the packages, and nothing else has to run.
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: E2E, stdio: "inherit" });
}
