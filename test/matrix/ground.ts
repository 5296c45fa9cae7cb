import { loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { concat, ContractFactory, parseEther, type InterfaceAbi, type Wallet } from "ethers";
import { ethers } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { deploySystem } from "../../cli/support/system";
import {
  NestedOwnerValidator__factory,
  Recorder__factory,
  SessionKeyValidator__factory,
  type Recorder,
  type SessionKeyValidator,
} from "../../typechain-types";
import type { AccountAdapter, EntryPointVersion, PackedUserOperation } from "../../sdk";
import { wallet } from "../helpers/world";
import { deployEntryPoints } from "./entryPoints";

/** What every cell of the matrix stands on. */
export interface Ground {
  readonly chainId: bigint;
  readonly deployer: HardhatEthersSigner;
  readonly validator: SessionKeyValidator;
  readonly validatorAddress: string;
  /** Plain ECDSA over the digest as it is. */
  readonly ownerValidator: string;
  /** ECDSA over the digest nested by ERC-7739. */
  readonly nestedOwnerValidator: string;
  readonly target: Recorder;
  readonly targetAddress: string;
  readonly owner: Wallet;
  readonly key: Wallet;
}

/** A fresh chain with the EntryPoints, our modules and a target. */
export async function ground(): Promise<Ground> {
  return loadFixture(buildGround);
}

async function buildGround(): Promise<Ground> {
  const [deployer] = (await ethers.getSigners()) as [HardhatEthersSigner];
  const system = await deploySystem(deployer);
  await deployEntryPoints(deployer);
  const target = await new Recorder__factory(deployer).deploy();
  const nested = await new NestedOwnerValidator__factory(deployer).deploy();
  return {
    chainId: (await ethers.provider.getNetwork()).chainId,
    deployer,
    validator: SessionKeyValidator__factory.connect(system.sessionKeyValidator.address, deployer),
    validatorAddress: system.sessionKeyValidator.address,
    ownerValidator: system.ecdsaOwnerValidator.address,
    nestedOwnerValidator: await nested.getAddress(),
    target,
    targetAddress: await target.getAddress(),
    owner: wallet("owner"),
    key: wallet("key"),
  };
}

/** An account that exists, holds ether and belongs to the ground's owner. */
export interface Subject {
  readonly address: string;
  readonly adapter: AccountAdapter;
  /** The 192-bit nonce key of the owner's own operations. */
  readonly ownerNonceKey: bigint;
  /** The owner's signature of an operation, by the account's own scheme. */
  signOperation(op: PackedUserOperation, userOpHash: string): Promise<string>;
  /** The owner's signature over a grant, by the account's own scheme; with the ground's owner unless told otherwise. */
  signData(data: Parameters<AccountAdapter["ownerTypedData"]>[0], owner?: Wallet): Promise<string>;
}

/** A row of the matrix. */
export interface AccountKind {
  /** As the table calls it. */
  readonly name: string;
  /** Makes one for an EntryPoint. */
  create(ground: Ground, version: EntryPointVersion): Promise<Subject>;
  /**
   * The EntryPoints that the account refuses, with the error seen. The tests run them all the same, and fail if the account
   * says anything else.
   */
  readonly refuses?: Partial<Record<EntryPointVersion, string>>;
  /** The account's own error, if it answers with that instead of passing on the validator's. */
  readonly hides?: string;
  /** Why an operation for the validator is refused once that is uninstalled. */
  readonly uninstalled: string;
}

/** Deploys creation code with constructor arguments that are encoded already. */
export async function deploy(ground: Ground, bytecode: string, ...constructorArguments: string[]): Promise<string> {
  const contract = await new ContractFactory([], concat([bytecode, ...constructorArguments]), ground.deployer).deploy();
  return contract.getAddress();
}

/** A word of ABI encoding. */
export function words(types: readonly string[], values: readonly unknown[]): string {
  return ethers.AbiCoder.defaultAbiCoder().encode(types, values);
}

/** Calldata from a human-readable signature. */
export function calldata(signature: string, values: readonly unknown[]): string {
  const abi: InterfaceAbi = [`function ${signature}`];
  const name = signature.slice(0, signature.indexOf("("));
  return new ethers.Interface(abi).encodeFunctionData(name, values);
}

/** Calls a contract of somebody else from the deployer and waits. */
export async function transact(ground: Ground, to: string, data: string): Promise<void> {
  await (await ground.deployer.sendTransaction({ to, data })).wait();
}

/** Ether for fees. */
export async function fund(address: string): Promise<void> {
  await setBalance(address, parseEther("100"));
}
