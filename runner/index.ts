// What the package exports as `session-keys/runner`: sessions that act by themselves. Apart from the rest because it brings
// SQLite, cron, logs and metrics along, and runs in Node only.
export type { Means, Outcome } from "./attempt";
export { defineAutomation } from "./automation";
export type { Action, ActionCalls, ActionContext, Automation, AutomationDefinition } from "./automation";
export * from "./condition";
export type { LaneRange } from "./lanes";
export { jsonLog, type RunnerLog } from "./log";
export type { Metrics, MetricsServer } from "./metrics";
export type { Counts } from "./report";
export { Runner, type RunnerOptions } from "./runner";
export * from "./schedule";
export type { Head, Inclusion } from "./watcher";
