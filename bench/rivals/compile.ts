import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PACKAGES, requireRival } from "./packages";

const CACHE = join(PACKAGES, ".cache/contracts.json");
const BICONOMY = "@biconomy-devx/account-contracts-v2/contracts/smart-account";

/** A file of Biconomy's package, or of `contracts/` here. */
const SOURCES = [
  `${BICONOMY}/SmartAccount.sol`,
  `${BICONOMY}/factory/SmartAccountFactory.sol`,
  `${BICONOMY}/modules/EcdsaOwnershipRegistryModule.sol`,
  `${BICONOMY}/modules/SessionKeyManagerModule.sol`,
  `${BICONOMY}/modules/BatchedSessionRouterModule.sol`,
  `${BICONOMY}/modules/SessionValidationModules/ERC20SessionValidationModule.sol`,
  "contracts/CallSessionValidationModule.sol",
  "contracts/SmartSessionsParts.sol",
];

/** What Biconomy's repository compiles with. */
const SETTINGS = {
  viaIR: true,
  optimizer: { enabled: true, runs: 800 },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
};

/** A compiled contract, as ethers takes it. */
export interface Compiled {
  readonly abi: [];
  readonly bytecode: string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Record<string, Record<string, { abi: []; evm: { bytecode: { object: string } } }>>;
}

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string;
}

function contentOf(path: string): string {
  return readFileSync(join(path.startsWith("contracts/") ? __dirname : PACKAGES, path), "utf8");
}

function compileAll(input: string): Record<string, Compiled> {
  const solc = requireRival<Compiler>("solc");
  const output = JSON.parse(solc.compile(input, { import: (path) => ({ contents: contentOf(path) }) })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const named = Object.values(output.contracts).flatMap((file) => Object.entries(file));
  return Object.fromEntries(named.map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]));
}

/** The rivals' contracts by name, compiled by solc 0.8.17 with Biconomy's settings; half a minute, but for the first time only. */
export function compileRivals(): Record<string, Compiled> {
  const sources = Object.fromEntries(SOURCES.map((path) => [path, { content: contentOf(path) }]));
  const input = JSON.stringify({ language: "Solidity", sources, settings: SETTINGS });
  const key = createHash("sha256").update(input).digest("hex");
  const cached = existsSync(CACHE)
    ? (JSON.parse(readFileSync(CACHE, "utf8")) as { key: string; contracts: Record<string, Compiled> })
    : undefined;
  if (cached?.key === key) return cached.contracts;
  const contracts = compileAll(input);
  mkdirSync(dirname(CACHE), { recursive: true });
  writeFileSync(CACHE, JSON.stringify({ key, contracts }));
  return contracts;
}
