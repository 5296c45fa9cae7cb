import type { Hex } from "../sdk/hex";
import { actionOf, type Action, type Automation } from "./automation";
import type { EventCondition, ViewCondition } from "./condition";
import { Fault } from "./failure";
import type { Period } from "./schedule";
import type { Store } from "./store";
import { questionOf, type Head, type Watcher } from "./watcher";

/** An automation, and how far it is. */
interface Entry {
  readonly automation: Automation;
  period?: Period;
  /** The last period that was handed over, by its index. */
  handed: number | undefined;
  /** The last period in which a condition of it could not be read. */
  unreadable?: number;
}

/** Something that is due; and periods before it in which nothing was, because no runner ran. */
export interface Due {
  readonly automation: Automation;
  readonly action: Action;
  readonly skipped: readonly Action[];
}

/** Beyond so many periods without a runner, older ones are not told one by one. */
const MOST_SKIPPED = 100;

/** Decides, by the chain's time and what it says, which actions are due. */
export class Scheduler {
  readonly #entries: Map<string, Entry>;

  constructor(
    automations: readonly Automation[],
    private readonly store: Store,
    private readonly watcher: Watcher,
    private readonly failed: (fault: Fault) => void,
  ) {
    this.#entries = new Map(
      automations.map((automation) => [automation.id, { automation, handed: store.progress(automation.id) }]),
    );
  }

  /** What is due at this head, and was not handed over yet. */
  async due(head: Head): Promise<Due[]> {
    const open = [...this.#entries.values()].flatMap((entry) => {
      const period = periodOf(entry, head.time);
      return period === undefined || (entry.handed ?? -1) >= period.index ? [] : [{ ...entry, period }];
    });
    this.#remember(head, open);
    const views = open.flatMap(({ automation }) => automation.when).filter((each) => each.kind === "view");
    const answers = await this.watcher.answers(views);
    return open
      .filter(({ automation, period }) => this.#holds(automation, period, answers, head.time))
      .map(({ automation, period, handed }) => ({
        automation,
        action: actionOf(automation, period),
        skipped: handed === undefined ? [] : skippedOf(automation, period, handed),
      }));
  }

  /** Those whose sessions are over, each once: nothing of them is ever due again. */
  expired({ time }: Head): Automation[] {
    const over = [...this.#entries.values()].filter(({ automation }) => time > automation.file.session.validUntil);
    over.forEach(({ automation }) => this.#entries.delete(automation.id));
    return over.map(({ automation }) => automation);
  }

  /** How many may still act. */
  get size(): number {
    return this.#entries.size;
  }

  /** An action was handed over. */
  handed({ id, period }: Action): void {
    this.store.setProgress(id, period.index);
    this.#entries.get(id)!.handed = period.index;
  }

  #remember({ number, seen }: Head, open: readonly { automation: Automation; period: Period }[]): void {
    const happened = open.flatMap(({ automation: { id, when }, period }) =>
      when.flatMap((each, condition) =>
        each.kind === "event" && (seen.get(each) ?? -1) >= period.starts
          ? [{ id, period: period.index, condition }]
          : [],
      ),
    );
    if (this.store.cursor !== number || happened.length > 0) this.store.advance(number, happened);
    // Not before it is on the disk: what cannot be written down is read again.
    this.watcher.noted(number);
  }

  #holds({ id, when }: Automation, period: Period, answers: ReadonlyMap<string, Hex>, time: number): boolean {
    return when.every((each, condition) => {
      if (each.kind === "event") return this.store.seen(id, period.index, condition);
      return this.#answered(each, answers.get(questionOf(each))!, time, id, period);
    });
  }

  /** A contract that reverts, or answers something else, holds up nobody but who asks it; told once in a period. */
  #answered(condition: ViewCondition, answer: Hex, time: number, id: string, { index }: Period): boolean {
    try {
      return condition.holds(answer, time);
    } catch {
      const entry = this.#entries.get(id)!;
      const cause = `${id}: ${condition.target} answers ${answer.slice(0, 74)}`;
      if (entry.unreadable !== index) this.failed(new Fault("CONDITION_UNREADABLE", cause));
      entry.unreadable = index;
      return false;
    }
  }
}

/** As long as a period lasts, it need not be computed again. */
function periodOf(entry: Entry, time: number): Period | undefined {
  const { period, automation } = entry;
  if (period !== undefined && time >= period.starts && time <= period.ends) return period;
  const next = automation.schedule.periodAt(time, automation.file.session);
  if (next === undefined) delete entry.period;
  else entry.period = next;
  return next;
}

/** Periods between the last one and this, from the newest back. Who waits for a condition has skipped nothing. */
function skippedOf(automation: Automation, period: Period, handed: number): Action[] {
  const skipped: Action[] = [];
  if (automation.when.length > 0) return skipped;
  const { schedule, file } = automation;
  const before = (from: Period) => schedule.before(from, file.session);
  for (let each = before(period); each !== undefined && each.index > handed; each = before(each)) {
    if (skipped.length === MOST_SKIPPED) break;
    skipped.push(actionOf(automation, each));
  }
  return skipped;
}

/** The events that any of them waits for. */
export function eventsOf(automations: readonly Automation[]): EventCondition[] {
  return automations.flatMap(({ when }) => when).filter((each) => each.kind === "event");
}
