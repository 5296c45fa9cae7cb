import type { Context } from "mocha";
import { network } from "hardhat";
import type { HardhatNetworkConfig } from "hardhat/types";

/**
 * Kernel and the reference account are larger than EIP-170 allows: `npm run test:matrix` brings the network for them, on
 * any other their tests are skipped; `@size` in their titles leaves them out of coverage, which lifts the limit as well.
 */
export function needsLargeContracts(this: Context): void {
  const { allowUnlimitedContractSize } = network.config as HardhatNetworkConfig;
  if (!allowUnlimitedContractSize) this.skip();
}
