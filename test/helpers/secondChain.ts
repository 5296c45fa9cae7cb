import { parseEther, ZeroHash } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { localChain } from "../../scripts/support/localChain";
import { deploySystem } from "../../cli/support/system";
import { ModularAccountFactory__factory, SessionKeyValidator__factory } from "../../typechain-types";
import { adapter, ownerOperation, send } from "./operations";
import type { World } from "./world";

/**
 * Another chain in this process, with the contracts at the same addresses and an account of the same owner at the same
 * address, where the owner installed the validator by an operation. What is not of the account is the first world's.
 */
export async function secondChain(first: World, chainId: bigint): Promise<World> {
  const provider = await localChain(chainId);
  const bundler = (await provider.getSigner(0)) as unknown as HardhatEthersSigner;

  const system = await deploySystem(bundler);
  const factory = ModularAccountFactory__factory.connect(system.modularAccountFactory.address, bundler);
  const { ownerValidatorAddress, owner, validatorAddress, accountAddress } = first;
  await (await factory.createAccount(ownerValidatorAddress, owner.address, ZeroHash)).wait();
  await (await bundler.sendTransaction({ to: accountAddress, value: parseEther("10") })).wait();

  const validator = SessionKeyValidator__factory.connect(validatorAddress, bundler);
  const second: World = { ...first, chainId, bundler, factory, validator };
  const installation = { target: accountAddress, value: 0n, data: adapter(second).installModule(validatorAddress) };
  await send(second, await ownerOperation(second, [installation]));
  return second;
}
