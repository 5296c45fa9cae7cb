import { Interface, hexlify, type BigNumberish, type BytesLike } from "ethers";
import { analyse, type Report } from "./analyse";
import { delegateOf, type Context, type Violation } from "./context";
import { usedAddress } from "./opcodes";
import { opcodeOf, type StructLog } from "./trace";

export { analyse, slotsOf, type Report } from "./analyse";
export type { Context, Entity, View, Violation } from "./context";
export type { SlotUse } from "./storage";
export type { StructLog } from "./trace";

/** Hardhat's `network.provider`, its ethers provider and an ethers `JsonRpcProvider` all have this. */
export interface Rpc {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** A user operation as the EntryPoint v0.7 to v0.9 takes it. */
export interface PackedUserOp {
  readonly sender: string;
  readonly nonce: BigNumberish;
  readonly initCode: BytesLike;
  readonly callData: BytesLike;
  readonly accountGasLimits: BytesLike;
  readonly preVerificationGas: BigNumberish;
  readonly gasFees: BytesLike;
  readonly paymasterAndData: BytesLike;
  readonly signature: BytesLike;
}

export interface Query {
  readonly provider: Rpc;
  readonly entryPoint: string;
  readonly userOp: PackedUserOp;
  /** The bundler: an EOA, for EntryPoint v0.9 refuses others. */
  readonly from: string;
  readonly factoryStaked?: boolean;
  readonly paymasterStaked?: boolean;
  /** Default true, as the text has it; false is what Alto 0.0.18 and the eth-infinitism bundler do. */
  readonly allowP256Precompile?: boolean;
  /** Default false: have the node print all memory. Ten times slower, and the only use of it is to test the checker. */
  readonly withMemory?: boolean;
}

export interface OperationReport extends Report {
  /** Why the EntryPoint refused the operation; undefined if it did not. */
  readonly rejection?: string;
}

/**
 * The violations of ERC-7562 in the validation of one operation, as of the pending block.
 * @throws if the EntryPoint refuses the operation and no rule was broken: a validation that stops half-way proves nothing.
 */
export async function checkOperation(query: Query): Promise<Violation[]> {
  const { violations, rejection } = await inspectOperation(query);
  if (rejection !== undefined && violations.length === 0) {
    throw new Error(`ERC-7562: the EntryPoint refuses the operation: ${rejection}`);
  }
  return violations;
}

/** Violations, slots and gas of one operation. Does not throw if the EntryPoint refuses it: see `rejection`. */
export async function inspectOperation(query: Query): Promise<OperationReport> {
  const callData = ENTRY_POINT.encodeFunctionData("handleOps", [[query.userOp, STOPPER], query.from]);
  const trace = await traceCall(query, callData);
  const context = await contextOf(query, callData, trace.structLogs);
  const report = analyse(trace.structLogs, context);
  if (!report.isExact && !query.withMemory) return inspectOperation({ ...query, withMemory: true });
  return { ...report, rejection: rejectionOf(trace.returnValue) };
}

const OP_TUPLE =
  "tuple(address sender, uint256 nonce, bytes initCode, bytes callData, bytes32 accountGasLimits, " +
  "uint256 preVerificationGas, bytes32 gasFees, bytes paymasterAndData, bytes signature)";

const ENTRY_POINT = new Interface([
  `function handleOps(${OP_TUPLE}[] ops, address beneficiary)`,
  "error FailedOp(uint256 opIndex, string reason)",
  "error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner)",
]);

const STOPPER_REASON = "AA94";

/**
 * A second operation in the bundle, whose gas limits overflow. The EntryPoint validates all operations before it
 * executes any, so it stops right after the validation of the first: without this, half of the trace is execution.
 */
const STOPPER: PackedUserOp = {
  sender: "0x000000000000000000000000000000000000dEaD",
  nonce: 0n,
  initCode: "0x",
  callData: "0x",
  accountGasLimits: `0x${"ff".repeat(32)}`,
  preVerificationGas: 0n,
  gasFees: `0x${"00".repeat(32)}`,
  paymasterAndData: "0x",
  signature: "0x",
};

// Below the cap of a transaction since Osaka (EIP-7825), and far above MAX_VERIFICATION_GAS.
const TRACE_GAS = "0xf42400";

interface Trace {
  readonly structLogs: readonly StructLog[];
  readonly returnValue: string;
}

/** Pending, not latest: only the pending block has the time that the next transaction will see. */
async function traceCall({ provider, from, entryPoint, withMemory }: Query, data: string): Promise<Trace> {
  const options = { disableStorage: true, disableMemory: !withMemory, enableMemory: withMemory ?? false };
  const call = { from, to: entryPoint, data, gas: TRACE_GAS };
  return (await provider.send("debug_traceCall", [call, "pending", options])) as Trace;
}

/** The stopper's own failure means that the operation under test passed. */
function rejectionOf(returnValue: string): string | undefined {
  const data = returnValue.startsWith("0x") ? returnValue : `0x${returnValue}`;
  const error = ENTRY_POINT.parseError(data);
  if (error === null) return `unknown error ${data}`;
  const [index, reason, inner] = error.args as unknown as [bigint, string, string?];
  if (index === 1n && reason.startsWith(STOPPER_REASON)) return undefined;
  return inner === undefined ? reason : `${reason} ${inner}`;
}

// initCode that starts so asks the sender itself to initialise, and names no factory.
const EIP7702_MARKER = `0x7702${"00".repeat(18)}`;
const ADDRESS_DIGITS = 42;

/** What `analyse` needs to know of the chain: whether the sender exists, and the code at every address in the trace. */
export async function contextOf(query: Query, callData: string, logs: readonly StructLog[]): Promise<Context> {
  const { userOp, factoryStaked = false, paymasterStaked = false, allowP256Precompile = true } = query;
  const entryPoint = query.entryPoint.toLowerCase();
  const sender = userOp.sender.toLowerCase();
  const codes = await codesOf(query.provider, [entryPoint, sender, ...usedAddresses(logs)]);
  const codeOf = (address: string): string => codes.get(address) ?? "0x";
  const accountExists = codeOf(sender) !== "0x";
  const entities = { factory: factoryOf(userOp.initCode), paymaster: entityOf(userOp.paymasterAndData) };
  const flags = { accountExists, factoryStaked, paymasterStaked, allowP256Precompile };
  return { entryPoint, sender, ...entities, ...flags, callData, codeOf };
}

function factoryOf(initCode: BytesLike): string | undefined {
  const factory = entityOf(initCode);
  return factory === EIP7702_MARKER ? undefined : factory;
}

function entityOf(field: BytesLike): string | undefined {
  const address = hexlify(field).slice(0, ADDRESS_DIGITS);
  return address.length === ADDRESS_DIGITS ? address : undefined;
}

function usedAddresses(logs: readonly StructLog[]): string[] {
  const used = logs.map((log) => usedAddress({ op: opcodeOf(log), log }));
  return used.filter((address) => address !== undefined);
}

async function codesOf(rpc: Rpc, addresses: readonly string[]): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  const fetchAll = async (wanted: readonly string[]): Promise<void> => {
    const missing = [...new Set(wanted)].filter((address) => !codes.has(address));
    await Promise.all(missing.map(async (address) => codes.set(address, await codeAt(rpc, address))));
  };
  await fetchAll(addresses);
  // What an EIP-7702 account runs is somebody else's code.
  await fetchAll([...codes.values()].map(delegateOf).filter((delegate) => delegate !== undefined));
  return codes;
}

async function codeAt(rpc: Rpc, address: string): Promise<string> {
  return (await rpc.send("eth_getCode", [address, "pending"])) as string;
}
