import { setTimeout as sleep } from "node:timers/promises";
import type { Provider } from "ethers";
import { SessionKeyError } from "../sdk/errors";
import type { Transport } from "../sdk/transport/transport";
import { lateOutcome, type Means } from "./attempt";
import type { Action, Automation } from "./automation";
import { asFault, Fault } from "./failure";
import { LocalJobs, type Jobs } from "./jobs";
import { assertApart } from "./lanes";
import { jsonLog, type RunnerLog } from "./log";
import { Metrics, serveMetrics, type MetricsServer } from "./metrics";
import { Report, type Counts } from "./report";
import { eventsOf, Scheduler } from "./scheduler";
import { Slots } from "./slots";
import { Store } from "./store";
import { Watcher, type Head } from "./watcher";

/**
 * What a {@link Runner} is made of.
 * @example
 * const options: RunnerOptions = { automations: [automation], provider, transport, state: stateFile, confirmations: 3 };
 * const runner = new Runner(options);
 */
export interface RunnerOptions {
  readonly automations: readonly Automation[];
  /** A node of the sessions' chain. */
  readonly provider: Provider;
  readonly transport: Transport;
  /** Path of the state file. It belongs to one runner, and is made if it does not exist. */
  readonly state: string;
  /** Milliseconds between two looks at the chain; 2,000 by default. */
  readonly interval?: number;
  /** Blocks until an operation counts as included, its own among them; 1 by default. */
  readonly confirmations?: number;
  /** Milliseconds that an operation is waited for before it is sent again; 60,000 by default. */
  readonly patience?: number;
  /** How many operations are prepared and sent at once; 8 by default. */
  readonly concurrency?: number;
  /** Port on 127.0.0.1 for `/metrics`; 0 for any; none by default. */
  readonly metricsPort?: number;
  readonly log?: RunnerLog;
  /** Who sees actions through; this process by default. See `queueJobs`. */
  readonly jobs?: JobsFactory;
}

/**
 * Makes the {@link Jobs} of a runner.
 * @example
 * const tellOnly: JobsFactory = ({ report }) => ({
 *   start: async () => {},
 *   submit: async (_automation, action) => report.due(action),
 *   stop: async () => {},
 * });
 */
export type JobsFactory = (parts: {
  readonly automations: ReadonlyMap<string, Automation>;
  readonly store: Store;
  readonly means: Omit<Means, "journal">;
  readonly report: Report;
}) => Jobs;

interface Running {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly scheduler: Scheduler;
  readonly metricsServer: MetricsServer | undefined;
  readonly looking: Promise<void>;
}

/**
 * Runs automations: looks at the chain once per block for all of them, hands over what is due, and sees it through. Each
 * action has one nonce, which the EntryPoint takes once: so it is never done twice, whatever crashes or runs beside.
 * @example
 * const runner = new Runner({ automations: [automation], provider, transport, state: stateFile, log });
 * await runner.start();
 * await runner.stop();
 * console.log(runner.counts.done);
 */
export class Runner {
  readonly metrics = new Metrics();
  readonly #options: RunnerOptions;
  readonly #report: Report;
  readonly #watcher: Watcher;
  readonly #stopping = new AbortController();
  #running: Running | undefined;

  /** Raises `SAME_NAME`, `LANES_OVERLAP`. */
  constructor(options: RunnerOptions) {
    const { automations, provider, transport, confirmations = 1, log = jsonLog() } = options;
    assertApart(automations);
    const accounts = [...new Set(automations.map(({ file }) => file.session.account))];
    const { entryPoint } = transport;
    this.#options = options;
    this.#report = new Report(log, this.metrics);
    this.#watcher = new Watcher({ provider, entryPoint, accounts, events: eventsOf(automations), confirmations });
  }

  /** How many actions ended how. */
  get counts(): Counts {
    return this.#report.counts;
  }

  /** The chain as it was last seen; `undefined` before. */
  get head(): Head | undefined {
    return this.#watcher.last;
  }

  /** Port of the metrics; `undefined` if they are not served. */
  get metricsPort(): number | undefined {
    return this.#running?.metricsServer?.port;
  }

  /**
   * Looks at the chain, takes up what was left, and goes on until {@link stop}. Raises, and logs as `not started`,
   * `WRONG_CHAIN` if a session is of another chain than the node, what {@link Store.open} raises, `PORT_UNAVAILABLE` of
   * the metrics, and a `SessionFailure` if the node does not answer.
   */
  async start(): Promise<void> {
    this.#running = await this.#begin().catch((error: unknown) => {
      const { code, message } = asFault(error);
      this.#report.log.error({ event: "not started", code, cause: message }, "not started");
      throw error;
    });
  }

  /**
   * Takes nothing new, lets what was sent end within its patience, and closes everything. What has no outcome by then is
   * taken up at the next start.
   */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { store, jobs, metricsServer, looking } = this.#running;
    const settled = jobs.stop();
    // Without a reference: once everything is settled, nobody's process has to wait for it.
    await Promise.race([settled, sleep(this.#patience, undefined, { ref: false })]);
    this.#watcher.abandon(new Fault("STOPPED", "The runner stops."));
    this.#stopping.abort();
    await Promise.all([looking, settled]);
    await metricsServer?.close();
    store.close();
    this.#running = undefined;
    this.#report.log.info({ event: "stopped", ...this.counts }, "stopped");
  }

  async #begin(): Promise<Running> {
    const { automations, metricsPort } = this.#options;
    const store = await this.#open();
    let metricsServer: MetricsServer | undefined;
    try {
      const head = await this.#watcher.poll();
      this.#watcher.noted(store.cursor ?? head.number);
      const scheduler = new Scheduler(automations, store, this.#watcher, (fault) => this.#report.fault(fault));
      metricsServer = metricsPort === undefined ? undefined : await serveMetrics(this.metrics, metricsPort);
      const jobs = this.#jobs(store);
      await jobs.start();
      this.metrics.automations.set(automations.length);
      this.#report.log.info({ event: "started", automations: automations.length, block: head.number }, "started");
      return { store, jobs, scheduler, metricsServer, looking: this.#look(jobs, scheduler) };
    } catch (error) {
      await metricsServer?.close();
      store.close();
      throw error;
    }
  }

  get #patience(): number {
    return this.#options.patience ?? 60_000;
  }

  async #open(): Promise<Store> {
    const { provider, state, automations } = this.#options;
    const [{ chainId }, genesis] = await Promise.all([provider.getNetwork(), provider.getBlock(0)]);
    for (const { name, file } of automations) {
      if (file.session.chainId === chainId) continue;
      const message = `${name} is for chain ${file.session.chainId}, and the node is on ${chainId}`;
      throw new SessionKeyError("WRONG_CHAIN", message, { expected: file.session.chainId, found: chainId });
    }
    return Store.open(state, { chainId, genesis: genesis!.hash! });
  }

  #jobs(store: Store): Jobs {
    const { automations, provider, transport, concurrency = 8 } = this.#options;
    const report = this.#report;
    const byId = new Map(automations.map((automation) => [automation.id, automation]));
    const own = { watcher: this.#watcher, slots: new Slots(concurrency), patience: this.#patience };
    const means = { provider, transport, ...own, sent: report.sent.bind(report) };
    const make = this.#options.jobs ?? ((parts) => new LocalJobs(parts.automations, store, parts.means, report));
    return make({ automations: byId, store, means, report });
  }

  async #look(jobs: Jobs, scheduler: Scheduler): Promise<void> {
    const { interval = 2_000 } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#once(jobs, scheduler).catch((error: unknown) => this.#report.fault(asFault(error)));
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  }

  async #once(jobs: Jobs, scheduler: Scheduler): Promise<void> {
    const head = await this.#watcher.poll();
    this.metrics.polls.inc();
    this.metrics.block.set(head.number);
    for (const { name, file } of scheduler.expired(head)) this.#report.expired(name, file.session);
    this.metrics.automations.set(scheduler.size);
    for (const { automation, action, skipped } of await scheduler.due(head)) {
      for (const each of skipped) await this.#tell(each);
      await jobs.submit(automation, action);
      scheduler.handed(action);
    }
  }

  /** Nothing is lost silently: the chain knows whether anybody acted while we did not run. */
  async #tell(action: Action): Promise<void> {
    const outcome = await lateOutcome(action, this.#options, "NOT_RUNNING", "No runner ran in that period.");
    this.#report.outcome(action, outcome);
  }
}
