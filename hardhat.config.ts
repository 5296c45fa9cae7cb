import "./scripts/hardhat/telemetry";
import "./scripts/hardhat/warnings";
import "@nomicfoundation/hardhat-toolbox";
import { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } from "hardhat/builtin-tasks/task-names";
import { subtask, type HardhatUserConfig } from "hardhat/config";
import type { SolcBuild } from "hardhat/types";

const SOLC_VERSION = "0.8.30";

/** The compiler is the pinned `solc` npm package: compiling needs nothing but npm. */
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD).setAction(
  async ({ solcVersion }: { solcVersion: string }): Promise<SolcBuild> => {
    if (solcVersion !== SOLC_VERSION) throw new Error(`solc ${solcVersion} asked, only ${SOLC_VERSION} is installed`);
    const solc = (await import("solc")) as unknown as { version(): string };
    return {
      version: SOLC_VERSION,
      longVersion: solc.version().replace(".Emscripten.clang", ""),
      compilerPath: require.resolve("solc/soljson.js"),
      isSolcJs: true,
    };
  },
);

const config: HardhatUserConfig = {
  solidity: {
    version: SOLC_VERSION,
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      // The oldest hard fork among the chains with an EntryPoint v0.8: MCOPY, no CLZ.
      evmVersion: "cancun",
      // The addresses follow from the code alone: a comment does not move the contracts.
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
  networks: {
    // Kernel and the reference account of test/matrix are larger than EIP-170 allows; `npm run check:size` holds ours to less.
    hardhat: { hardfork: "prague", allowUnlimitedContractSize: true },
    localhost: { url: process.env["LOCALHOST_URL"] ?? "http://127.0.0.1:8545" },
  },
  typechain: { outDir: "typechain-types", target: "ethers-v6" },
  mocha: { timeout: 60_000, forbidOnly: process.env["CI"] !== undefined },
};

export default config;
