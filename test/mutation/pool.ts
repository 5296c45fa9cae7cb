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
  const crew = Array.from({ length: Math.min(workers, jobs.length) }, () =>
    fork(join(__dirname, "worker.ts"), { execArgv: ["-r", "ts-node/register/transpile-only"] }),
  );
  const teach = (worker: ChildProcess, outcomes: readonly Outcome[]) => worker.send({ kind: "news", outcomes });
  try {
    await Promise.all(
      crew.map(async (worker) => {
        worker.send({ kind: "news", outcomes: history, reach });
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
          await run(worker, job, (outcome) => {
            seen(outcome);
            for (const other of crew) if (other !== worker) teach(other, [outcome]);
          });
        }
      }),
    );
  } finally {
    for (const worker of crew) worker.kill();
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
