import { toBeHex } from "ethers";
import { ethers } from "hardhat";

/** One SSTORE of a transaction. */
export interface Store {
  /** Whose storage, in lower case. */
  readonly contract: string;
  /** As a word. */
  readonly slot: string;
  readonly value: bigint;
}

interface Step {
  readonly op: string;
  readonly depth: number;
  readonly stack: readonly string[];
}

const CALLS = ["CALL", "STATICCALL"];
const SAME_STORAGE = ["DELEGATECALL", "CALLCODE"];

/** Every SSTORE of a transaction, in order, from its trace. */
export async function storesOf(hash: string): Promise<Store[]> {
  const transaction = await ethers.provider.getTransaction(hash);
  if (!transaction?.to) throw new Error(`no transaction ${hash} that calls a contract`);
  const options = { disableMemory: true, disableStorage: true };
  const trace = (await ethers.provider.send("debug_traceTransaction", [hash, options])) as { structLogs: Step[] };
  const stores: Store[] = [];
  // Whose storage is written at each depth; the transaction's own call has depth 1.
  const contracts: string[] = ["", transaction.to.toLowerCase()];
  for (const { op, depth, stack } of trace.structLogs) {
    if (CALLS.includes(op)) contracts[depth + 1] = toBeHex(fromTop(stack, 1) & ((1n << 160n) - 1n), 20);
    else if (SAME_STORAGE.includes(op)) contracts[depth + 1] = contracts[depth]!;
    else if (op === "SSTORE") {
      stores.push({ contract: contracts[depth]!, slot: toBeHex(fromTop(stack, 0), 32), value: fromTop(stack, 1) });
    }
  }
  return stores;
}

function fromTop(stack: readonly string[], index: number): bigint {
  const item = stack[stack.length - 1 - index];
  if (item === undefined) throw new Error("the trace has no stack");
  return BigInt(item.startsWith("0x") ? item : `0x${item}`);
}

/** The slots of `contract` that were zero before the transaction and are not after it. */
export async function newSlotsOf(contract: string, hash: string): Promise<string[]> {
  const receipt = await ethers.provider.getTransactionReceipt(hash);
  if (receipt === null) throw new Error(`no receipt of ${hash}`);
  const own = (await storesOf(hash)).filter((store) => store.contract === contract.toLowerCase());
  const slots = [...new Set(own.map(({ slot }) => slot))];
  const fresh: string[] = [];
  for (const slot of slots) {
    const before = BigInt(await ethers.provider.getStorage(contract, slot, receipt.blockNumber - 1));
    const after = BigInt(await ethers.provider.getStorage(contract, slot, receipt.blockNumber));
    if (before === 0n && after !== 0n) fresh.push(slot);
  }
  return fresh;
}
