/** An opcode that must not be in a contract at all, with its program counter. */
export interface ScanFinding {
  readonly pc: number;
  readonly opcode: string;
}

const FORBIDDEN: ReadonlyMap<number, string> = new Map([
  [0x31, "BALANCE"],
  [0x32, "ORIGIN"],
  [0x3a, "GASPRICE"],
  [0x40, "BLOCKHASH"],
  [0x41, "COINBASE"],
  [0x42, "TIMESTAMP"],
  [0x43, "NUMBER"],
  [0x44, "PREVRANDAO"],
  [0x45, "GASLIMIT"],
  [0x47, "SELFBALANCE"],
  [0x48, "BASEFEE"],
  [0x49, "BLOBHASH"],
  [0x4a, "BLOBBASEFEE"],
  [0xf0, "CREATE"],
  [0xf2, "CALLCODE"],
  [0xf4, "DELEGATECALL"],
  [0xf5, "CREATE2"],
  [0xff, "SELFDESTRUCT"],
]);

const GAS = 0x5a;
const JUMPDEST = 0x5b;
const CALLS = new Set([0xf1, 0xf2, 0xf4, 0xfa]);
/** STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT: what follows runs only if it is a JUMPDEST. */
const TERMINATORS = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe, 0xff]);

/**
 * Looks for opcodes that ERC-7562 forbids, or that a session-key module has no use for, in a deployed contract. Push
 * data, the metadata at the end and everything else that cannot be reached is no code; it is skipped, never guessed at.
 */
export function scanBytecode(runtime: string): ScanFinding[] {
  const code = withoutMetadata(Buffer.from(runtime.replace(/^0x/, ""), "hex"));
  return instructions(code).flatMap(({ pc, byte, next }) => {
    const opcode = byte === GAS && !CALLS.has(next) ? "GAS" : FORBIDDEN.get(byte);
    return opcode === undefined ? [] : [{ pc, opcode }];
  });
}

interface Instruction {
  readonly pc: number;
  readonly byte: number;
  /** The byte after the instruction; STOP beyond the end of the code, as in the EVM. */
  readonly next: number;
}

/** From the first byte on, as the EVM itself finds its jump destinations: so no JUMPDEST can be missed. */
function instructions(code: Buffer): Instruction[] {
  const found: Instruction[] = [];
  let isReachable = true;
  for (let pc = 0; pc < code.length;) {
    const byte = code[pc] as number;
    const end = pc + 1 + pushLength(byte);
    isReachable ||= byte === JUMPDEST;
    if (isReachable) found.push({ pc, byte, next: code[end] ?? 0 });
    if (TERMINATORS.has(byte)) isReachable = false;
    pc = end;
  }
  return found;
}

function pushLength(byte: number): number {
  return byte >= 0x60 && byte <= 0x7f ? byte - 0x5f : 0;
}

/** solc appends a CBOR map and, in two bytes, its length. Only what begins like that map is cut off. */
function withoutMetadata(code: Buffer): Buffer {
  if (code.length < 2) return code;
  const start = code.length - 2 - code.readUInt16BE(code.length - 2);
  const isMap = start >= 0 && /^[\xa1-\xa4](dipfs|dsolc|lexper)/.test(code.toString("latin1", start, start + 7));
  return isMap ? code.subarray(0, start) : code;
}
