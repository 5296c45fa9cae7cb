import { concat, Interface, ZeroAddress, type Wallet } from "ethers";
import {
  ENTRY_POINTS,
  safe7579Account,
  type EntryPointVersion,
  type PackedUserOperation,
  type TypedData,
} from "../../../sdk";
import { unpackGas } from "../../../sdk/userOp";
import { wallet } from "../../helpers/world";
import { modulekitBytecode } from "../bytecode";
import { calldata, deploy, fund, transact, words, type AccountKind, type Ground } from "../ground";
import { REFUSED } from "./subject";

/** What Safes are made with. */
export interface SafeSystem {
  readonly safe7579: string;
  readonly singleton: string;
  readonly launchpad: string;
  readonly proxyFactory: string;
}

/** Safe, its factory, the ERC-7579 adapter and its launchpad for an EntryPoint; no module registry. */
export async function safeSystem(ground: Ground, version: EntryPointVersion): Promise<SafeSystem> {
  const make = (constant: string, ...rest: string[]) =>
    deploy(ground, modulekitBytecode("Safe7579", constant), ...rest);
  return {
    safe7579: await make("SAFE7579_BYTECODE"),
    singleton: await make("SAFE_SINGLETON_BYTECODE"),
    launchpad: await make(
      "SAFE7579_LAUNCHPAD_BYTECODE",
      words(["address", "address"], [ENTRY_POINTS[version], ZeroAddress]),
    ),
    proxyFactory: await make("SAFE_PROXY_FACTORY_BYTECODE"),
  };
}

const PROXY_FACTORY = new Interface(["function createProxyWithNonce(address,bytes,uint256) returns (address)"]);

/** Calldata of the proxy factory, and where the proxy will be. */
export async function safeProxy(ground: Ground, factory: string, singleton: string, initializer: string) {
  const data = PROXY_FACTORY.encodeFunctionData("createProxyWithNonce", [singleton, initializer, 0]);
  const found = await ground.deployer.call({ to: factory, data });
  return { data, address: PROXY_FACTORY.decodeFunctionResult("createProxyWithNonce", found)[0] as string };
}

/** The two owners, both of whom must sign, in ascending order of their addresses. */
export function safeOwners(ground: Ground): readonly Wallet[] {
  return [ground.owner, wallet("co-owner")].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}

const MODULES = "(address,bytes)[]";

/** `setup` of a Safe that calls the launchpad to add Safe7579, without validators. */
function setupOf({ safe7579, launchpad }: SafeSystem, owners: readonly Wallet[]): string {
  const signature = `addSafe7579(address,${MODULES},${MODULES},${MODULES},${MODULES},address[],uint8)`;
  const addSafe7579 = calldata(signature, [safe7579, [], [], [], [], [], 0]);
  return calldata("setup(address[],uint256,address,bytes,address,address,uint256,address)", [
    owners.map(({ address }) => address),
    owners.length,
    launchpad,
    addSafe7579,
    safe7579,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
}

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

/** A Safe of two owners who both sign: `SafeOp` for operations, `SafeMessage` for grants. */
export const safe: AccountKind = {
  name: "Safe 1.4.1 + Safe7579 1.0.0",
  uninstalled: "AA24 signature error",
  hides: "ExecutionFailed",
  refuses: { "0.8": REFUSED, "0.9": REFUSED },
  async create(ground, version) {
    const { chainId } = ground;
    const owners = safeOwners(ground);
    const system = await safeSystem(ground, version);
    const { safe7579, singleton, proxyFactory } = system;
    const proxy = await safeProxy(ground, proxyFactory, singleton, setupOf(system, owners));
    const account = proxy.address;
    await transact(ground, proxyFactory, proxy.data);
    await fund(account);

    const adapter = safe7579Account({ account, chainId });
    const signData = async (data: TypedData, stranger?: Wallet): Promise<string> => {
      const { domain, types, message } = adapter.ownerTypedData(data);
      const signers = stranger === undefined ? owners : [stranger];
      const signatures = await Promise.all(signers.map((signer) => signer.signTypedData(domain, types, message)));
      return adapter.wrapOwnerSignature(concat(signatures), data);
    };
    const signOperation = async (op: PackedUserOperation): Promise<string> => {
      const window = { validAfter: 0, validUntil: 0 };
      const message = { ...op, ...unpackGas(op), ...window, safe: account, entryPoint: ENTRY_POINTS[version] };
      const domain = { chainId, verifyingContract: safe7579 };
      const signatures = owners.map((signer) => signer.signTypedData(domain, { SafeOp: SAFE_OP }, message));
      // validAfter, validUntil, signatures
      return concat([`0x${"00".repeat(12)}`, ...(await Promise.all(signatures))]);
    };
    // Validator zero: the Safe's own owners.
    return { address: account, adapter, ownerNonceKey: 0n, signData, signOperation };
  },
};
