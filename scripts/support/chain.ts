import type { Signer } from "ethers";
import type { HardhatEthersProvider } from "@nomicfoundation/hardhat-ethers/internal/hardhat-ethers-provider";
import { modularAccount } from "../../sdk";
import { accountAddress } from "../../sdk/actions/account";
import type { Context } from "../../sdk/actions/context";
import { plainOwner, type Owner } from "../../sdk/actions/owner";
import type { SendResult } from "../../sdk/actions/send";
import { UserError } from "./cli";
import { readDeployments } from "./deployments";

/** The network of `--network` and its accounts: the node or Hardhat's configuration holds the keys, never we. */
export interface Chain {
  readonly network: string;
  readonly chainId: bigint;
  readonly provider: HardhatEthersProvider;
  /** Account #0: owns the smart account. */
  readonly owner: Signer;
  /** Account #1: the session key. */
  readonly key: Signer;
  /** Account #2: sends the transactions, as a bundler would. */
  readonly bundler: Signer;
}

/** Connects to the network that `--network` names (Hardhat's default is an in-process chain that ends with the script). */
export async function connect(): Promise<Chain> {
  // Here and not above: Hardhat reads HARDHAT_NETWORK, which our arguments set, when it is loaded.
  const { ethers, network } = (await import("hardhat")).default;
  const { provider } = ethers;
  try {
    const { chainId } = await provider.getNetwork();
    const [owner, key, bundler] = await ethers.getSigners();
    if (!owner || !key || !bundler) {
      throw new UserError(`${network.name} has too few accounts: 0 is the owner, 1 the session key, 2 the bundler`);
    }
    return { network: network.name, chainId, provider, owner, key, bundler };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const url = "url" in network.config ? ` at ${network.config.url}` : "";
    throw new UserError(`cannot reach ${network.name}${url}: is the node running (npx hardhat node)?`);
  }
}

/** The deployed contracts of a chain, and the owner's account. */
export interface Installation extends Context {
  readonly lens: string;
  readonly factory: string;
  readonly owner: Signer;
  /** The address of the owner's account. */
  readonly account: string;
}

/** The contracts that `deployments/<chainId>.json` names, each seen to be on the chain. */
export async function installation(chain: Chain): Promise<Installation> {
  const { contracts } = readDeployments(chain.chainId, chain.network);
  for (const [name, { address }] of Object.entries(contracts)) {
    if ((await chain.provider.getCode(address)) !== "0x") continue;
    const deploy = `npx ts-node -T scripts/deploy.ts --network ${chain.network}`;
    throw new UserError(
      `missing deployment: ${name} is not on ${chain.network} (chain ${chain.chainId}), run ${deploy}`,
    );
  }
  return withAccount(chain, {
    entryPoint: contracts.entryPoint.address,
    validator: contracts.sessionKeyValidator.address,
    ownerValidator: contracts.ecdsaOwnerValidator.address,
    lens: contracts.sessionLens.address,
    factory: contracts.modularAccountFactory.address,
  });
}

/** The same from known addresses. */
export async function withAccount(
  { chainId, owner, bundler }: Chain,
  addresses: Pick<Installation, "entryPoint" | "validator" | "ownerValidator" | "lens" | "factory">,
): Promise<Installation> {
  const context = { ...addresses, chainId, bundler, owner, adapter: modularAccount(addresses.ownerValidator) };
  const account = await accountAddress(context, { factory: addresses.factory, owner: await owner.getAddress() });
  return { ...context, account };
}

/** The owner of the account: what grants, enables and revokes. */
export function ownerOf(chain: Chain, installed: Installation): Owner<SendResult> {
  return plainOwner(installed, chain.owner);
}
