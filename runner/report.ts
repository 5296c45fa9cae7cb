import type { Hex } from "../sdk/hex";
import type { Session } from "../sdk/session";
import { sessionId } from "../sdk/typedData";
import type { Action } from "./automation";
import type { Outcome } from "./attempt";
import type { Fault } from "./failure";
import type { RunnerLog } from "./log";
import type { Metrics } from "./metrics";
import type { ActionState } from "./store";

/**
 * How many actions ended how, since the runner started.
 * @example
 * const { counts } = new Runner({ automations: [automation], provider, transport, state: stateFile });
 * const { done, inFlight }: Counts = counts; // 0, 0
 */
export type Counts = Readonly<Record<ActionState, number>> & { readonly inFlight: number; readonly faults: number };

const SENTENCES: Readonly<Record<Exclude<ActionState, "due">, string>> = {
  done: "done",
  elsewhere: "done by another runner",
  reverted: "included, but the calls reverted; not tried again",
  refused: "refused; not tried again in this period",
  missed: "missed",
};

/**
 * Everything that happens to an action is a line of the log and a number.
 * @example
 * const failing = (report: Report, action: Action, hash: string) => {
 *   report.due(action, Date.now());
 *   report.sent(action, hash);
 *   report.fault(new Fault("NOT_INCLUDED", "The operation is in no block yet."), action);
 *   report.giveBack(action);
 *   report.outcome(action, { state: "missed", code: "PERIOD_OVER", cause: "The period is over." });
 *   report.expired("payroll", session);
 * };
 */
export class Report {
  readonly #started = new Map<string, number>();
  readonly #counts = { due: 0, done: 0, elsewhere: 0, reverted: 0, refused: 0, missed: 0, faults: 0 };

  constructor(
    readonly log: RunnerLog,
    readonly metrics: Metrics,
  ) {}

  get counts(): Counts {
    return { ...this.#counts, inFlight: this.#started.size };
  }

  /** It is ours to do; due since that time, in milliseconds of the host's clock. */
  due(action: Action, since = Date.now()): void {
    this.#counts.due++;
    this.#started.set(action.key, since);
    this.metrics.inFlight.set(this.#started.size);
    this.log.info({ event: "due", ...fieldsOf(action) }, "due");
  }

  sent(action: Action, operation: Hex): void {
    this.metrics.sent.inc();
    this.log.info({ event: "sent", ...fieldsOf(action), operation }, "sent");
  }

  outcome(action: Action, outcome: Outcome): void {
    const { state } = outcome;
    this.#counts[state]++;
    this.metrics.actions.inc({ outcome: state });
    this.metrics.seconds.observe((Date.now() - (this.#started.get(action.key) ?? Date.now())) / 1_000);
    this.#started.delete(action.key);
    this.metrics.inFlight.set(this.#started.size);
    const fields = { event: state, ...fieldsOf(action), ...detailsOf(outcome) };
    if (state === "done" || state === "elsewhere") this.log.info(fields, SENTENCES[state]);
    else this.log.warn(fields, SENTENCES[state]);
  }

  /** It has no outcome yet, and is whoever's takes it next: due again, if that is us. */
  giveBack({ key }: Action): void {
    this.#started.delete(key);
    this.metrics.inFlight.set(this.#started.size);
  }

  /** Nothing more to do, ever. */
  expired(automation: string, session: Session): void {
    const { account, validUntil } = session;
    this.log.warn(
      { event: "expired", automation, session: sessionId(session), account, validUntil },
      "session is over",
    );
  }

  /** Of an action, or of the runner itself. */
  fault({ code, message }: Fault, action?: Action): void {
    this.#counts.faults++;
    this.metrics.faults.inc({ code });
    const fields = { event: "fault", code, cause: message, ...(action === undefined ? {} : fieldsOf(action)) };
    this.log.warn(fields, "failed; it will be tried again");
  }
}

function fieldsOf({ id, account, period }: Action) {
  const [automation, session] = id.split("/");
  return { automation, session, account, period: period.index };
}

function detailsOf(outcome: Outcome): object {
  if ("code" in outcome) return { code: outcome.code, cause: outcome.cause };
  const { inclusion } = outcome;
  if (inclusion === undefined) return {};
  const { userOpHash, transactionHash, blockNumber, cost } = inclusion;
  return { operation: userOpHash, transaction: transactionHash, block: blockNumber, cost: `${cost}` };
}
