import type { Signer } from "ethers";
import { deployDeterministic, type Deployment } from "../../sdk/actions/deploy";
import { CONTRACT_NAMES, deployContracts, deploymentPlan as planOfOurs, type Plan } from "../../sdk/deploy";
import { ENTRY_POINT_V08_SALT, entryPointV08InitCode } from "./entryPoint";

/** The contracts that a local chain needs, by name; all but the EntryPoint are ours. */
export const CONTRACTS = ["entryPoint", ...CONTRACT_NAMES] as const;

/** The name of a contract of {@link CONTRACTS}. */
export type ContractName = (typeof CONTRACTS)[number];

/** Salt and creation code of each contract: the same addresses on every chain. */
export function deploymentPlan(): Record<ContractName, Plan> {
  return { entryPoint: { salt: ENTRY_POINT_V08_SALT, initCode: entryPointV08InitCode() }, ...planOfOurs() };
}

/** Deploys whatever is missing, the EntryPoint first. */
export async function deploySystem(signer: Signer): Promise<Record<ContractName, Deployment>> {
  const entryPoint = await deployDeterministic(signer, ENTRY_POINT_V08_SALT, entryPointV08InitCode());
  return { entryPoint, ...(await deployContracts(signer)) };
}
