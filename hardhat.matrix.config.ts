import type { HardhatUserConfig } from "hardhat/config";
import base from "./hardhat.config";

/**
 * For `npm run test:matrix` alone: Kernel 0.3.1 and the ERC-7579 reference account, as modulekit compiled them, are larger
 * than EIP-170 allows. Everything of ours is tested under the real limit by `npm test`.
 */
const config: HardhatUserConfig = {
  ...base,
  networks: { ...base.networks, hardhat: { ...base.networks?.hardhat, allowUnlimitedContractSize: true } },
};

export default config;
