import { AbiCoder, Contract, ContractFactory, getBytes, Interface, ZeroHash } from "ethers";
import { deployDeterministic } from "../../sdk/actions/deploy";
import type { Call } from "../../sdk";
import { GAS } from "../../test/helpers/operations";
import { fund, type Ground } from "../../test/matrix/ground";
import { compileRivals, type Compiled } from "../rivals/compile";
import { requireRival } from "../rivals/packages";
import { endow, stageSet, type Props } from "../stage";

// Biconomy v1 (SmartAccount 2.0.0) on EntryPoint v0.6, from its npm package.

const ENTRY_POINT = "@account-abstraction/contracts/artifacts/EntryPoint.json";
const ACCOUNT = new Interface([
  "function execute_ncC(address dest,uint256 value,bytes func)",
  "function executeBatch_y6U(address[] dest,uint256[] value,bytes[] func)",
  "function enableModule(address module)",
]);
/** ABI encoding. */
export const abi = AbiCoder.defaultAbiCoder();

/** A chain with an account of Biconomy, its modules enabled. */
export interface Biconomy extends Ground, Props {
  readonly account: string;
  readonly entryPoint: Contract;
  /** Addresses of the modules, by the names of their contracts. */
  readonly modules: Readonly<Record<string, string>>;
}

const MODULES = [
  "EcdsaOwnershipRegistryModule",
  "SessionKeyManager",
  "BatchedSessionRouter",
  "ERC20SessionValidationModule",
  "CallSessionValidationModule",
] as const;

async function deploy(ground: Ground, name: string, ...values: unknown[]): Promise<Contract> {
  const { abi: interfaceOf, bytecode } = compileRivals()[name]!;
  const contract = await new ContractFactory(interfaceOf, bytecode, ground.deployer).deploy(...values);
  return new Contract(await contract.getAddress(), interfaceOf, ground.deployer);
}

/** The fixture: everything from npm, nothing granted yet. */
export async function buildBiconomy(): Promise<Biconomy> {
  const set = await stageSet();
  const artifact = requireRival<Compiled>(ENTRY_POINT);
  const { address } = await deployDeterministic(set.deployer, ZeroHash, artifact.bytecode);
  const contracts = await Promise.all(MODULES.map(async (name) => [name, await deploy(set, name)] as const));
  const modules = Object.fromEntries(contracts.map(([name, { target }]) => [name, target as string]));
  const implementation = await deploy(set, "SmartAccount", address);
  const factory = await deploy(set, "SmartAccountFactory", implementation.target, set.deployer.address);
  const init = new Interface(["function initForSmartAccount(address)"]);
  const creation = [
    modules["EcdsaOwnershipRegistryModule"],
    init.encodeFunctionData("initForSmartAccount", [set.owner.address]),
    0,
  ];
  const account = (await factory.getFunction("getAddressForCounterFactualAccount")(...creation)) as string;
  await factory.getFunction("deployCounterFactualAccount")(...creation);
  await fund(account);
  await endow(set, account);
  const biconomy = { ...set, account, modules, entryPoint: new Contract(address, artifact.abi, set.deployer) };
  for (const name of ["SessionKeyManager", "BatchedSessionRouter"]) {
    const callData = ACCOUNT.encodeFunctionData("enableModule", [modules[name]]);
    await send(biconomy, callData, (hash) => ownerSignature(biconomy, hash));
  }
  return biconomy;
}

/** Sends an operation that must succeed, signed by what makes a signature from its hash. */
export async function send(b: Biconomy, callData: string, sign: (userOpHash: string) => string): Promise<string> {
  const { account: sender, entryPoint, deployer } = b;
  const nonce = (await entryPoint.getFunction("getNonce")(sender, 0)) as bigint;
  const op = { ...GAS, sender, nonce, initCode: "0x", callData, paymasterAndData: "0x", signature: "0x" };
  const signature = sign((await entryPoint.getFunction("getUserOpHash")(op)) as string);
  const sent = (await entryPoint.getFunction("handleOps")([{ ...op, signature }], deployer.address)) as {
    wait(): Promise<{ hash: string; logs: { fragment?: { name: string }; args: Record<string, unknown> }[] }>;
  };
  const { hash, logs } = await sent.wait();
  const event = logs.find((log) => log.fragment?.name === "UserOperationEvent");
  if (event?.args["success"] !== true) throw new Error(`operation of Biconomy's account failed in ${hash}`);
  return hash;
}

/** What the account takes: the module's signature, and which module. */
export function forModule(b: Biconomy, module: (typeof MODULES)[number], signature: string): string {
  return abi.encode(["bytes", "address"], [signature, b.modules[module]]);
}

function ownerSignature(b: Biconomy, userOpHash: string): string {
  return forModule(b, "EcdsaOwnershipRegistryModule", b.owner.signMessageSync(getBytes(userOpHash)));
}

/** `execute` or `executeBatch`, by their cheaper names. */
export function execute(calls: readonly Call[]): string {
  const [first] = calls;
  if (calls.length === 1 && first)
    return ACCOUNT.encodeFunctionData("execute_ncC", [first.target, first.value, first.data]);
  const columns = [calls.map(({ target }) => target), calls.map(({ value }) => value), calls.map(({ data }) => data)];
  return ACCOUNT.encodeFunctionData("executeBatch_y6U", columns);
}

/** The plain ECDSA owner's operation. */
export const byOwner = (b: Biconomy, calls: readonly Call[]) =>
  send(b, execute(calls), (hash) => ownerSignature(b, hash));
