import type * as BullMq from "bullmq";
import type { Job, Queue, Worker } from "bullmq";
import { SessionKeyError } from "../sdk/errors";
import { attempt, lateOutcome, type Outcome } from "./attempt";
import type { Action, Automation, Journal, Recorded } from "./automation";
import { asFault, backoff, Fault, notLoaded } from "./failure";
import type { Jobs } from "./jobs";
import type { JobsFactory } from "./runner";

/**
 * Which Redis, and how this process works on it.
 * @example
 * const options: QueueOptions = { url: "redis://127.0.0.1:6379", name: "payroll", concurrency: 50 };
 * const jobs = await queueJobs(options);
 */
export interface QueueOptions {
  /** `redis://127.0.0.1:6379`; never logged. */
  readonly url: string;
  /** The queue's name; runners of the same name share their work. `session-keys` by default. */
  readonly name?: string;
  /** How many actions this process sees through at once; 200 by default. */
  readonly concurrency?: number;
  /** Milliseconds after which the job of a process that died is taken by another; 30,000 by default. */
  readonly stalledAfter?: number;
}

/** An action as a job: JSON, with the operation as soon as it is written down. */
interface JobData {
  readonly id: string;
  readonly account: string;
  readonly nonce: string;
  readonly period: Action["period"];
  readonly recorded?: Recorded;
}

type ActionJob = Job<JobData, Outcome["state"]>;

/** Far more than there are tries in a period: an action ends by its outcome. */
const ENDLESS = 1_000_000;
/** Outcomes are kept for a week, so that nobody takes the same action up again. */
const KEPT = { age: 7 * 86_400 };

/**
 * The actions as jobs of BullMQ on a Redis, shared by all runners of any machine that are started with the same: each job
 * has its action's key for an id. Needs the packages `bullmq` and `ioredis`. Raises `NO_BULLMQ` without them.
 * @example const jobs = await queueJobs({ url: "redis://127.0.0.1:6379" });
 */
export async function queueJobs(options: QueueOptions): Promise<JobsFactory> {
  // BullMQ itself looks for ioredis only when it connects.
  const [bullmq] = await Promise.all([import("bullmq"), import("ioredis")]).catch(() => {
    throw new SessionKeyError("NO_BULLMQ", "several machines need the packages bullmq and ioredis: npm install them");
  });
  return (parts) => new QueueJobs(bullmq, options, parts);
}

type Parts = Parameters<JobsFactory>[0];

class QueueJobs implements Jobs {
  readonly #queue: Queue<JobData, Outcome["state"]>;
  readonly #worker: Worker<JobData, Outcome["state"]>;
  readonly #running = new Map<string, Promise<Outcome["state"]>>();

  constructor(
    bullmq: typeof BullMq,
    options: QueueOptions,
    private readonly parts: Parts,
  ) {
    const { url, name = "session-keys", concurrency = 200, stalledAfter = 30_000 } = options;
    // Who hands over is told at once that Redis is down, and comes back with the next block; who works waits for it.
    const producing = { url, enableOfflineQueue: false, maxRetriesPerRequest: 1 };
    this.#queue = new bullmq.Queue(name, { connection: producing });
    this.#worker = new bullmq.Worker(name, (job) => this.#work(job), {
      connection: { url, maxRetriesPerRequest: null },
      autorun: false,
      concurrency,
      lockDuration: stalledAfter,
      stalledInterval: stalledAfter,
      // However often processes die: the action is not lost.
      maxStalledCount: ENDLESS,
      settings: { backoffStrategy: (tries, _type, error) => backoff(waitsOf(tries - 1, error)) },
    });
    const failed = (error: Error) => parts.report.fault(faultOf(error));
    this.#queue.on("error", failed);
    this.#worker.on("error", failed);
  }

  async start(): Promise<void> {
    await this.#queue.waitUntilReady();
    void this.#worker.run();
  }

  /** BullMQ leaves a job alone whose id it has. */
  async submit(_automation: Automation, { key, id, account, nonce, period }: Action): Promise<void> {
    const data = { id, account, nonce: `${nonce}`, period };
    const options = { attempts: ENDLESS, backoff: { type: "custom" }, removeOnComplete: KEPT, removeOnFail: KEPT };
    await this.#queue.add("action", data, { jobId: key, ...options });
  }

  async stop(): Promise<void> {
    await this.#worker.close();
    await this.#queue.close();
  }

  /** A job that was taken from us because we were too slow may come back to us: what is on its way is waited for. */
  #work(job: ActionJob): Promise<Outcome["state"]> {
    const key = job.id!;
    const running = this.#running.get(key) ?? this.#see(job, key).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #see(job: ActionJob, key: string): Promise<Outcome["state"]> {
    const { report } = this.parts;
    const action = { ...job.data, key, nonce: BigInt(job.data.nonce) };
    report.due(action, job.timestamp);
    try {
      const outcome = await this.#attempt(job, action);
      report.outcome(action, outcome);
      return outcome.state;
    } catch (error) {
      const fault = asFault(error);
      report.fault(fault, action);
      report.giveBack(action);
      throw fault;
    }
  }

  async #attempt(job: ActionJob, action: Action): Promise<Outcome> {
    const { automations, means } = this.parts;
    const automation = automations.get(action.id);
    if (automation !== undefined) return attempt(automation, action, { ...means, journal: journalOf(job) });
    const fault = notLoaded(action);
    // What was sent may be included still; what was not never is, whoever has the automation.
    if (job.data.recorded !== undefined || means.watcher.head.time <= action.period.ends) throw fault;
    return lateOutcome(action, means, fault.code, fault.message);
  }
}

/** A job that came to a process without its automation is soon offered again: another process may have it. */
function waitsOf(tries: number, error?: Error): number {
  return error instanceof Fault && error.code === "UNKNOWN_AUTOMATION" ? Math.min(tries, 3) : tries;
}

/** What BullMQ tells: of a job that another took because we were too slow, or of a Redis that is down. */
function faultOf({ message }: Error): Fault {
  return /\block\b/i.test(message) ? new Fault("JOB_LOST", message) : asFault({ code: "NETWORK_ERROR", message });
}

/** The operation travels with its job: whoever takes it over after a crash finds it there. */
function journalOf(job: ActionJob): Journal {
  return {
    read: () => job.data.recorded,
    write: (_action, recorded) => job.updateData({ ...job.data, recorded }),
  };
}
