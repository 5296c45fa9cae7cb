import { BrowserProvider, parseEther, ZeroHash, type Eip1193Provider } from "ethers";
import hre from "hardhat";
import { createProvider } from "hardhat/internal/core/providers/construction";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { deploySystem } from "../../scripts/support/system";
import { ModularAccountFactory__factory, SessionKeyValidator__factory } from "../../typechain-types";
import { adapter, ownerOperation, send } from "./operations";
import type { World } from "./world";

/**
 * Another chain in this process, with the contracts at the same addresses and an account of the same owner at the same
 * address, where the owner installed the validator by an operation. What is not of the account is the first world's.
 */
export async function secondChain(first: World, chainId: bigint): Promise<World> {
  const hardhat = { ...hre.config.networks.hardhat, chainId: Number(chainId) };
  const config = { ...hre.config, networks: { ...hre.config.networks, hardhat } };
  const eip1193 = (await createProvider(config, "hardhat", hre.artifacts)) as Eip1193Provider;
  // Blocks come one by one here: nothing that ethers was told a moment ago is still true.
  const provider = new BrowserProvider(eip1193, Number(chainId), { cacheTimeout: -1 });
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
