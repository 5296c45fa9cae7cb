import {
  concat,
  getCreate2Address,
  isHexString,
  keccak256,
  type Provider,
  type Signer,
  type TransactionReceipt,
} from "ethers";
import { DETERMINISTIC_DEPLOYER } from "../constants";
import { SessionKeyError } from "../errors";
import { providerOf } from "./context";

/** The one-time account that deploys the deterministic-deployment proxy at the same address on every chain. */
const DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
/** Its only transaction: 100 gwei × 100,000 gas, signed without a chain id by nobody (r = s = 0x2222…). */
const DEPLOYER_COST = 10_000_000_000_000_000n;
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffff" +
  "ffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014" +
  "600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222" +
  "222222222222222222222222222222222222222222";

/**
 * What {@link deployDeterministic} did.
 * @example
 * const { salt, initCode } = deploymentPlan().sessionLens;
 * const { address, deployed }: Deployment = await deployDeterministic(bundler, salt, initCode);
 */
export interface Deployment {
  /** Where the contract is. */
  address: string;
  /** False if it was there already. */
  deployed: boolean;
  /** keccak256 of the creation code with its constructor arguments. */
  initCodeHash: string;
}

/**
 * The CREATE2 address of `initCode` deployed through the standard deterministic-deployment proxy: the same on every
 * chain.
 *
 * @example
 * const { salt, initCode } = deploymentPlan().sessionKeyValidator;
 * const address = deterministicAddress(salt, initCode);
 */
export function deterministicAddress(salt: string, initCode: string): string {
  return getCreate2Address(DETERMINISTIC_DEPLOYER, salt, keccak256(initCode));
}

/**
 * Makes sure that the deterministic-deployment proxy is on the chain; funds and sends its well-known transaction if not.
 *
 * @throws `NO_DEPLOYER` when the chain does not accept that transaction (it has no chain id).
 * @example await ensureDeterministicDeployer(bundler);
 */
export async function ensureDeterministicDeployer(signer: Signer): Promise<void> {
  const provider = providerOf(signer);
  if ((await provider.getCode(DETERMINISTIC_DEPLOYER)) !== "0x") return;
  if ((await provider.getBalance(DEPLOYER_SENDER)) < DEPLOYER_COST) {
    await (await signer.sendTransaction({ to: DEPLOYER_SENDER, value: DEPLOYER_COST })).wait();
  }
  const receipt = await (await provider.broadcastTransaction(DEPLOYER_TRANSACTION)).wait();
  if (!(await hasCode(provider, DETERMINISTIC_DEPLOYER, receipt))) {
    throw new SessionKeyError("NO_DEPLOYER", `there is no deterministic-deployment proxy at ${DETERMINISTIC_DEPLOYER}`);
  }
}

/**
 * Deploys `initCode` through the deterministic-deployment proxy, unless it is there already.
 *
 * @param salt 32 bytes
 * @param initCode creation code, with its constructor arguments
 * @throws `INVALID_SALT`, `DEPLOYMENT_FAILED`.
 *
 * @example
 * const { salt, initCode } = deploymentPlan().sessionLens;
 * const { address, deployed } = await deployDeterministic(bundler, salt, initCode);
 */
export async function deployDeterministic(signer: Signer, salt: string, initCode: string): Promise<Deployment> {
  if (!isHexString(salt, 32)) throw new SessionKeyError("INVALID_SALT", `a salt has 32 bytes, found ${salt}`, { salt });
  const provider = providerOf(signer);
  const address = deterministicAddress(salt, initCode);
  const initCodeHash = keccak256(initCode);
  if ((await provider.getCode(address)) !== "0x") return { address, deployed: false, initCodeHash };
  await ensureDeterministicDeployer(signer);
  const response = await signer.sendTransaction({ to: DETERMINISTIC_DEPLOYER, data: concat([salt, initCode]) });
  if (!(await hasCode(provider, address, await response.wait()))) {
    throw new SessionKeyError("DEPLOYMENT_FAILED", `nothing was deployed at ${address}`, { address });
  }
  return { address, deployed: true, initCodeHash };
}

/** Asks at the block of the receipt: ethers remembers for a moment what it was told of the latest one. */
async function hasCode(provider: Provider, address: string, receipt: TransactionReceipt | null): Promise<boolean> {
  return (await provider.getCode(address, receipt?.blockNumber ?? "latest")) !== "0x";
}
