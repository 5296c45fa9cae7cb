import type { Block, Log, Provider } from "ethers";
import { ENTRY_POINT_INTERFACE } from "../sdk/abi";
import { chainTime, ignoreRevert } from "../sdk/actions/context";
import { sameAddress, type Address, type Hex } from "../sdk/hex";
import { operationOf } from "../sdk/transport/logs";
import type { EventCondition, ViewCondition } from "./condition";
import { Fault } from "./failure";

/**
 * The chain at a moment.
 * @example
 * const { head } = new Runner({ automations: [automation], provider, transport, state: stateFile });
 * const at = (seen: Head) => `block ${seen.number} at ${seen.time}`;
 * console.log(head === undefined ? "not started" : at(head)); // not started
 */
export interface Head {
  readonly number: number;
  readonly hash: Hex;
  /** Unix seconds of the block that is being made: what decides on periods. */
  readonly time: number;
  /** Which of the watched events happened in blocks that were not noted yet, and when last, in unix seconds. */
  readonly seen: ReadonlyMap<EventCondition, number>;
}

/**
 * An operation in a block.
 * @example
 * const paid = (outcome: Outcome) => {
 *   const inclusion: Inclusion | undefined = "inclusion" in outcome ? outcome.inclusion : undefined;
 *   return inclusion?.cost ?? 0n;
 * };
 */
export interface Inclusion {
  readonly userOpHash: Hex;
  readonly success: boolean;
  /** Wei that the account or paymaster paid. */
  readonly cost: bigint;
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** What is watched. */
export interface WatcherOptions {
  readonly provider: Provider;
  readonly entryPoint: Address;
  readonly accounts: readonly Address[];
  readonly events: readonly EventCondition[];
  /** Blocks, its own included, until an operation counts as included; 1 says that its block suffices. */
  readonly confirmations: number;
}

interface Awaited {
  found: Inclusion | undefined;
  /** Milliseconds of the host's clock; without end until it is sent. */
  until: number;
  readonly resolve: (inclusion: Inclusion | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/** Nodes limit how many blocks they search at once, and how many topics. */
const MOST_BLOCKS = 2_000;
const MOST_ACCOUNTS = 200;
/** Where an operation is looked for that somebody else sent. */
const SEARCHED_BLOCKS = 5_000;

/** Looks at the chain once per block, for all automations together. */
export class Watcher {
  #head: Head | undefined;
  /** Block up to which logs were read, and noted. */
  #noted: number | undefined;
  readonly #awaited = new Map<string, Awaited>();
  /** What views answered at this head. */
  #answers = new Map<string, Hex>();
  /** Why nothing is waited for any more. */
  #abandoned: Error | undefined;

  constructor(private readonly options: WatcherOptions) {}

  /** The last one; raises a TypeError before the first poll. */
  get head(): Head {
    if (this.#head === undefined) throw new TypeError("poll first");
    return this.#head;
  }

  /** The last one, if there was any. */
  get last(): Head | undefined {
    return this.#head;
  }

  /** What happened up to this block is noted: events are read from the one after it on. */
  noted(block: number): void {
    this.#noted = block;
  }

  /** Asks for the newest block and the time; for the logs of what was not {@link noted}. */
  async poll(): Promise<Head> {
    const { provider } = this.options;
    const [block, time] = await Promise.all([provider.getBlock("latest"), chainTime(provider)]);
    const { number, hash } = block as Block & { hash: Hex };
    const isNew = hash !== this.#head?.hash;
    const noted = this.#noted;
    const isRead = noted === undefined || (noted === number && !isNew);
    const seen = isRead ? new Map<EventCondition, number>() : await this.#readFrom(noted, number);
    if (isNew) this.#answers = new Map();
    this.#head = { number, hash, time, seen };
    await this.#settle();
    return this.#head;
  }

  /**
   * Whether the action with this nonce is done: its inclusion, as soon as it has the confirmations; `undefined` when what
   * {@link hurry} sets is over, and when its block was reorganised away.
   */
  settled(account: Address, nonce: bigint, found?: Inclusion): Promise<Inclusion | undefined> {
    if (found !== undefined && this.options.confirmations <= 1) return Promise.resolve(found);
    if (this.#abandoned !== undefined) return Promise.reject(this.#abandoned);
    this.#forget(keyOf(account, nonce));
    return new Promise((resolve, reject) => {
      this.#awaited.set(keyOf(account, nonce), { found, until: Infinity, resolve, reject });
    });
  }

  /** It was sent: from now on it is waited for so many milliseconds. */
  hurry(account: Address, nonce: bigint, patience: number): void {
    const awaited = this.#awaited.get(keyOf(account, nonce));
    if (awaited !== undefined) awaited.until = Date.now() + patience;
  }

  /** Gives up on everything that is waited for, and will be. */
  abandon(reason: Error): void {
    this.#abandoned = reason;
    for (const { reject } of this.#awaited.values()) reject(reason);
    this.#awaited.clear();
  }

  /** Looks for an operation in the blocks of the near past. */
  async find(account: Address, nonce: bigint): Promise<Inclusion | undefined> {
    const { provider, entryPoint } = this.options;
    const topics = ENTRY_POINT_INTERFACE.encodeFilterTopics("UserOperationEvent", [null, account]);
    const fromBlock = Math.max(0, (await provider.getBlockNumber()) - SEARCHED_BLOCKS);
    const logs = await provider.getLogs({ address: entryPoint, topics, fromBlock });
    return logs.map(inclusionOf).find(({ key }) => key === keyOf(account, nonce))?.inclusion;
  }

  /** Answers of views, each question asked once per block; `0x` of one that reverts. */
  async answers(views: readonly ViewCondition[]): Promise<ReadonlyMap<string, Hex>> {
    const answers = this.#answers;
    const open = new Map(views.map((view) => [questionOf(view), view]));
    for (const question of answers.keys()) open.delete(question);
    const asked = [...open].map(async ([question, { target, data }]) => {
      const answer = await this.options.provider.call({ to: target, data }).catch(ignoreRevert);
      answers.set(question, answer ?? "0x");
    });
    await Promise.all(asked);
    return answers;
  }

  /** The blocks that may still be reorganised are read again. */
  async #readFrom(noted: number, number: number): Promise<Map<EventCondition, number>> {
    const blocks = new Map<EventCondition, number>();
    const overlap = this.options.confirmations - 1;
    const start = Math.max(0, Math.min(noted + 1, number) - overlap);
    for (let from = start; from <= number; from += MOST_BLOCKS) {
      const range = { fromBlock: from, toBlock: Math.min(from + MOST_BLOCKS - 1, number) };
      const [operations, events] = await Promise.all([this.#operations(range), this.#events(range)]);
      for (const { key, inclusion } of operations.map(inclusionOf)) {
        const awaited = this.#awaited.get(key);
        if (awaited !== undefined) awaited.found = inclusion;
      }
      for (const condition of this.options.events) {
        const last = events.filter((log) => matches(condition, log)).at(-1);
        if (last !== undefined) blocks.set(condition, last.blockNumber);
      }
    }
    return this.#timesOf(blocks);
  }

  async #timesOf(blocks: ReadonlyMap<EventCondition, number>): Promise<Map<EventCondition, number>> {
    const times = new Map<number, number>();
    for (const number of new Set(blocks.values())) {
      const block = await this.options.provider.getBlock(number);
      if (block === null) throw new Fault("REORGANISED", "The block of the event is no more.");
      times.set(number, block.timestamp);
    }
    return new Map([...blocks].map(([condition, number]) => [condition, times.get(number)!]));
  }

  async #operations(range: { fromBlock: number; toBlock: number }): Promise<readonly Log[]> {
    if (this.#awaited.size === 0) return [];
    const { provider, entryPoint, accounts } = this.options;
    // Of many accounts everybody's operations are read: the list would be longer than the answer.
    const [topics] = ENTRY_POINT_INTERFACE.encodeFilterTopics("UserOperationEvent", []);
    const senders = accounts.length > MOST_ACCOUNTS ? null : accounts.map((account) => `0x${word(account)}`);
    return provider.getLogs({ address: entryPoint, topics: [topics!, null, senders] as never, ...range });
  }

  async #events(range: { fromBlock: number; toBlock: number }): Promise<readonly Log[]> {
    const { provider, events } = this.options;
    const addresses = [...new Set(events.map(({ address }) => address))];
    return addresses.length === 0 ? [] : provider.getLogs({ address: addresses, ...range });
  }

  async #settle(): Promise<void> {
    const { confirmations } = this.options;
    const { number } = this.head;
    for (const [key, awaited] of this.#awaited) {
      const { found, until } = awaited;
      if (found === undefined ? Date.now() < until : number - found.blockNumber + 1 < confirmations) continue;
      const there = found !== undefined && (await this.#isThere(found));
      // A reorganisation in between may have put something else there.
      if (this.#awaited.get(key) !== awaited) continue;
      this.#awaited.delete(key);
      awaited.resolve(there ? found : undefined);
    }
  }

  /** Whoever waited for it before is not left waiting. */
  #forget(key: string): void {
    this.#awaited.get(key)?.resolve(undefined);
    this.#awaited.delete(key);
  }

  async #isThere({ blockNumber, blockHash }: Inclusion): Promise<boolean> {
    if (this.options.confirmations <= 1) return true;
    return (await this.options.provider.getBlock(blockNumber))?.hash === blockHash;
  }
}

/** What identifies the question of a view. */
export function questionOf({ target, data }: ViewCondition): string {
  return `${target}/${data}`;
}

/** Of a log that was asked for as a `UserOperationEvent`. */
function inclusionOf(log: Log): { key: string; inclusion: Inclusion } {
  const { transactionHash, blockNumber, blockHash } = log;
  const { userOpHash, sender, nonce, success, actualGasCost: cost } = operationOf(log)!;
  const inclusion = { userOpHash, success, cost, transactionHash, blockNumber, blockHash };
  return { key: keyOf(sender, nonce), inclusion };
}

function matches({ address, topics }: EventCondition, log: Log): boolean {
  if (!sameAddress(address, log.address)) return false;
  return topics.every((wanted, i) => {
    if (wanted === null) return true;
    return typeof wanted === "string" ? wanted === log.topics[i] : wanted.includes(log.topics[i] ?? "");
  });
}

function keyOf(account: Address, nonce: bigint): string {
  return `${account.toLowerCase()}/${nonce}`;
}

function word(address: Address): string {
  return address.slice(2).toLowerCase().padStart(64, "0");
}
