import { getBytes } from "ethers";
import { ethers } from "hardhat";
import { stepsOf } from "./trace";

/**
 * A piece of work on a chain of its own, each function the hash of a transaction with one operation: what is measured, and
 * what the account's plain ECDSA owner does in comparison.
 */
export interface Work {
  readonly plain: () => Promise<string>;
  readonly act: () => Promise<string>;
  /** How often it is done before it counts: uses three times, so that nothing is written for the first time. */
  readonly times: 1 | 3;
  /** What the session must not do: proof that a rival does the work that is measured. */
  readonly forbidden?: () => Promise<string>;
}

/** What an operation costs. Gas is `receipt.gasUsed` of `handleOps` with this one operation. */
export interface Figure {
  readonly gas: number;
  /** Above the plain owner's operation. */
  readonly overhead: number;
  /** Gas of the first use; what is done once has no other. */
  readonly first: number;
  /** Bytes of the transaction's calldata. */
  readonly calldataBytes: number;
  /** Slots of storage that were zero and are not any more. */
  readonly newSlots: number;
  /** Slots written, new ones included. */
  readonly writtenSlots: number;
  /** Slots read that no earlier instruction had touched. */
  readonly coldSlots: number;
}

/** Gas of an SLOAD that nobody did before in this transaction (EIP-2929). */
const COLD_SLOAD = 2_100;
/** The least gas of an SSTORE that changes a slot for the first time in this transaction, and of one that fills an empty one. */
const SSTORE_RESET = 2_900;
const SSTORE_SET = 20_000;

async function storageOf(hash: string): Promise<Pick<Figure, "newSlots" | "writtenSlots" | "coldSlots">> {
  const steps = await stepsOf(hash);
  const count = (op: string, enough: (gas: number) => boolean) =>
    steps.filter((step) => step.op === op && enough(step.gas)).length;
  return {
    newSlots: count("SSTORE", (gas) => gas >= SSTORE_SET),
    writtenSlots: count("SSTORE", (gas) => gas >= SSTORE_RESET),
    coldSlots: count("SLOAD", (gas) => gas === COLD_SLOAD),
  };
}

async function gasOf(hash: string): Promise<number> {
  const receipt = await ethers.provider.getTransactionReceipt(hash);
  if (receipt?.status !== 1) throw new Error(`transaction ${hash} failed`);
  return Number(receipt.gasUsed);
}

async function calldataOf(hash: string): Promise<Uint8Array> {
  return getBytes((await ethers.provider.getTransaction(hash))?.data ?? "0x");
}

/** The hashes of doing it so many times. */
async function repeat(act: () => Promise<string>, times: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let i = 0; i < times; ++i) hashes.push(await act());
  return hashes;
}

/** A figure, and the transactions that it is from: the session's, and the plain owner's. */
export interface Measured {
  readonly figure: Figure;
  readonly hash: string;
  readonly plainHash: string;
  readonly calldata: Uint8Array;
  readonly plainCalldata: Uint8Array;
}

async function expectRefusal(forbidden: () => Promise<string>): Promise<void> {
  const accepted = await forbidden().then(
    (hash) => hash,
    () => undefined,
  );
  if (accepted !== undefined) throw new Error(`transaction ${accepted} did what the session must not do`);
}

/** Does the work, the owner's three times first. */
export async function measure({ plain, act, times, forbidden }: Work): Promise<Measured> {
  const plainHash = (await repeat(plain, 3)).at(-1)!;
  const hashes = await repeat(act, times);
  const hash = hashes.at(-1)!;
  const gas = await gasOf(hash);
  const overhead = gas - (await gasOf(plainHash));
  const first = await gasOf(hashes[0]!);
  const [calldata, plainCalldata] = [await calldataOf(hash), await calldataOf(plainHash)];
  const figure = { gas, overhead, first, calldataBytes: calldata.length, ...(await storageOf(hash)) };
  if (forbidden !== undefined) await expectRefusal(forbidden);
  return { figure, hash, plainHash, calldata, plainCalldata };
}
