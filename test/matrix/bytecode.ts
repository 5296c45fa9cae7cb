import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const MODULEKIT = dirname(require.resolve("@rhinestone/modulekit/package.json"));
const PREDEPLOY = dirname(require.resolve("hardhat-predeploy/package.json"));

/**
 * Creation code of a third party's contract: a `hex"…"` constant of modulekit's Solidity, read where npm put it, never
 * copied.
 * @example modulekitBytecode("Nexus", "NEXUS_BYTECODE")
 */
export function modulekitBytecode(file: "Nexus" | "Kernel" | "Safe7579" | "ERC7579", constant: string): string {
  const path = join(MODULEKIT, `src/deployment/precompiles/${file}Precompiles.sol`);
  const found = new RegExp(`constant ${constant} =\\s*hex"([0-9a-f]+)"`).exec(readFileSync(path, "utf8"))?.[1];
  if (found === undefined) throw new Error(`no ${constant} in ${path}`);
  return `0x${found}`;
}

/** Runtime code of a contract that every chain has at the same address, from hardhat-predeploy. */
export function predeployedCode(address: string): string {
  return `0x${readFileSync(join(PREDEPLOY, `bin/${address}.bytecode`)).toString("hex")}`;
}
