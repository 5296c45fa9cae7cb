import { type StructLog } from "./trace";

// An access beyond this offset costs more gas than a block has: such a step runs out of gas and changes nothing.
const LIMIT = 2 ** 25;

/**
 * The memory of one frame, rebuilt from the stack operands of the steps. A node prints the whole memory at every step,
 * which makes a trace ten times larger and slower than the rest of it; this is what makes the check cheap.
 */
export class Memory {
  #bytes = Buffer.alloc(1024);
  #exact: boolean;

  /** @param exact Whether the frame's input is known: what is copied from a guess is a guess. */
  constructor(exact = true) {
    this.#exact = exact;
  }

  /** False once bytes were written that the trace does not tell, such as the output of a precompile. */
  get exact(): boolean {
    return this.#exact;
  }

  read(offset: number, length: number): Buffer {
    const result = Buffer.alloc(length < LIMIT ? length : 0);
    if (offset < this.#bytes.length) this.#bytes.copy(result, 0, offset, offset + result.length);
    return result;
  }

  write(offset: number, data: Buffer): void {
    const end = offset + data.length;
    if (data.length === 0 || end > LIMIT) return;
    this.#grow(end);
    data.copy(this.#bytes, offset);
  }

  /** Copies `length` bytes of `source` from `from`, with zeros beyond its end: the semantics of the *COPY opcodes. */
  copy(offset: number, source: Buffer, from: number, length: number): void {
    if (length > LIMIT) return;
    const data = Buffer.alloc(length);
    if (from < source.length) source.copy(data, 0, from, from + length);
    this.write(offset, data);
  }

  forget(): void {
    this.#exact = false;
  }

  #grow(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = Buffer.alloc(2 ** Math.ceil(Math.log2(size)));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}

/** The same bytes as the node printed them. Memory may end before the range: it grows only when the step runs. */
export function printedMemory(memory: NonNullable<StructLog["memory"]>, offset: number, length: number): Buffer {
  const result = Buffer.alloc(length < LIMIT ? length : 0);
  const first = Math.floor(offset / 32);
  const words = memory.slice(first, Math.ceil((offset + result.length) / 32));
  const bytes = Buffer.from(words.map((word) => word.replace(/^0x/, "")).join(""), "hex");
  bytes.subarray(offset - first * 32).copy(result);
  return result;
}
