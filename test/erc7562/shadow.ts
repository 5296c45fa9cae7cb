import { type Context } from "./context";
import { type Frame, type Visit } from "./frames";
import { callOperands, isCall, peek, peekAddress, peekNumber, type StructLog } from "./trace";

type Effect = (log: StructLog, frame: Frame, context: Context) => void;

/** What each opcode writes to memory. The call family is written when the callee returns: see `closeFrame`. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  MSTORE: (log, { memory }) => memory.write(peekNumber(log, 0), Buffer.from(peek(log, 1), "hex")),
  MSTORE8: (log, { memory }) => memory.write(peekNumber(log, 0), Buffer.from(peek(log, 1).slice(62), "hex")),
  MCOPY: (log, { memory }) => memory.write(peekNumber(log, 0), memory.read(peekNumber(log, 1), peekNumber(log, 2))),
  CALLDATACOPY: (log, { memory, input }) => copy(log, memory, input),
  CODECOPY: (log, { memory, code }) => copy(log, memory, code),
  RETURNDATACOPY: (log, frame) => {
    if (frame.returned === undefined) frame.memory.forget();
    else copy(log, frame.memory, frame.returned);
  },
  EXTCODECOPY: (log, { memory }, context) => {
    const code = Buffer.from(context.codeOf(peekAddress(log, 0)).slice(2), "hex");
    memory.copy(peekNumber(log, 1), code, peekNumber(log, 2), peekNumber(log, 3));
  },
};

function copy(log: StructLog, memory: Frame["memory"], source: Buffer): void {
  memory.copy(peekNumber(log, 0), source, peekNumber(log, 1), peekNumber(log, 2));
}

/** Brings the frame's memory up to date after a step. */
export function remember({ op, log, next, frame }: Visit, context: Context): void {
  EFFECTS[op]?.(log, frame, context);
  if (isCall(op) && next?.depth === log.depth) callWithoutFrame(log, frame, context);
}

/** Precompiles and accounts without code take no step. What a precompile answers is not in the trace. */
function callWithoutFrame(log: StructLog, frame: Frame, context: Context): void {
  const { to, outputLength } = callOperands(log);
  const answers = context.codeOf(to) === "0x" && BigInt(to) <= 0x100n;
  frame.returned = answers ? undefined : Buffer.alloc(0);
  if (answers && outputLength !== 0) frame.memory.forget();
}
