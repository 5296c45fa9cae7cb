import { keccak256, type Provider } from "ethers";
import { localChain } from "./localChain";
import { CONTRACTS, deploySystem, type ContractName } from "../../cli/support/system";

/** What a chain holds at the address of a contract of this build. */
export interface Comparison {
  readonly name: ContractName;
  readonly address: string;
  readonly state: "as built" | "missing" | "another code";
  /** keccak256 of the runtime code of this build. */
  readonly built: string;
  /** keccak256 of the code on the chain. */
  readonly found: string;
}

/**
 * Compares the code on a chain, byte by byte, with this build: deployed for the purpose on a chain in this process that
 * has the same id, so that whatever a constructor writes into the code is the same too. Changes nothing.
 */
export async function compareWithBuild(provider: Provider, chainId: bigint): Promise<Comparison[]> {
  const local = await localChain(chainId);
  const deployed = await deploySystem(await local.getSigner(0));
  return Promise.all(
    CONTRACTS.map(async (name) => {
      const { address } = deployed[name];
      const [built, found] = await Promise.all([local.getCode(address), provider.getCode(address)]);
      const state = found === "0x" ? "missing" : found === built ? "as built" : "another code";
      return { name, address, state, built: keccak256(built), found: keccak256(found) };
    }),
  );
}
