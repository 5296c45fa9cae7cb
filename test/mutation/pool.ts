import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Outcome } from "./mutant";
import type { Reach } from "./reach";
import type { Job } from "./worker";

type Message = { readonly outcome: Outcome } | { readonly done: true } | { readonly error: string };

/** Does the jobs, the first ones first, in as many processes as given; each has its own chain and its own compiler. */
export async function runAll(
  jobs: readonly Job[],
  workers: number,
  seen: (outcome: Outcome) => void,
  history: readonly Outcome[],
  reach: Reach | undefined,
): Promise<void> {
  const queue = [...jobs];
  const known = [...history];
  const crew = new Map<number, ChildProcess>();
  const hire = (place: number): ChildProcess => {
    crew.get(place)?.kill();
    const worker = fork(join(__dirname, "worker.ts"), { execArgv: ["-r", "ts-node/register/transpile-only"] });
    worker.send({ kind: "news", outcomes: known, reach });
    crew.set(place, worker);
    return worker;
  };
  const learned = (worker: ChildProcess, outcome: Outcome) => {
    seen(outcome);
    known.push(outcome);
    for (const other of crew.values()) if (other !== worker) other.send({ kind: "news", outcomes: [outcome] });
  };
  const places = Array.from({ length: Math.min(workers, jobs.length) }, (_, place) => place);
  try {
    await Promise.all(
      places.map(async (place) => {
        let worker = hire(place);
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
          await run(worker, job, (outcome) => learned(worker, outcome));
          // A hundred chains and suites leave gigabytes behind.
          if (job.kind === "batch") worker = hire(place);
        }
      }),
    );
  } finally {
    for (const worker of crew.values()) worker.kill();
  }
}

function run(worker: ChildProcess, job: Job, seen: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a worker ended with code ${code}`));
    const listener = (message: Message) => {
      if ("outcome" in message) return seen(message.outcome);
      worker.off("message", listener).off("exit", ended);
      if ("error" in message) reject(new Error(message.error));
      else resolve();
    };
    worker.on("message", listener).on("exit", ended);
    worker.send(job);
  });
}

/** Finds out which tests reach which statements, in a process of its own. */
export function recordReach(): Promise<Reach> {
  return new Promise((resolve, reject) => {
    const recorder = fork(join(__dirname, "recorder.ts"), { execArgv: ["-r", "ts-node/register/transpile-only"] });
    recorder.on("message", (reach: Reach) => resolve(reach));
    recorder.on("exit", (code) => reject(new Error(`the recorder ended with code ${code}`)));
  });
}
