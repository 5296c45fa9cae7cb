import { setTimeout as sleep } from "node:timers/promises";
import { attempt, type Means } from "./attempt";
import type { Action, Automation } from "./automation";
import { asFault, backoff, notLoaded } from "./failure";
import type { Report } from "./report";
import type { Store } from "./store";

/**
 * Who sees actions through to their outcomes.
 * @example const nobody: Jobs = { start: async () => {}, submit: async () => {}, stop: async () => {} };
 */
export interface Jobs {
  /** Takes up what was left unfinished. */
  start(): Promise<void>;
  /** Hands an action over; one that was handed over before is left as it is. */
  submit(automation: Automation, action: Action): Promise<void>;
  /** Takes nothing new, and resolves when what was on its way has its outcome or has to wait for the next start. */
  stop(): Promise<void>;
}

/** Actions of this process alone, remembered in its store. */
export class LocalJobs implements Jobs {
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly automations: ReadonlyMap<string, Automation>,
    private readonly store: Store,
    private readonly means: Omit<Means, "journal">,
    private readonly report: Report,
  ) {}

  start(): Promise<void> {
    for (const action of this.store.due()) {
      const automation = this.automations.get(action.id);
      // It stays in the file, for when its automation is back.
      if (automation === undefined) this.report.fault(notLoaded(action), action);
      else this.#take(automation, action);
    }
    return Promise.resolve();
  }

  submit(automation: Automation, action: Action): Promise<void> {
    this.store.add(action);
    const stored = this.store.action(action.key);
    if (stored?.state === "due" && !this.#running.has(action.key)) this.#take(automation, action);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.values());
  }

  #take(automation: Automation, action: Action): void {
    this.report.due(action);
    const done = this.#see(automation, action).finally(() => this.#running.delete(action.key));
    this.#running.set(action.key, done);
  }

  async #see(automation: Automation, action: Action): Promise<void> {
    const { signal } = this.#stopping;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const outcome = await attempt(automation, action, { ...this.means, journal: this.store });
        this.store.finish(action, outcome.state, "code" in outcome ? outcome.code : undefined);
        return this.report.outcome(action, outcome);
      } catch (error) {
        if (!signal.aborted) this.report.fault(asFault(error), action);
        await sleep(backoff(tries), undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
