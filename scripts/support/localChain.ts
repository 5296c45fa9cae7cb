import { BrowserProvider, type Eip1193Provider } from "ethers";

/** A fresh chain in this process, with Hardhat's accounts and the chain id that is asked for. */
export async function localChain(chainId: bigint): Promise<BrowserProvider> {
  // Here and not above: Hardhat reads HARDHAT_NETWORK, which our arguments set, when it is loaded.
  const hre = (await import("hardhat")).default;
  const { createProvider } = await import("hardhat/internal/core/providers/construction");
  const hardhat = { ...hre.config.networks.hardhat, chainId: Number(chainId) };
  const config = { ...hre.config, networks: { ...hre.config.networks, hardhat } };
  const eip1193 = (await createProvider(config, "hardhat", hre.artifacts)) as Eip1193Provider;
  // Blocks come one by one here: nothing that ethers was told a moment ago is still true.
  return new BrowserProvider(eip1193, Number(chainId), { cacheTimeout: -1 });
}
