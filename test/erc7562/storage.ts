import { BOTH_VIEWS, addressOf, isStaked, type Context, type Entity, type View, type Violation } from "./context";

/** A KECCAK256 that ran, so that slots can be traced back to what was hashed. */
export interface Preimage {
  readonly hash: bigint;
  readonly data: Buffer;
}

/** One slot of one contract, as one entity used it. */
export interface SlotUse {
  readonly entity: Entity;
  readonly contract: string;
  readonly slot: bigint;
  readonly transient: boolean;
  readonly written: boolean;
  /** Distance `n` from the nearest `keccak256(account . x)`; absent if the slot is not associated with the account. */
  readonly offset?: number;
}

const MAX_OFFSET: Readonly<Record<View, bigint>> = { spec: 128n, bundlers: 127n };

/** The lengths of preimage that count. */
const COUNTS: Readonly<Record<View, (length: number) => boolean>> = {
  spec: (length) => length === 64,
  bundlers: (length) => length > 20 && length < 512,
};

/** The preimages that make slots associated with one address. */
class Association {
  readonly #slotItself: bigint;
  readonly #bases: readonly Preimage[];

  constructor(address: string, preimages: readonly Preimage[]) {
    const prefix = Buffer.from(address.slice(2).padStart(64, "0"), "hex");
    this.#slotItself = BigInt(address);
    this.#bases = preimages.filter(({ data }) => data.length >= 32 && data.subarray(0, 32).equals(prefix));
  }

  holds(slot: bigint, view: View): boolean {
    if (slot === this.#slotItself) return true;
    return this.#bases.some(({ hash, data }) => {
      return COUNTS[view](data.length) && slot >= hash && slot - hash <= MAX_OFFSET[view];
    });
  }

  offset(slot: bigint): number | undefined {
    if (slot === this.#slotItself) return 0;
    const distances = this.#bases.map(({ hash }) => slot - hash).filter((distance) => distance >= 0n);
    const nearest = distances.reduce((least, distance) => (distance < least ? distance : least), 1n << 256n);
    return nearest <= MAX_OFFSET.spec ? Number(nearest) : undefined;
  }
}

/** Judges the slots after the fact, as the bundlers do: the hash may have been computed at any time in the trace. */
export class StorageJudge {
  readonly #context: Context;
  readonly #preimages: readonly Preimage[];
  readonly #associations = new Map<string, Association>();

  constructor(context: Context, preimages: readonly Preimage[]) {
    this.#context = context;
    this.#preimages = preimages;
  }

  offset(use: SlotUse): number | undefined {
    return this.#association(this.#context.sender).offset(use.slot);
  }

  violation(use: SlotUse): Violation | undefined {
    const verdicts = BOTH_VIEWS.map((view) => ({ view, rule: this.#brokenRule(use, view) }));
    const broken = verdicts.filter((verdict) => verdict.rule !== undefined);
    const rule = broken[0]?.rule;
    if (rule === undefined) return undefined;
    const views = broken.map(({ view }) => view);
    return { rule, entity: use.entity, contract: use.contract, detail: this.#describe(use), views };
  }

  #brokenRule(use: SlotUse, view: View): string | undefined {
    const { sender, accountExists, factoryStaked } = this.#context;
    if (use.contract === sender) return undefined; // STO-010
    const isElsewhere = view === "bundlers" || !this.#isEntity(use.contract);
    if (isElsewhere && this.#association(sender).holds(use.slot, view)) {
      return accountExists || factoryStaked ? undefined : "STO-022";
    }
    return use.entity === "account" ? "STO-021" : this.#brokenEntityRule(use, view);
  }

  /** What a staked factory or paymaster may do, and nobody else. */
  #brokenEntityRule(use: SlotUse, view: View): string | undefined {
    const self = addressOf(use.entity, this.#context);
    const staked = isStaked(use.entity, this.#context);
    if (use.contract === self) return staked ? undefined : "STO-031";
    if (self !== undefined && this.#association(self).holds(use.slot, view)) {
      return staked && !this.#isEntity(use.contract) ? undefined : "STO-032";
    }
    return staked && !use.written && !this.#isEntity(use.contract) ? undefined : "STO-033";
  }

  #isEntity(contract: string): boolean {
    return contract === this.#context.factory || contract === this.#context.paymaster;
  }

  #association(address: string): Association {
    const known = this.#associations.get(address) ?? new Association(address, this.#preimages);
    this.#associations.set(address, known);
    return known;
  }

  #describe({ slot, transient, written }: SlotUse): string {
    const access = `${transient ? "transient " : ""}${written ? "write" : "read"}`;
    return `${access} of slot 0x${slot.toString(16)}, ${this.#origin(slot)}`;
  }

  /** Where a slot comes from: the nearest hash below it, if one is near enough to be its base. */
  #origin(slot: bigint): string {
    const below = this.#preimages.filter(({ hash }) => slot >= hash && slot - hash < 1n << 32n);
    const base = below.reduce<Preimage | undefined>(
      (best, next) => (best && best.hash > next.hash ? best : next),
      undefined,
    );
    if (base === undefined) return "which is no hash";
    return `keccak256(0x${base.data.toString("hex", 0, 96)}) + ${slot - base.hash}`;
  }
}
