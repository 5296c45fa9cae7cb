import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const LOCK = join(__dirname, "package-lock.json");
/** npm writes it at the end of an installation. */
const INSTALLED = join(__dirname, "node_modules/.package-lock.json");

/** Installs the rivals as the lock file says, unless that was done since it changed. */
export function installRivals(): void {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  // Without scripts: what is measured is Solidity and bytecode, and nothing else has to run.
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: __dirname, stdio: "inherit" });
}
