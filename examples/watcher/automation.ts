import { defineAutomation, every, viewResult } from "../../runner";
import { automated } from "../support/automated";
import { ACCOUNT_DATA, DANGER, HEALTH, watcherCalls } from "./calls";
import type { WatcherJob } from "./session";

/** Every time the health factor is low, and at most once in ten minutes. */
export default automated<WatcherJob>("watcher", (job, given) => {
  const { file, ...rest } = given("watcher");
  const { account } = file.session;
  return defineAutomation({
    ...{ name: "watcher", file, ...rest, schedule: every(600) },
    when: [viewResult(job.pool, ACCOUNT_DATA, [account], { atMost: DANGER - 1n }, HEALTH)],
    calls: ({ provider }) => watcherCalls(job, account, provider),
  });
});
