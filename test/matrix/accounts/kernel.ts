import { concat, Interface, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { ENTRY_POINTS, FIRST_IN_LIST, kernelAccount, type EntryPointVersion } from "../../../sdk";
import { modulekitBytecode } from "../bytecode";
import { calldata, deploy, fund, transact, words, type AccountKind, type Ground } from "../ground";
import { subject } from "./subject";

/** ZeroDev's factory, with Kernel for an EntryPoint. */
export async function kernelFactory(ground: Ground, version: EntryPointVersion): Promise<string> {
  const entryPoint = words(["address"], [ENTRY_POINTS[version]]);
  const implementation = await deploy(ground, modulekitBytecode("Kernel", "KERNEL_BYTECODE"), entryPoint);
  const argument = words(["address"], [implementation]);
  return deploy(ground, modulekitBytecode("Kernel", "KERNEL_FACTORY_BYTECODE"), argument);
}

/** `initialize` with the owner's validator as root, without a hook, and calls that the account then makes to itself. */
export function kernelInitData({ ownerValidator, owner }: Ground, calls: readonly string[] = []): string {
  const rootValidator = concat(["0x01", ownerValidator]);
  return calldata("initialize(bytes21,address,bytes,bytes,bytes[])", [
    rootValidator,
    FIRST_IN_LIST,
    owner.address,
    "0x",
    calls,
  ]);
}

/** Where the factory puts the account with that data. */
export async function kernelAddress(factory: string, initData: string): Promise<string> {
  const abi = new Interface(["function getAddress(bytes,bytes32) view returns (address)"]);
  const data = abi.encodeFunctionData("getAddress", [initData, ZeroHash]);
  return abi.decodeFunctionResult("getAddress", await ethers.provider.call({ to: factory, data }))[0] as string;
}

/** Calldata of the factory. */
export function kernelCreation(initData: string): string {
  return calldata("createAccount(bytes,bytes32)", [initData, ZeroHash]);
}

/** Kernel with a plain ECDSA root validator. */
export const kernel: AccountKind = {
  name: "ZeroDev Kernel 0.3.1",
  uninstalled: "AA23 NotInstalled",
  async create(ground, version) {
    const factory = await kernelFactory(ground, version);
    const initData = kernelInitData(ground);
    const account = await kernelAddress(factory, initData);
    await transact(ground, factory, kernelCreation(initData));
    await fund(account);
    // Nonce key 0: mode default, type root.
    return subject(ground, account, kernelAccount({ account, chainId: ground.chainId }), 0n);
  },
};
