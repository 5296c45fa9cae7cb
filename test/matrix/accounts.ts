import { concat, dataSlice, getAddress, getBytes, Interface, ZeroAddress, ZeroHash, type Wallet } from "ethers";
import { ethers } from "hardhat";
import {
  ENTRY_POINTS,
  FIRST_IN_LIST,
  kernelAccount,
  modularAccount,
  nexusAccount,
  referenceMsaAccount,
  safe7579Account,
  signAsOwner,
  unpackGas,
  type AccountAdapter,
  type EntryPointVersion,
  type PackedUserOperation,
  type TypedData,
} from "../../sdk";
import { ModularAccountFactory__factory, ModularAccount__factory } from "../../typechain-types";
import { wallet } from "../helpers/world";
import { modulekitBytecode } from "./bytecode";
import { calldata, deploy, fund, ground, transact, words, type AccountKind, type Ground, type Subject } from "./ground";
import { ownerOperation, succeed, type Seat } from "./operations";

/** Accounts with EntryPoint v0.7 written into their code: what they say to the others. */
const REFUSED = "AA23 AccountAccessUnauthorized";

/** What most accounts share: one ECDSA owner, who signs operations raw and grants as the adapter says. */
function subject(ground: Ground, address: string, adapter: AccountAdapter, ownerNonceKey: bigint): Subject {
  return {
    address,
    adapter,
    ownerNonceKey,
    signOperation: (_op, userOpHash) => Promise.resolve(ground.owner.signingKey.sign(getBytes(userOpHash)).serialized),
    signData: (data, owner = ground.owner) => signAsOwner(owner, adapter, data),
  };
}

async function modularFactory(ground: Ground, entryPoint: string) {
  const factory = await new ModularAccountFactory__factory(ground.deployer).deploy(entryPoint);
  return ModularAccountFactory__factory.connect(await factory.getAddress(), ground.deployer);
}

const openZeppelin: AccountKind = {
  name: "OpenZeppelin AccountERC7579 5.7.0",
  uninstalled: "AA24 signature error",
  async create(ground, version) {
    const factory = await modularFactory(ground, ENTRY_POINTS[version]);
    const { ownerValidator, owner } = ground;
    await factory.createAccount(ownerValidator, owner.address, ZeroHash);
    const address = await factory.accountAddress(ownerValidator, owner.address, ZeroHash);
    await fund(address);
    const adapter = modularAccount(ownerValidator);
    return subject(ground, address, adapter, adapter.nonceKey(ownerValidator));
  },
};

const delegated: AccountKind = {
  name: "EIP-7702 EOA → AccountERC7579",
  uninstalled: "AA24 signature error",
  async create(ground, version) {
    const factory = await modularFactory(ground, ENTRY_POINTS[version]);
    const delegate = await factory.IMPLEMENTATION();
    const { ownerValidator } = ground;
    const eoa = ground.owner.connect(ethers.provider);
    await fund(eoa.address);
    const nonce = await eoa.getNonce();
    // One type-4 transaction of the EOA to itself: delegate, and install the owner's validator.
    const authorization = await eoa.authorize({ address: delegate, nonce: nonce + 1, chainId: ground.chainId });
    const data = ModularAccount__factory.createInterface().encodeFunctionData("initialize", [
      ownerValidator,
      eoa.address,
    ]);
    const response = await eoa.sendTransaction({
      type: 4,
      to: eoa.address,
      data,
      nonce,
      gasLimit: 1_000_000n,
      authorizationList: [authorization],
    });
    await response.wait();
    const adapter = modularAccount(ownerValidator);
    return subject(ground, eoa.address, adapter, adapter.nonceKey(ownerValidator));
  },
};

const nexus: AccountKind = {
  name: "Biconomy Nexus 1.0.0",
  uninstalled: "AA23 ValidatorNotInstalled",
  async create(ground, version) {
    const ownerValidator = ground.nestedOwnerValidator;
    const implementation = await deploy(
      ground,
      modulekitBytecode("Nexus", "NEXUS_BYTECODE"),
      words(["address"], [ENTRY_POINTS[version]]),
    );
    const bootstrap = await deploy(ground, modulekitBytecode("Nexus", "NEXUS_BOOTSTRAP_BYTECODE"));
    const init = calldata("initNexusWithSingleValidator(address,bytes,address,address[],uint8)", [
      ownerValidator,
      ground.owner.address,
      ZeroAddress,
      [],
      0,
    ]);
    const initialize = calldata("initializeAccount(bytes)", [words(["address", "bytes"], [bootstrap, init])]);
    const account = await deploy(
      ground,
      modulekitBytecode("Nexus", "NEXUS_PROXY_BYTECODE"),
      words(["address", "bytes"], [implementation, initialize]),
    );
    await fund(account);
    const adapter = nexusAccount({ account, chainId: ground.chainId, ownerValidator });
    return subject(ground, account, adapter, adapter.nonceKey(ownerValidator));
  },
};

const kernel: AccountKind = {
  name: "ZeroDev Kernel 0.3.1",
  uninstalled: "AA23 NotInstalled",
  async create(ground, version) {
    const { ownerValidator, owner, chainId } = ground;
    const implementation = await deploy(
      ground,
      modulekitBytecode("Kernel", "KERNEL_BYTECODE"),
      words(["address"], [ENTRY_POINTS[version]]),
    );
    const factory = await deploy(
      ground,
      modulekitBytecode("Kernel", "KERNEL_FACTORY_BYTECODE"),
      words(["address"], [implementation]),
    );
    const rootValidator = concat(["0x01", ownerValidator]);
    const data = calldata("initialize(bytes21,address,bytes,bytes,bytes[])", [
      rootValidator,
      FIRST_IN_LIST,
      owner.address,
      "0x",
      [],
    ]);
    const abi = new Interface(["function getAddress(bytes,bytes32) view returns (address)"]);
    const found = await ethers.provider.call({
      to: factory,
      data: abi.encodeFunctionData("getAddress", [data, ZeroHash]),
    });
    const account = abi.decodeFunctionResult("getAddress", found)[0] as string;
    await transact(ground, factory, calldata("createAccount(bytes,bytes32)", [data, ZeroHash]));
    await fund(account);
    // Nonce key 0: mode default, type root.
    return subject(ground, account, kernelAccount({ account, chainId }), 0n);
  },
};

const SAFE_OP = [
  "address safe,uint256 nonce,bytes initCode,bytes callData,uint128 verificationGasLimit,uint128 callGasLimit",
  "uint256 preVerificationGas,uint128 maxPriorityFeePerGas,uint128 maxFeePerGas,bytes paymasterAndData",
  "uint48 validAfter,uint48 validUntil,address entryPoint",
]
  .join(",")
  .split(",")
  .map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { type, name };
  });

const safe: AccountKind = {
  name: "Safe 1.4.1 + Safe7579 1.0.0",
  uninstalled: "AA24 signature error",
  hides: "ExecutionFailed",
  refuses: { "0.8": REFUSED, "0.9": REFUSED },
  async create(ground, version) {
    const { owner, chainId } = ground;
    const coOwner = wallet("co-owner");
    const ascending = [owner, coOwner].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const safe7579 = await deploy(ground, modulekitBytecode("Safe7579", "SAFE7579_BYTECODE"));
    const singleton = await deploy(ground, modulekitBytecode("Safe7579", "SAFE_SINGLETON_BYTECODE"));
    const launchpad = await deploy(
      ground,
      modulekitBytecode("Safe7579", "SAFE7579_LAUNCHPAD_BYTECODE"),
      words(["address", "address"], [ENTRY_POINTS[version], ZeroAddress]),
    );
    const proxyFactory = await deploy(ground, modulekitBytecode("Safe7579", "SAFE_PROXY_FACTORY_BYTECODE"));
    const MODULES = "(address,bytes)[]";
    const setup = calldata(`addSafe7579(address,${MODULES},${MODULES},${MODULES},${MODULES},address[],uint8)`, [
      safe7579,
      [],
      [],
      [],
      [],
      [],
      0,
    ]);
    const initializer = calldata("setup(address[],uint256,address,bytes,address,address,uint256,address)", [
      ascending.map(({ address }) => address),
      2,
      launchpad,
      setup,
      safe7579,
      ZeroAddress,
      0,
      ZeroAddress,
    ]);
    const abi = new Interface(["function createProxyWithNonce(address,bytes,uint256) returns (address)"]);
    const creation = abi.encodeFunctionData("createProxyWithNonce", [singleton, initializer, 0]);
    const found = await ground.deployer.call({ to: proxyFactory, data: creation });
    const account = abi.decodeFunctionResult("createProxyWithNonce", found)[0] as string;
    await transact(ground, proxyFactory, creation);
    await fund(account);

    const adapter = safe7579Account({ account, chainId });
    const signData = async (data: TypedData, stranger?: Wallet): Promise<string> => {
      const { domain, types, message } = adapter.ownerTypedData(data);
      const signers = stranger === undefined ? ascending : [stranger];
      const signatures = await Promise.all(signers.map((signer) => signer.signTypedData(domain, types, message)));
      return adapter.wrapOwnerSignature(concat(signatures), data);
    };
    const signOperation = async (op: PackedUserOperation): Promise<string> => {
      const message = {
        ...op,
        ...unpackGas(op),
        safe: account,
        validAfter: 0,
        validUntil: 0,
        entryPoint: ENTRY_POINTS[version],
      };
      const domain = { chainId, verifyingContract: safe7579 };
      const signatures = ascending.map((signer) => signer.signTypedData(domain, { SafeOp: SAFE_OP }, message));
      // validAfter, validUntil, signatures
      return concat([`0x${"00".repeat(12)}`, ...(await Promise.all(signatures))]);
    };
    // Validator zero: the Safe's own owners.
    return { address: account, adapter, ownerNonceKey: 0n, signData, signOperation };
  },
};

const referenceMsa: AccountKind = {
  name: "ERC-7579 reference account (uMSA.advanced/withHook.v0.1)",
  uninstalled: "AA24 signature error",
  refuses: { "0.8": REFUSED, "0.9": REFUSED },
  async create(ground) {
    const { ownerValidator, owner } = ground;
    const implementation = await deploy(ground, modulekitBytecode("ERC7579", "ERC7579_BYTECODE"));
    const bootstrap = await deploy(ground, modulekitBytecode("ERC7579", "ERC7579_BOOTSTRAP_BYTECODE"));
    const init = calldata("singleInitMSA(address,bytes)", [ownerValidator, owner.address]);
    const initialize = calldata("initializeAccount(bytes)", [words(["address", "bytes"], [bootstrap, init])]);
    const account = await deploy(
      ground,
      modulekitBytecode("ERC7579", "MSAPROXY_BYTECODE"),
      words(["address", "bytes"], [implementation, initialize]),
    );
    await fund(account);
    const adapter = referenceMsaAccount(ownerValidator);
    return subject(ground, account, adapter, adapter.nonceKey(ownerValidator));
  },
};

/** The rows of the matrix. */
export const ACCOUNTS: readonly AccountKind[] = [openZeppelin, delegated, nexus, kernel, safe, referenceMsa];

/** An account of ours with the module installed by the owner. */
export async function installedSeat(version: EntryPointVersion): Promise<Seat> {
  return install(openZeppelin, version);
}

/** An EIP-7702 account with the module installed, and its delegate. */
export async function delegatedSeat(version: EntryPointVersion): Promise<Seat & { readonly delegate: string }> {
  const seat = await install(delegated, version);
  const code = await ethers.provider.getCode(seat.subject.address);
  return { ...seat, delegate: getAddress(dataSlice(code, 3)) };
}

/** A fresh account of that kind with the module installed by the owner. */
export async function install(kind: AccountKind, version: EntryPointVersion): Promise<Seat> {
  const base = await ground();
  const subject = await kind.create(base, version);
  const seat = { ...base, subject, version };
  await succeed(seat, await ownerOperation(seat, subject.adapter.installModule(base.validatorAddress)));
  return seat;
}
