import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { concat } from "ethers";
import { deterministicAddress } from "../../sdk/actions/deploy";
import { DETERMINISTIC_DEPLOYER } from "../../sdk/constants";
import { deploymentPlan } from "../../cli/support/system";

/**
 * The session key validator and its lens for those who deploy with Hardhat Ignition, at the same addresses as
 * `scripts/deploy.ts`: both go through the deterministic-deployment proxy, which must be on the chain.
 *
 *   npx hardhat ignition deploy ignition/modules/SessionKeys.ts --network localhost
 *
 * Ignition keeps a journal per chain and deploys once; a chain where somebody else has deployed them already needs nothing.
 */
export default buildModule("SessionKeys", (m) => {
  const plan = deploymentPlan();
  const deploy = (id: string, contract: string, { salt, initCode }: { salt: string; initCode: string }) => {
    const sent = m.send(id, DETERMINISTIC_DEPLOYER, 0n, concat([salt, initCode]));
    return m.contractAt(contract, deterministicAddress(salt, initCode), { after: [sent] });
  };
  return {
    sessionKeyValidator: deploy("DeploySessionKeyValidator", "SessionKeyValidator", plan.sessionKeyValidator),
    sessionLens: deploy("DeploySessionLens", "SessionLens", plan.sessionLens),
  };
});
