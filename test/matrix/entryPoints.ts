import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { Signer } from "ethers";
import { ENTRY_POINTS, type EntryPointVersion } from "../../sdk";
import { deployDeterministic } from "../../sdk/actions/deploy";
import { ENTRY_POINT_V08_SALT, entryPointV08InitCode } from "../../cli/support/entryPoint";
import { artifact } from "../helpers/world";
import { predeployedCode } from "./bytecode";

/** The versions of the matrix, oldest first. */
export const VERSIONS: readonly EntryPointVersion[] = ["0.7", "0.8", "0.9"];

/** The salt that leads to the canonical EntryPoint v0.7. */
const ENTRY_POINT_V07_SALT = "0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3";
/** The SenderCreator that EntryPoint v0.9 was deployed with. */
const SENDER_CREATOR_V09 = "0x0A630a99Df908A81115A3022927Be82f9299987e";

/**
 * The three EntryPoints at their canonical addresses: v0.7 and v0.8 created from npm's artifacts, v0.9 (whose creation code
 * is not on npm) set as the code that is on chain.
 */
export async function deployEntryPoints(deployer: Signer): Promise<void> {
  const v07 = artifact("aa07/artifacts/EntryPoint.json").bytecode;
  const created = [
    await deployDeterministic(deployer, ENTRY_POINT_V07_SALT, v07),
    await deployDeterministic(deployer, ENTRY_POINT_V08_SALT, entryPointV08InitCode()),
  ];
  expect(created.map(({ address }) => address)).to.deep.equal([ENTRY_POINTS["0.7"], ENTRY_POINTS["0.8"]]);
  await setCode(ENTRY_POINTS["0.9"], predeployedCode(ENTRY_POINTS["0.9"]));
  await setCode(SENDER_CREATOR_V09, predeployedCode(SENDER_CREATOR_V09));
}
