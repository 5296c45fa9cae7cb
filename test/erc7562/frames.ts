import { id } from "ethers";
import { delegateOf, type Context, type Entity } from "./context";
import { Memory, printedMemory } from "./memory";
import { remember } from "./shadow";
import {
  callOperands,
  isCall,
  isCreation,
  opcodeOf,
  peek,
  peekAddress,
  peekBigInt,
  peekNumber,
  type StructLog,
} from "./trace";

/**
 * `root`: handleOps itself. `creator`: the EntryPoint's SenderCreator, neutral as well. `entity`: code that the rules
 * bind. `trusted`: the EntryPoint again, called back by an entity.
 */
export type Role = "root" | "creator" | "entity" | "trusted";

export interface Frame {
  readonly role: Role;
  /** Present exactly if the role is `entity`. */
  readonly entity?: Entity;
  /** The address whose code runs. */
  readonly address: string;
  /** The address whose storage the code uses: another one behind DELEGATECALL and CALLCODE. */
  readonly storage: string;
  readonly isStatic: boolean;
  readonly code: Buffer;
  readonly input: Buffer;
  readonly memory: Memory;
  /** The step that opened the frame, in the caller. */
  readonly opener?: StructLog;
  readonly parent?: Frame;
  readonly gasAtEntry: number;
  /** Return data of the last call; undefined if the trace does not tell it. */
  returned: Buffer | undefined;
}

/** How a frame ended, seen from the caller's next step. */
export interface Exit {
  readonly success: boolean;
  readonly gasReturned: number;
}

export interface Visit {
  readonly log: StructLog;
  readonly op: string;
  readonly frame: Frame;
  /** The step after this one, in whatever frame. */
  readonly next?: StructLog;
  /** Present if this is the last step of its frame. */
  readonly exit?: Exit;
  /** The address a CREATE* made, undefined if it failed. */
  readonly created?: string;
}

const BEFORE_EXECUTION = id("BeforeExecution()").slice(2);
const CREATOR_SELECTORS = new Set(
  ["createSender(bytes)", "initEip7702Sender(address,bytes)"].map((signature) => id(signature).slice(2, 10)),
);

/** Walks the validation phase: every step with the frame it runs in, until the EntryPoint says that execution begins. */
export function* walk(logs: readonly StructLog[], context: Context): Generator<Visit> {
  const born = new Map<string, Buffer>();
  let frame = rootFrame(logs, context);
  for (const index of logs.keys()) {
    const visit = visitOf(logs, index, frame);
    if (frame.role === "root" && isBeforeExecution(visit)) return;
    yield visit;
    frame = follow(visit, context, born);
  }
}

function isBeforeExecution({ op, log }: Visit): boolean {
  return op === "LOG1" && peek(log, 2) === BEFORE_EXECUTION;
}

function rootFrame(logs: readonly StructLog[], context: Context): Frame {
  return {
    role: "root",
    address: context.entryPoint,
    storage: context.entryPoint,
    isStatic: false,
    code: toBuffer(context.codeOf(context.entryPoint)),
    input: toBuffer(context.callData),
    memory: new Memory(),
    gasAtEntry: logs[0]?.gas ?? 0,
    returned: Buffer.alloc(0),
  };
}

function visitOf(logs: readonly StructLog[], index: number, frame: Frame): Visit {
  const log = logs[index] as StructLog;
  const next = logs[index + 1];
  const op = opcodeOf(log);
  return {
    log,
    op,
    frame,
    next,
    exit: next !== undefined && next.depth < log.depth ? exitOf(next, frame.opener) : undefined,
    created: isCreation(op) ? createdAddress(logs, index) : undefined,
  };
}

/** A caller gets back what its callee left: the gas of its next step beyond what the call had cost it. */
function exitOf(next: StructLog, opener: StructLog | undefined): Exit {
  const left = opener === undefined ? 0 : opener.gas - opener.gasCost;
  return { success: peekBigInt(next, 0) !== 0n, gasReturned: next.gas - left };
}

/** The address is only told when the creation returns: it is then on top of the creator's stack. */
function createdAddress(logs: readonly StructLog[], index: number): string | undefined {
  const { depth } = logs[index] as StructLog;
  const after = logs.slice(index + 1).find((log) => log.depth <= depth);
  if (after?.depth !== depth) return undefined;
  const address = peekAddress(after, 0);
  return BigInt(address) === 0n ? undefined : address;
}

/** The frame of the next step. */
function follow(visit: Visit, context: Context, born: Map<string, Buffer>): Frame {
  const { log, next, frame } = visit;
  remember(visit, context);
  if (next === undefined || next.depth === log.depth) return frame;
  if (next.depth > log.depth) return openFrame(visit, next, context, born);
  return closeFrame(visit, born);
}

function openFrame(visit: Visit, next: StructLog, context: Context, born: Map<string, Buffer>): Frame {
  const { log, op, frame } = visit;
  const shared = {
    memory: new Memory(frame.memory.exact),
    opener: log,
    parent: frame,
    gasAtEntry: next.gas,
    returned: Buffer.alloc(0),
  };
  if (isCreation(op)) {
    const address = visit.created ?? `failed creation at pc ${log.pc}`;
    const code = frame.memory.read(peekNumber(log, 1), peekNumber(log, 2));
    const owner = { role: frame.role, entity: frame.entity };
    return { ...shared, ...owner, address, storage: address, isStatic: false, code, input: Buffer.alloc(0) };
  }
  const { to, inputOffset, inputLength } = callOperands(log);
  const borrowsStorage = op === "DELEGATECALL" || op === "CALLCODE";
  const input = memoryAt(visit, inputOffset, inputLength);
  return {
    ...shared,
    ...roleOf(frame, to, input, context),
    address: to,
    storage: borrowsStorage ? frame.storage : to,
    isStatic: frame.isStatic || op === "STATICCALL",
    code: born.get(to) ?? runningCode(to, context),
    input,
  };
}

/** Attribution: by the call that the EntryPoint made, inherited by everything called from there. */
function roleOf(caller: Frame, to: string, input: Buffer, context: Context): Pick<Frame, "role" | "entity"> {
  if (caller.role === "trusted" || to === context.entryPoint) return { role: "trusted" };
  if (caller.role === "entity") return { role: "entity", entity: caller.entity };
  if (to === context.sender) return { role: "entity", entity: "account" };
  if (caller.role === "creator") return { role: "entity", entity: "factory" };
  if (to === context.paymaster) return { role: "entity", entity: "paymaster" };
  if (CREATOR_SELECTORS.has(input.toString("hex", 0, 4))) return { role: "creator" };
  throw new Error(`the EntryPoint called ${to}, which is neither sender, paymaster nor SenderCreator`);
}

function closeFrame(visit: Visit, born: Map<string, Buffer>): Frame {
  const { log, op, frame, exit } = visit;
  const { parent, opener } = frame;
  if (parent === undefined || opener === undefined) throw new Error(`the trace leaves its first frame at pc ${log.pc}`);
  // RETURN fails, and returns nothing, if it cannot pay for its memory.
  const hasOutput = op === "REVERT" || (op === "RETURN" && exit?.success === true);
  const output = hasOutput ? memoryAt(visit, peekNumber(log, 0), peekNumber(log, 1)) : Buffer.alloc(0);
  if (output.length !== 0 && !frame.memory.exact) parent.memory.forget();
  if (isCall(opcodeOf(opener))) {
    const { outputOffset, outputLength } = callOperands(opener);
    parent.memory.write(outputOffset, output.subarray(0, outputLength));
    parent.returned = output;
  } else {
    if (exit?.success) born.set(frame.address, output);
    parent.returned = exit?.success ? Buffer.alloc(0) : output;
  }
  return parent;
}

/** Memory before the step: as printed, if the node prints it. */
export function memoryAt({ log, frame }: Visit, offset: number, length: number): Buffer {
  return log.memory ? printedMemory(log.memory, offset, length) : frame.memory.read(offset, length);
}

/** What runs when `address` is called: for an EIP-7702 account, its delegate's code. */
function runningCode(address: string, context: Context): Buffer {
  const code = context.codeOf(address);
  const delegate = delegateOf(code);
  return toBuffer(delegate === undefined ? code : context.codeOf(delegate));
}

function toBuffer(hex: string): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
