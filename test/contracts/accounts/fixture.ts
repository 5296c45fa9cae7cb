import entryPointArtifact from "@account-abstraction/contracts/artifacts/EntryPoint.json";
import type { HDNodeWallet } from "ethers";
import { ethers } from "hardhat";
import {
  ECDSAOwnerValidator__factory,
  type ModularAccount,
  ModularAccount__factory,
  ModularAccountFactory__factory,
} from "../../../typechain-types";
import { IEntryPoint__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/interfaces/IERC4337.sol";
import type {
  IEntryPoint,
  PackedUserOperationStruct,
} from "../../../typechain-types/@openzeppelin/contracts/interfaces/IERC4337.sol/IEntryPoint";

export const SALT = ethers.zeroPadValue("0x01", 32);
export const SINGLE_MODE = ethers.ZeroHash;
export const ERC1271_MAGIC = "0x1626ba7e";
export const ERC1271_INVALID = "0xffffffff";

/** The real EntryPoint v0.8 (its npm artifact), an owner validator and a factory. */
export async function deployAccountParts() {
  const [deployer, stranger] = await ethers.getSigners();
  if (deployer === undefined || stranger === undefined) throw new Error("the network has no funded accounts");

  const deployed = await new ethers.ContractFactory(
    entryPointArtifact.abi,
    entryPointArtifact.bytecode,
    deployer,
  ).deploy();
  const entryPoint = IEntryPoint__factory.connect(await deployed.getAddress(), deployer);
  /** For decoding reverts only: OpenZeppelin's interface leaves out the EntryPoint's errors. */
  const entryPointErrors = new ethers.Interface(entryPointArtifact.abi);

  const validator = await new ECDSAOwnerValidator__factory(deployer).deploy();
  const factory = await new ModularAccountFactory__factory(deployer).deploy(entryPoint);
  const owner = ethers.Wallet.createRandom(ethers.provider);
  return { deployer, stranger, entryPoint, entryPointErrors, validator, factory, owner };
}

/** The same, with the owner's account created and funded with one ether. */
export async function deployAccount() {
  const parts = await deployAccountParts();
  const { factory, validator, owner, deployer } = parts;
  await factory.createAccount(validator, owner.address, SALT);
  const address = await factory.accountAddress(validator, owner.address, SALT);
  const account = ModularAccount__factory.connect(address, deployer);
  await deployer.sendTransaction({ to: address, value: ethers.parseEther("1") });
  return { ...parts, account };
}

/** `execute` with a single call. */
export function encodeExecute(account: ModularAccount, to: string, value: bigint, data = "0x"): string {
  const call = ethers.solidityPacked(["address", "uint256", "bytes"], [to, value, data]);
  return account.interface.encodeFunctionData("execute", [SINGLE_MODE, call]);
}

/** A userOp of `sender` validated by `validator` (OpenZeppelin reads the module from the nonce key), not yet signed. */
export async function buildUserOp(
  entryPoint: IEntryPoint,
  op: { sender: string; validator: string; callData: string; initCode?: string },
) {
  const nonce = await entryPoint.getNonce(op.sender, BigInt(op.validator) << 32n);
  return {
    sender: op.sender,
    nonce,
    initCode: op.initCode ?? "0x",
    callData: op.callData,
    accountGasLimits: ethers.solidityPacked(["uint128", "uint128"], [1_000_000, 1_000_000]),
    preVerificationGas: 50_000n,
    gasFees: ethers.solidityPacked(["uint128", "uint128"], [1, 1]),
    paymasterAndData: "0x",
    signature: "0x",
  };
}

/** EntryPoint v0.8: the userOpHash is an EIP-712 digest, signed as it is. */
export async function signUserOp<Op extends Awaited<ReturnType<typeof buildUserOp>>>(
  entryPoint: IEntryPoint,
  op: Op,
  key: HDNodeWallet,
): Promise<PackedUserOperationStruct> {
  const { chainId } = await ethers.provider.getNetwork();
  const signature = await key.signTypedData(
    { name: "ERC4337", version: "1", chainId, verifyingContract: await entryPoint.getAddress() },
    {
      PackedUserOperation: [
        { name: "sender", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "initCode", type: "bytes" },
        { name: "callData", type: "bytes" },
        { name: "accountGasLimits", type: "bytes32" },
        { name: "preVerificationGas", type: "uint256" },
        { name: "gasFees", type: "bytes32" },
        { name: "paymasterAndData", type: "bytes" },
      ],
    },
    op,
  );
  return { ...op, signature };
}
