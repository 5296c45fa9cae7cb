import { setBalance, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { ethers, network } from "hardhat";
import ENTRY_POINT_ARTIFACT from "@account-abstraction/contracts/artifacts/EntryPoint.json";
import type {
  AccessVices,
  ProbeAccount,
  ProbeFactory,
  ProbePaymaster,
  Relay,
  StatelessVirtues,
  StorageVices,
} from "../../typechain-types";
import { type PackedUserOp, type Query } from "./checker";

/** The kinds of call of `Route` in Steps.sol. */
export enum Route {
  Nothing,
  Own,
  Call,
  StaticCall,
  DelegateCall,
}

/** What a mock does while it validates: see Steps.sol. */
export interface Step {
  readonly route: Route;
  readonly target: string;
  readonly data: string;
}

export const NOTHING: Step = { route: Route.Nothing, target: ethers.ZeroAddress, data: "0x" };

/** The canonical EntryPoint v0.8, made as on every chain: CREATE2 with a known salt through the known proxy. */
export const ENTRY_POINT = "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108";
const ENTRY_POINT_SALT = "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9";
const CREATE2_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const CREATE2_PROXY_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0" +
  "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

export const SALT = ethers.id("an account that does not exist yet");
const FUNDS = 10n ** 18n;

export interface Bench {
  readonly account: ProbeAccount;
  readonly factory: ProbeFactory;
  readonly paymaster: ProbePaymaster;
  readonly relay: Relay;
  readonly innerRelay: Relay;
  readonly storage: StorageVices;
  readonly access: AccessVices;
  readonly stateless: StatelessVirtues;
  /** The address that the factory makes with SALT. */
  readonly unborn: string;
  readonly bundler: string;
}

export async function deployBench(): Promise<Bench> {
  await deployEntryPoint();
  const [bundler] = await ethers.getSigners();
  const account = await ethers.deployContract("ProbeAccount", [ENTRY_POINT]);
  const factory = await ethers.deployContract("ProbeFactory", [ENTRY_POINT]);
  const paymaster = await ethers.deployContract("ProbePaymaster");
  const access = await ethers.deployContract("AccessVices");
  const unborn = await factory.accountAddress(SALT);
  await Promise.all([account, access, unborn].map((target) => setBalance(addressOf(target), FUNDS)));
  const entryPoint = new ethers.Contract(ENTRY_POINT, ENTRY_POINT_ARTIFACT.abi, bundler);
  await entryPoint.getFunction("depositTo")(paymaster, { value: FUNDS });
  return {
    account,
    factory,
    paymaster,
    access,
    unborn,
    relay: await ethers.deployContract("Relay"),
    innerRelay: await ethers.deployContract("Relay"),
    storage: await ethers.deployContract("StorageVices"),
    stateless: await ethers.deployContract("StatelessVirtues"),
    bundler: addressOf(bundler),
  };
}

async function deployEntryPoint(): Promise<void> {
  if ((await ethers.provider.getCode(ENTRY_POINT)) !== "0x") return;
  const [deployer] = await ethers.getSigners();
  await setCode(CREATE2_PROXY, CREATE2_PROXY_CODE);
  const data = ethers.concat([ENTRY_POINT_SALT, ENTRY_POINT_ARTIFACT.bytecode]);
  await deployer?.sendTransaction({ to: CREATE2_PROXY, data, gasLimit: 8_000_000 });
}

/** The same as `ethers.resolveAddress`, but at once: everything here is deployed. */
export function addressOf(target: string | { target: unknown } | { address: string } | undefined): string {
  if (target === undefined) throw new Error("no address");
  if (typeof target === "string") return target;
  return "address" in target ? target.address : String(target.target);
}

/** The parts of an operation that tests vary. */
export interface Scenario {
  readonly step?: Step;
  readonly paymasterStep?: Step;
  /** With it, the operation creates its account, after this step of the factory. */
  readonly factoryStep?: Step;
  readonly callData?: string;
}

export function userOpOf(bench: Bench, scenario: Scenario): PackedUserOp {
  return {
    sender: scenario.factoryStep === undefined ? addressOf(bench.account) : bench.unborn,
    nonce: 0n,
    initCode: scenario.factoryStep === undefined ? "0x" : initCodeOf(bench, scenario.factoryStep),
    callData: scenario.callData ?? "0x",
    accountGasLimits: gasPair(2_000_000n, 100_000n),
    preVerificationGas: 100_000n,
    gasFees: gasPair(1n, 1_000_000_000n),
    paymasterAndData: scenario.paymasterStep === undefined ? "0x" : paymasterDataOf(bench, scenario.paymasterStep),
    signature: encodeStep(scenario.step ?? NOTHING),
  };
}

export function queryOf(bench: Bench, scenario: Scenario): Query {
  const userOp = userOpOf(bench, scenario);
  return { provider: network.provider, entryPoint: ENTRY_POINT, userOp, from: bench.bundler };
}

function initCodeOf({ factory }: Bench, step: Step): string {
  return ethers.concat([addressOf(factory), factory.interface.encodeFunctionData("createAccount", [SALT, step])]);
}

function paymasterDataOf({ paymaster }: Bench, step: Step): string {
  return ethers.concat([addressOf(paymaster), gasPair(1_000_000n, 50_000n), encodeStep(step)]);
}

function encodeStep({ route, target, data }: Step): string {
  return ethers.AbiCoder.defaultAbiCoder().encode(["tuple(uint8, address, bytes)"], [[route, target, data]]);
}

function gasPair(high: bigint, low: bigint): string {
  return ethers.concat([ethers.toBeHex(high, 16), ethers.toBeHex(low, 16)]);
}

/** The step that uses an opcode in the mock's own code. */
export function ownOpcode(opcode: number): Step {
  return { route: Route.Own, target: ethers.ZeroAddress, data: ethers.toBeHex(opcode, 32) };
}
