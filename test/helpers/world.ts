import { readFileSync } from "node:fs";
import { loadFixture, mine, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { Contract, ContractFactory, parseEther, Wallet, ZeroHash, type BaseContract } from "ethers";
import { ethers } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { deploySystem } from "../../cli/support/system";
import { tracing } from "./lawful";
import {
  ECDSAOwnerValidator__factory,
  ModularAccountFactory__factory,
  ModularAccount__factory,
  Recorder__factory,
  SessionKeyValidator__factory,
  SessionLens__factory,
  type ECDSAOwnerValidator,
  type ModularAccount,
  type ModularAccountFactory,
  type Recorder,
  type SessionKeyValidator,
  type SessionLens,
} from "../../typechain-types";

/** OpenZeppelin 4.9's preset token, from its npm artifact: a real token without Solidity of ours. */
export interface Token extends BaseContract {
  mint(to: string, amount: bigint): Promise<unknown>;
  balanceOf(account: string): Promise<bigint>;
  allowance(owner: string, spender: string): Promise<bigint>;
}

/** A chain with everything deployed, and an account whose owner installed the session key validator. */
export interface World {
  readonly chainId: bigint;
  readonly bundler: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly entryPoint: Contract;
  readonly validator: SessionKeyValidator;
  readonly validatorAddress: string;
  readonly lens: SessionLens;
  readonly ownerValidator: ECDSAOwnerValidator;
  readonly ownerValidatorAddress: string;
  readonly factory: ModularAccountFactory;
  readonly owner: Wallet;
  readonly account: ModularAccount;
  readonly accountAddress: string;
  /** A second account of the same owner, with the validator installed as well. */
  readonly otherAccountAddress: string;
  readonly key: Wallet;
  readonly otherKey: Wallet;
  readonly token: Token;
  readonly tokenAddress: string;
  readonly target: Recorder;
  readonly targetAddress: string;
}

interface Artifact {
  readonly abi: [];
  readonly bytecode: string;
}

/** An npm artifact, by its module path. */
export function artifact(path: string): Artifact {
  return JSON.parse(readFileSync(require.resolve(path), "utf8")) as Artifact;
}

/** Deterministic keys, so that gas and traces are the same in every run. */
export function wallet(name: string): Wallet {
  return new Wallet(ethers.id(`session-keys test ${name}`));
}

/** The fixture that most tests start from. */
export async function world(): Promise<World> {
  return loadFixture(buildWorld);
}

async function buildWorld(): Promise<World> {
  const [sender, stranger] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
  const bundler = tracing(sender);
  const system = await deploySystem(bundler);
  const entryPoint = new Contract(
    system.entryPoint.address,
    artifact("@account-abstraction/contracts/artifacts/EntryPoint.json").abi,
    bundler,
  );
  const validator = SessionKeyValidator__factory.connect(system.sessionKeyValidator.address, bundler);
  const factory = ModularAccountFactory__factory.connect(system.modularAccountFactory.address, bundler);
  const owner = wallet("owner");
  const ownerValidatorAddress = system.ecdsaOwnerValidator.address;

  const createAccount = async (salt: string): Promise<string> => {
    await factory.createAccount(ownerValidatorAddress, owner.address, salt);
    const address = await factory.accountAddress(ownerValidatorAddress, owner.address, salt);
    await setBalance(address, parseEther("100"));
    // As the account itself: how the owner gets there is the business of the integration tests.
    const account = ModularAccount__factory.connect(address, await ethers.getImpersonatedSigner(address));
    await account.installModule(1, system.sessionKeyValidator.address, "0x");
    return address;
  };
  const accountAddress = await createAccount(ZeroHash);
  const otherAccountAddress = await createAccount(ethers.id("other"));

  const preset = artifact("openzeppelin-4/build/contracts/ERC20PresetMinterPauser.json");
  const token = await new ContractFactory(preset.abi, preset.bytecode, bundler).deploy("Test Dollar", "USDT");
  const tokenAddress = await token.getAddress();
  await (token as unknown as Token).mint(accountAddress, 10n ** 30n);
  await (token as unknown as Token).mint(otherAccountAddress, 10n ** 30n);
  const target = await new Recorder__factory(bundler).deploy();

  return {
    chainId: (await ethers.provider.getNetwork()).chainId,
    bundler,
    stranger,
    entryPoint,
    validator,
    validatorAddress: system.sessionKeyValidator.address,
    lens: SessionLens__factory.connect(system.sessionLens.address, bundler),
    ownerValidator: ECDSAOwnerValidator__factory.connect(ownerValidatorAddress, bundler),
    ownerValidatorAddress,
    factory,
    owner,
    account: ModularAccount__factory.connect(accountAddress, bundler),
    accountAddress,
    otherAccountAddress,
    key: wallet("key"),
    otherKey: wallet("other key"),
    token: token as unknown as Token,
    tokenAddress,
    target,
    targetAddress: await target.getAddress(),
  };
}

/** Unix seconds of a block mined now: the last one of a world restored from a snapshot may be as old as the world. */
export async function now(): Promise<number> {
  await mine();
  return time.latest();
}
