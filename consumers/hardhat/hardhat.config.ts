import "@nomicfoundation/hardhat-ethers";
import { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } from "hardhat/builtin-tasks/task-names";
import { subtask, type HardhatUserConfig } from "hardhat/config";

/** The compiler from npm, so that the test needs nothing but npm. */
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD).setAction(async () => ({
  version: "0.8.30",
  longVersion: "0.8.30",
  compilerPath: require.resolve("solc/soljson.js"),
  isSolcJs: true,
}));

const config: HardhatUserConfig = {
  solidity: { version: "0.8.30", settings: { viaIR: true, optimizer: { enabled: true }, evmVersion: "cancun" } },
  networks: { hardhat: { hardfork: "prague" } },
};

export default config;
