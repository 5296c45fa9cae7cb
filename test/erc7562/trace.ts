/** One step of a `debug_trace*` answer. Stack and memory words are hex without `0x`, the top of the stack comes last. */
export interface StructLog {
  readonly pc: number;
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
  readonly stack: readonly string[];
  readonly memory?: readonly string[] | null;
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  SHA3: "KECCAK256",
  DIFFICULTY: "PREVRANDAO",
  SUICIDE: "SELFDESTRUCT",
};

/** Nodes disagree on the names of a few opcodes. */
export function opcodeOf(log: StructLog): string {
  return OLD_NAMES[log.op] ?? log.op;
}

/** The stack word `depth` places below the top, as 64 hex digits. */
export function peek(log: StructLog, depth: number): string {
  const word = log.stack.at(-1 - depth) ?? "";
  return word.replace(/^0x/, "").padStart(64, "0");
}

export function peekAddress(log: StructLog, depth: number): string {
  return `0x${peek(log, depth).slice(24)}`;
}

export function peekBigInt(log: StructLog, depth: number): bigint {
  return BigInt(`0x${peek(log, depth)}`);
}

/** For offsets and lengths: a word too large for a number is larger than any memory, too. */
export function peekNumber(log: StructLog, depth: number): number {
  return Number(peekBigInt(log, depth));
}

/** Where the operands of the call family lie on the stack, counted from the top. */
export interface CallOperands {
  readonly to: string;
  readonly value: bigint;
  readonly inputOffset: number;
  readonly inputLength: number;
  readonly outputOffset: number;
  readonly outputLength: number;
}

const CALLS_WITH_VALUE = new Set(["CALL", "CALLCODE"]);
const CALLS_WITHOUT_VALUE = new Set(["DELEGATECALL", "STATICCALL"]);
const CREATIONS = new Set(["CREATE", "CREATE2"]);

export function isCall(op: string): boolean {
  return CALLS_WITH_VALUE.has(op) || CALLS_WITHOUT_VALUE.has(op);
}

export function isCreation(op: string): boolean {
  return CREATIONS.has(op);
}

export function callOperands(log: StructLog): CallOperands {
  const hasValue = CALLS_WITH_VALUE.has(opcodeOf(log));
  const first = hasValue ? 3 : 2;
  return {
    to: peekAddress(log, 1),
    value: hasValue ? peekBigInt(log, 2) : 0n,
    inputOffset: peekNumber(log, first),
    inputLength: peekNumber(log, first + 1),
    outputOffset: peekNumber(log, first + 2),
    outputLength: peekNumber(log, first + 3),
  };
}
