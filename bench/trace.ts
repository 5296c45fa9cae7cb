import { ethers } from "hardhat";

/** One executed instruction, and what it cost without the calls that it made. */
export interface Step {
  readonly pc: number;
  readonly op: string;
  /** Whose code runs, in lower case; the transaction's `to` at first. */
  readonly code: string;
  readonly gas: number;
}

interface RawStep {
  readonly pc: number;
  readonly op: string;
  readonly depth: number;
  readonly gas: number;
  readonly gasCost: number;
  readonly stack: readonly string[];
}

const CALLS = ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"];

/** Every instruction of a transaction, in order. */
export async function stepsOf(hash: string): Promise<Step[]> {
  const transaction = await ethers.provider.getTransaction(hash);
  if (!transaction?.to) throw new Error(`no transaction ${hash} that calls a contract`);
  const options = { disableMemory: true, disableStorage: true };
  const { structLogs } = (await ethers.provider.send("debug_traceTransaction", [hash, options])) as {
    structLogs: RawStep[];
  };
  // Whose code runs at each depth, and which call opened it; the transaction's own call has depth 1.
  const codes = ["", transaction.to.toLowerCase()];
  return structLogs.map((step, i) => {
    const code = codes[step.depth] ?? "";
    if (CALLS.includes(step.op)) codes[step.depth + 1] = addressOf(step.stack[step.stack.length - 2] ?? "");
    return { pc: step.pc, op: step.op, code, gas: ownGas(structLogs, i) };
  });
}

/** A call that runs code costs what its frame did not use; every other instruction what the trace says. */
function ownGas(steps: readonly RawStep[], at: number): number {
  const step = steps[at]!;
  const next = steps[at + 1];
  if (!CALLS.includes(step.op) || next === undefined) return step.gasCost;
  const back = steps.findIndex(({ depth }, i) => i > at && depth <= step.depth);
  const after = steps[back]!;
  if (back === at + 1) return step.gas - after.gas;
  const last = steps[back - 1]!;
  return step.gas - after.gas - (next.gas - (last.gas - last.gasCost));
}

function addressOf(word: string): string {
  return `0x${word.replace(/^0x/, "").padStart(40, "0").slice(-40)}`.toLowerCase();
}

/** Gas of the bytes of a transaction: 16 for each that is not zero, else 4. */
export async function calldataGas(hash: string): Promise<number> {
  const transaction = await ethers.provider.getTransaction(hash);
  const bytes = ethers.getBytes(transaction?.data ?? "0x");
  return bytes.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
}
