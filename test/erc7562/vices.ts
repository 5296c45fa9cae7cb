import { ethers } from "ethers";
import { type View } from "./checker";
import { ENTRY_POINT, NOTHING, Route, addressOf, ownOpcode, type Bench, type Step } from "./fixture";

/** What an account does while it validates, in words and in the mocks' terms. */
export interface Deed {
  readonly name: string;
  readonly step: StepOf;
}

export interface Vice extends Deed {
  readonly rule: string;
  /** Who flags it; all, if absent. */
  readonly views?: readonly View[];
}

export type StepOf = (bench: Bench) => Step;

type Mock = "access" | "storage" | "stateless" | "relay" | "innerRelay";
type Argument = string | number | Step | { readonly target: unknown };

/** A step that calls a function of a mock; contracts among the arguments stand for their addresses. */
function via(
  route: Route,
  mock: Mock,
  name: string,
  argumentsOf: (bench: Bench) => readonly Argument[] = () => [],
): StepOf {
  return (bench) => {
    const abi: ethers.Interface = bench[mock].interface;
    const values = argumentsOf(bench).map((value) => (isContract(value) ? addressOf(value) : value));
    return { route, target: addressOf(bench[mock]), data: abi.encodeFunctionData(name, values) };
  };
}

function isContract(value: Argument): value is { readonly target: unknown } {
  return typeof value === "object" && !("route" in value);
}

/** The same step, with one frame more before it. */
function relayed(route: Route, stepOf: StepOf): StepOf {
  return via(route, "relay", "relay", (bench) => [stepOf(bench)]);
}

/** A plain call of the account itself. */
export function callTo(target: string): Step {
  return { route: Route.Call, target, data: "0x" };
}

const { Call, StaticCall, DelegateCall } = Route;
const ID = ethers.id("some session");
const EOA = "0x00000000000000000000000000000000000E0A00";
const STRANGER = "0x000000000000000000000000000000000000bEEF";

function precompile(number: number): string {
  return ethers.toBeHex(number, 20);
}

// Opcodes

export const OPCODE_VICES: readonly (readonly [opcode: number, name: string, rule: string])[] = [
  [0x31, "BALANCE", "OP-080"],
  [0x32, "ORIGIN", "OP-011"],
  [0x3a, "GASPRICE", "OP-011"],
  [0x40, "BLOCKHASH", "OP-011"],
  [0x41, "COINBASE", "OP-011"],
  [0x42, "TIMESTAMP", "OP-011"],
  [0x43, "NUMBER", "OP-011"],
  [0x44, "PREVRANDAO", "OP-011"],
  [0x45, "GASLIMIT", "OP-011"],
  [0x47, "SELFBALANCE", "OP-080"],
  [0x48, "BASEFEE", "OP-011"],
  [0x49, "BLOBHASH", "OP-011"],
  [0x4a, "BLOBBASEFEE", "OP-011"],
  [0x5a, "GAS", "OP-012"],
  [0xf0, "CREATE", "OP-011"],
  [0xf5, "CREATE2", "OP-031"],
  [0xfe, "INVALID", "OP-011"],
];

type RouteOf = readonly [name: string, stepOf: (opcode: number) => StepOf];

export const OPCODE_ROUTES: readonly RouteOf[] = [
  ["the account itself", (opcode) => () => ownOpcode(opcode)],
  ["CALL", (opcode) => use(Call, opcode)],
  ["DELEGATECALL", (opcode) => use(DelegateCall, opcode)],
];

export const DEEPER_ROUTES: readonly RouteOf[] = [
  ["STATICCALL", (opcode) => use(StaticCall, opcode)],
  ["CALL, CALL", (opcode) => relayed(Call, use(Call, opcode))],
  ["CALL, DELEGATECALL", (opcode) => relayed(Call, use(DelegateCall, opcode))],
  ["DELEGATECALL, CALL", (opcode) => relayed(DelegateCall, use(Call, opcode))],
  ["DELEGATECALL, DELEGATECALL", (opcode) => relayed(DelegateCall, use(DelegateCall, opcode))],
];

function use(route: Route, opcode: number): StepOf {
  return via(route, "innerRelay", "use", () => [opcode]);
}

/** Runtime code for what solc does not write. */
export const RAW_VICES: readonly (readonly [name: string, code: string, rule: string])[] = [
  ["SELFDESTRUCT", "0x33ff", "OP-011"],
  ["the unassigned opcode 0x0c", "0x0c", "OP-013"],
  ["CLZ, which only Osaka has", "0x5f1e00", "OP-013"],
];

// Other addresses

export const ACCESS_VICES: readonly Vice[] = [
  { name: "CALL to an EOA", step: access("callTo", EOA), rule: "OP-041" },
  { name: "STATICCALL to an EOA", step: access("staticCallTo", EOA), rule: "OP-041" },
  { name: "DELEGATECALL to an EOA", step: access("delegateCallTo", EOA), rule: "OP-041" },
  { name: "CALLCODE to an EOA", step: access("callCodeTo", EOA), rule: "OP-041" },
  { name: "EXTCODESIZE of an EOA", step: access("codeSizeOf", EOA), rule: "OP-041" },
  { name: "EXTCODEHASH of an EOA", step: access("codeHashOf", EOA), rule: "OP-041" },
  { name: "EXTCODECOPY of an EOA", step: access("codeCopyOf", EOA), rule: "OP-041" },
  { name: "the account's own CALL to an EOA", step: () => callTo(EOA), rule: "OP-041" },
  { name: "EXTCODESIZE of a precompile", step: access("codeSizeOf", precompile(1)), rule: "OP-041" },
  { name: "CALL to a precompile that does not exist", step: access("callTo", precompile(0x12)), rule: "OP-041" },
  {
    name: "value to another contract",
    step: via(DelegateCall, "access", "sendValue", (b) => [b.access]),
    rule: "OP-061",
  },
  { name: "value to the account", step: via(Call, "access", "sendValue", (b) => [b.account]), rule: "OP-061" },
  { name: "value to the EntryPoint by a stranger", step: access("sendValue", ENTRY_POINT), rule: "OP-054" },
  { name: "EntryPoint.balanceOf", step: ofEntryPoint(Call, "balanceIn"), rule: "OP-054" },
  { name: "EntryPoint.balanceOf by DELEGATECALL", step: ofEntryPoint(DelegateCall, "balanceIn"), rule: "OP-054" },
  { name: "EntryPoint.getNonce", step: ofEntryPoint(Call, "nonceIn"), rule: "OP-054" },
  { name: "depositTo by a stranger", step: ofEntryPoint(Call, "depositFor"), rule: "OP-054" },
  { name: "depositTo for a stranger", step: access("depositFor", ENTRY_POINT, STRANGER), rule: "OP-054" },
  { name: "incrementNonce by a stranger", step: access("skipNonce", ENTRY_POINT, 1), rule: "OP-054" },
  { name: "DELEGATECALL to the EntryPoint", step: access("delegateCallTo", ENTRY_POINT), rule: "OP-054" },
  { name: "EXTCODESIZE of the EntryPoint", step: access("codeSizeOf", ENTRY_POINT), rule: "OP-054" },
  { name: "EXTCODEHASH of the EntryPoint", step: access("codeHashOf", ENTRY_POINT), rule: "OP-054" },
  { name: "out of gas in a caught call", step: access("starve"), rule: "OP-020" },
  {
    name: "SSTORE below the stipend in a caught call",
    step: via(Call, "access", "starveStore", (b) => [b.account]),
    rule: "OP-020",
  },
  { name: "RETURN that cannot pay for its memory", step: access("starveReturn"), rule: "OP-020" },
];

function access(name: string, ...values: Argument[]): StepOf {
  return via(Call, "access", name, () => values);
}

function ofEntryPoint(route: Route, name: string): StepOf {
  return via(route, "access", name, ({ account }) => [ENTRY_POINT, account]);
}

// Storage

export const STORAGE_VICES: readonly Vice[] = [
  { name: "a global, written", step: via(Call, "storage", "writeGlobal"), rule: "STO-021" },
  { name: "a global, read", step: via(StaticCall, "storage", "readGlobal"), rule: "STO-021" },
  { name: "another account's slot", step: via(Call, "storage", "writeAssociated", () => [STRANGER]), rule: "STO-021" },
  { name: "mapping(account => mapping(id => v))", step: ofAccountAndId("writeAccountOutermost"), rule: "STO-021" },
  { name: "an element of a dynamic array", step: ofIdAndAccount("pushDynamicArray"), rule: "STO-021" },
  { name: "bytes longer than 31", step: ofIdAndAccount("writeLongBytes"), rule: "STO-021" },
  { name: "a mapping in the account's struct", step: ofIdAndAccount("writeInnerMapping"), rule: "STO-021" },
  { name: "a packed preimage", step: ofAccount("writePackedPreimage"), rule: "STO-021" },
  { name: "slot offset 128", step: atOffset(128), rule: "STO-021", views: ["bundlers"] },
  { name: "slot offset 129", step: atOffset(129), rule: "STO-021" },
  { name: "a preimage of three words", step: ofAccount("writeLongPreimage"), rule: "STO-021", views: ["spec"] },
  { name: "a preimage of 512 bytes", step: ofAccount("writeHugePreimage"), rule: "STO-021" },
  { name: "TSTORE at a fixed slot", step: via(Call, "storage", "writeTransientGlobal"), rule: "STO-021" },
  { name: "TLOAD at a fixed slot", step: via(StaticCall, "storage", "readTransientGlobal"), rule: "STO-021" },
  { name: "a global behind CALL, CALL", step: relayed(Call, via(Call, "storage", "readGlobal")), rule: "STO-021" },
  {
    name: "a global behind CALL, DELEGATECALL",
    step: relayed(Call, via(DelegateCall, "storage", "writeGlobal")),
    rule: "STO-021",
  },
  {
    name: "a global behind DELEGATECALL, CALL",
    step: relayed(DelegateCall, via(Call, "storage", "writeGlobal")),
    rule: "STO-021",
  },
];

function ofAccount(name: string): StepOf {
  return via(Call, "storage", name, ({ account }) => [account]);
}

function ofAccountAndId(name: string): StepOf {
  return via(Call, "storage", name, ({ account }) => [account, ID]);
}

function ofIdAndAccount(name: string): StepOf {
  return via(Call, "storage", name, ({ account }) => [ID, account]);
}

export function atOffset(offset: number): StepOf {
  return via(Call, "storage", "writeAtOffset", ({ account }) => [ID, account, offset]);
}

// What must pass

export const VIRTUES: readonly Deed[] = [
  { name: "nothing at all", step: () => NOTHING },
  { name: "mapping(account => v)", step: ofAccount("writeAssociated") },
  {
    name: "mapping(id => mapping(account => struct with a fixed array))",
    step: via(Call, "storage", "writeFixedArray", ({ account }) => [ID, account, 15]),
  },
  { name: "bytes of up to 31", step: ofIdAndAccount("writeShortBytes") },
  { name: "slot offset 127", step: atOffset(127) },
  { name: "the slot whose number is the account", step: ofAccount("readSlotOfAddress") },
  { name: "TSTORE at an associated slot", step: ofAccount("writeTransientAssociated") },
  { name: "associated storage behind CALL, CALL", step: relayed(Call, ofAccount("writeAssociated")) },
  { name: "the account's own storage", step: via(DelegateCall, "storage", "writeGlobal") },
  {
    name: "the account's own mapping, whatever its key",
    step: via(DelegateCall, "storage", "writeAccountOutermost", () => [STRANGER, ID]),
  },
  { name: "STATICCALL to a stateless contract", step: via(StaticCall, "stateless", "hashMany", () => [20]) },
  { name: "ecrecover", step: via(StaticCall, "stateless", "recover", () => [ID, 27, ID, ID]) },
  { name: "SHA-256", step: via(StaticCall, "stateless", "digestOf", () => ["0x1234"]) },
  { name: "CALL to the last precompile of Prague", step: access("callTo", precompile(0x11)) },
  { name: "EXTCODESIZE of a contract", step: via(Call, "access", "codeSizeOf", ({ relay }) => [relay]) },
  { name: "EXTCODESIZE ISZERO of the EntryPoint", step: access("hasNoCode", ENTRY_POINT) },
  { name: "depositTo(sender) by the sender", step: ofEntryPoint(DelegateCall, "depositFor") },
  { name: "incrementNonce by the sender", step: via(DelegateCall, "access", "skipNonce", () => [ENTRY_POINT, 1]) },
  {
    name: "value from the sender to the EntryPoint",
    step: via(DelegateCall, "access", "sendValue", () => [ENTRY_POINT]),
  },
  { name: "a revert that is caught", step: access("refuse") },
  { name: "an event refused by STATICCALL", step: access("announceInVain") },
];
