import { Contract, parseEther } from "ethers";
import { ethers } from "hardhat";
import { fund } from "../../test/matrix/ground";
import { ENTRY_POINTS, type EntryPointVersion } from "../../sdk";

const STAKE = parseEther("1");
const DAY = 86_400;

/**
 * Stakes a factory or a paymaster in the EntryPoint, in its own name: neither our factory nor our test paymaster has a
 * function for it, and the EntryPoint asks who calls.
 */
export async function stake(entity: string, version: EntryPointVersion): Promise<void> {
  await fund(entity);
  const itself = await ethers.getImpersonatedSigner(entity);
  const entryPoint = new Contract(ENTRY_POINTS[version], ["function addStake(uint32 delay) payable"], itself);
  await entryPoint.getFunction("addStake")(DAY, { value: STAKE });
}
