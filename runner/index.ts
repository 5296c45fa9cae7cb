// What the package exports as `session-keys/runner`: sessions that act by themselves. Apart from the rest because it brings
// SQLite, cron, logs and metrics along, and runs in Node only.
export { attempt, type Means, type Outcome } from "./attempt";
export { defineAutomation } from "./automation";
export type {
  Action,
  ActionCalls,
  ActionContext,
  Automation,
  AutomationDefinition,
  Journal,
  Recorded,
} from "./automation";
export type { AccountType } from "../sdk/accounts/types";
export * from "./condition";
export { connect } from "./connect";
export { Fault } from "./failure";
export type { Jobs } from "./jobs";
export type { LaneRange } from "./lanes";
export { loadAutomations, type AutomationModule, type LoadContext } from "./load";
export { jsonLog, type RunnerLog } from "./log";
export type { Metrics } from "./metrics";
export * from "./progress";
export { queueJobs, type QueueOptions } from "./queue";
export type { Counts, Report } from "./report";
export { Runner, type JobsFactory, type RunnerOptions } from "./runner";
export * from "./schedule";
export { Store, type ActionState, type StoredAction, type StoreOptions } from "./store";
export type { Head, Inclusion } from "./watcher";
