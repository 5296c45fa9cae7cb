import { AbiCoder, concat, ZeroHash, type Signer } from "ethers";
import { deployDeterministic, type Deployment } from "../../sdk/actions/deploy";
import { ENTRY_POINTS } from "../../sdk/constants";
// Not from the index, which would load the types of every contract: scripts should start at once.
import { ECDSAOwnerValidator__factory } from "../../typechain-types/factories/contracts/accounts/ECDSAOwnerValidator__factory";
import { ModularAccountFactory__factory } from "../../typechain-types/factories/contracts/accounts/ModularAccountFactory__factory";
import { SessionKeyValidator__factory } from "../../typechain-types/factories/contracts/SessionKeyValidator__factory";
import { SessionLens__factory } from "../../typechain-types/factories/contracts/periphery/SessionLens__factory";
import { ENTRY_POINT_V08_SALT, entryPointV08InitCode } from "./entryPoint";

/** The contracts that a local chain needs, by name; all but the EntryPoint are ours. */
export const CONTRACTS = [
  "entryPoint",
  "sessionKeyValidator",
  "sessionLens",
  "ecdsaOwnerValidator",
  "modularAccountFactory",
] as const;

/** The name of a contract of {@link CONTRACTS}. */
export type ContractName = (typeof CONTRACTS)[number];

/** What to deploy, through the deterministic-deployment proxy, hence where it will be. */
export interface Plan {
  readonly salt: string;
  readonly initCode: string;
}

/** Salt and creation code of each contract: the same addresses on every chain. */
export function deploymentPlan(): Record<ContractName, Plan> {
  const accountFactoryArguments = AbiCoder.defaultAbiCoder().encode(["address"], [ENTRY_POINTS["0.8"]]);
  return {
    entryPoint: { salt: ENTRY_POINT_V08_SALT, initCode: entryPointV08InitCode() },
    sessionKeyValidator: { salt: ZeroHash, initCode: SessionKeyValidator__factory.bytecode },
    sessionLens: { salt: ZeroHash, initCode: SessionLens__factory.bytecode },
    ecdsaOwnerValidator: { salt: ZeroHash, initCode: ECDSAOwnerValidator__factory.bytecode },
    modularAccountFactory: {
      salt: ZeroHash,
      initCode: concat([ModularAccountFactory__factory.bytecode, accountFactoryArguments]),
    },
  };
}

/** Deploys whatever is missing, in the order of {@link CONTRACTS}: the factory asks for an EntryPoint. */
export async function deploySystem(signer: Signer): Promise<Record<ContractName, Deployment>> {
  const plan = deploymentPlan();
  const done: Partial<Record<ContractName, Deployment>> = {};
  for (const name of CONTRACTS) done[name] = await deployDeterministic(signer, plan[name].salt, plan[name].initCode);
  return done as Record<ContractName, Deployment>;
}
