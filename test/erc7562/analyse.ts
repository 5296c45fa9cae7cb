import { keccak256 } from "ethers";
import { type Context, type Entity, type Violation } from "./context";
import { memoryAt, walk, type Visit } from "./frames";
import { opcodeRules, usedAddress } from "./opcodes";
import { StorageJudge, type Preimage, type SlotUse } from "./storage";
import { callOperands, isCall, peekBigInt, peekNumber, type StructLog } from "./trace";

/** What a trace says about one operation. */
export interface Report {
  readonly violations: Violation[];
  /** Every slot used during validation, once per entity, contract and slot. */
  readonly slots: SlotUse[];
  /** Gas used by the factory, by `validateUserOp` and by `validatePaymasterUserOp`, without the EntryPoint's own. */
  readonly gasUsed: Readonly<Record<Entity, number>>;
  /** Steps of the validation phase. */
  readonly steps: number;
  /** False if memory had to be guessed: then the verdict is worth nothing, and a trace with memory is needed. */
  readonly isExact: boolean;
}

/**
 * Judges the validation phase of the one operation in a trace of `handleOps`. Pure: the trace and the context are all
 * it knows. Works on traces with memory, and on those without, which are ten times cheaper to get.
 */
export function analyse(logs: readonly StructLog[], context: Context): Report {
  const notes = new Notes(context);
  for (const visit of walk(logs, context)) notes.take(visit);
  return notes.report();
}

/** The slots of one contract, for tests that bound how far a module's storage reaches. */
export function slotsOf({ slots }: Report, contract: string): SlotUse[] {
  return slots.filter((use) => use.contract === contract.toLowerCase());
}

/** What is gathered along the trace. */
class Notes {
  readonly #context: Context;
  readonly #rules = opcodeRules();
  readonly #preimages: Preimage[] = [];
  readonly #slots = new Map<string, SlotUse>();
  readonly #violations: Violation[] = [];
  readonly #gasUsed = { factory: 0, account: 0, paymaster: 0 };
  #steps = 0;
  #isExact = true;

  constructor(context: Context) {
    this.#context = context;
  }

  take(visit: Visit): void {
    this.#steps += 1;
    const { entity } = visit.frame;
    if (entity === undefined) return;
    this.#violations.push(...this.#rules(visit, entity, this.#context));
    if (visit.op === "KECCAK256") this.#noteHash(visit);
    if (/^[ST](LOAD|STORE)$/.test(visit.op)) this.#noteSlot(visit, entity);
    if (usedAddress(visit) === this.#context.entryPoint) this.#noteEntryPointCall(visit);
    if (visit.exit !== undefined && visit.frame.parent?.entity === undefined) {
      this.#gasUsed[entity] += visit.frame.gasAtEntry - visit.exit.gasReturned;
    }
  }

  report(): Report {
    const judge = new StorageJudge(this.#context, this.#preimages);
    const slots = [...this.#slots.values()].map((use) => ({ ...use, offset: judge.offset(use) }));
    const forbidden = slots.map((use) => judge.violation(use)).filter((violation) => violation !== undefined);
    const violations = unique([...this.#violations, ...forbidden]);
    return { violations, slots, gasUsed: this.#gasUsed, steps: this.#steps, isExact: this.#isExact };
  }

  /** The result is on the stack of the next step. It proves the preimage: memory that was guessed cannot pass. */
  #noteHash(visit: Visit): void {
    const { log, next } = visit;
    if (next?.depth !== log.depth) return;
    const data = memoryAt(visit, peekNumber(log, 0), peekNumber(log, 1));
    const hash = peekBigInt(next, 0);
    if (BigInt(keccak256(data)) === hash) this.#preimages.push({ hash, data });
    else this.#isExact = false;
  }

  #noteSlot({ op, log, frame }: Visit, entity: Entity): void {
    const contract = frame.storage;
    const slot = peekBigInt(log, 0);
    const transient = op.startsWith("T");
    const key = [entity, contract, slot, transient].join();
    const written = op.endsWith("STORE") || (this.#slots.get(key)?.written ?? false);
    this.#slots.set(key, { entity, contract, slot, transient, written });
  }

  /** Nothing proves a selector, so the memory that it was read from must be certain. */
  #noteEntryPointCall({ op, log, frame }: Visit): void {
    const hasInput = isCall(op) && callOperands(log).inputLength !== 0;
    if (hasInput && !log.memory && !frame.memory.exact) this.#isExact = false;
  }
}

/** A loop breaks the same rule many times; once is enough to read. */
function unique(violations: readonly Violation[]): Violation[] {
  const key = ({ rule, entity, contract, detail }: Violation): string => [rule, entity, contract, detail].join();
  return [...new Map(violations.map((violation) => [key(violation), violation])).values()];
}
