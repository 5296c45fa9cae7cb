// The package's `session-keys/deploy`: apart from the rest, because it holds the creation code of every contract.
import { AbiCoder, concat, ZeroHash, type Signer } from "ethers";
import { ECDSAOwnerValidator__factory } from "../typechain-types/factories/contracts/accounts/ECDSAOwnerValidator__factory";
import { ModularAccountFactory__factory } from "../typechain-types/factories/contracts/accounts/ModularAccountFactory__factory";
import { SessionKeyValidator__factory } from "../typechain-types/factories/contracts/SessionKeyValidator__factory";
import { SessionLens__factory } from "../typechain-types/factories/contracts/periphery/SessionLens__factory";
import { deployDeterministic, type Deployment } from "./actions/deploy";
import { ENTRY_POINTS } from "./constants";

export * from "./actions/deploy";

/**
 * Salt and creation code with its constructor arguments: they alone make the address, on every chain.
 * @example const { salt, initCode }: Plan = deploymentPlan().sessionLens;
 */
export interface Plan {
  /** 32 bytes. */
  readonly salt: string;
  readonly initCode: string;
}

/**
 * Our contracts, by name, in the order in which {@link deployContracts} deploys them.
 * @example CONTRACT_NAMES.includes("sessionKeyValidator") // true
 */
export const CONTRACT_NAMES = [
  "sessionKeyValidator",
  "sessionLens",
  "ecdsaOwnerValidator",
  "modularAccountFactory",
] as const;

/**
 * One of {@link CONTRACT_NAMES}.
 * @example
 * const name: ContractName = "sessionLens";
 * const { initCode } = deploymentPlan()[name];
 */
export type ContractName = (typeof CONTRACT_NAMES)[number];

/**
 * What to deploy for each of our contracts, for EntryPoint v0.8.
 * @example
 * const { salt, initCode } = deploymentPlan().sessionKeyValidator;
 * console.log(deterministicAddress(salt, initCode));
 */
export function deploymentPlan(): Record<ContractName, Plan> {
  const entryPoint = AbiCoder.defaultAbiCoder().encode(["address"], [ENTRY_POINTS["0.8"]]);
  return {
    sessionKeyValidator: { salt: ZeroHash, initCode: SessionKeyValidator__factory.bytecode },
    sessionLens: { salt: ZeroHash, initCode: SessionLens__factory.bytecode },
    ecdsaOwnerValidator: { salt: ZeroHash, initCode: ECDSAOwnerValidator__factory.bytecode },
    modularAccountFactory: { salt: ZeroHash, initCode: concat([ModularAccountFactory__factory.bytecode, entryPoint]) },
  };
}

/**
 * Deploys whatever of our contracts is missing on the signer's chain; it costs nothing where all are there. The
 * factory's constructor asks for the EntryPoint v0.8: on a bare local chain deploy that first.
 * Raises as {@link deployDeterministic}.
 * @example const { sessionKeyValidator } = await deployContracts(bundler);
 */
export async function deployContracts(signer: Signer): Promise<Record<ContractName, Deployment>> {
  const plan = deploymentPlan();
  const done: Partial<Record<ContractName, Deployment>> = {};
  for (const name of CONTRACT_NAMES)
    done[name] = await deployDeterministic(signer, plan[name].salt, plan[name].initCode);
  return done as Record<ContractName, Deployment>;
}
