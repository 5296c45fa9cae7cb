import { Cron } from "croner";
import { BUDGET_KINDS } from "../sdk/constants";
import { SessionKeyError } from "../sdk/errors";
import type { Session } from "../sdk/session";

/**
 * A stretch of the chain's time in which an automation acts at most once.
 * @example
 * const { starts, validUntil } = { starts: session.validAfter, validUntil: session.validUntil };
 * const first: Period = { index: 0, starts, ends: Math.min(starts + 3_599, validUntil) };
 */
export interface Period {
  /** Its place in the session's life, from 0: it determines the nonce. */
  readonly index: number;
  /** First and last second (both inclusive), in unix seconds of the chain. */
  readonly starts: number;
  readonly ends: number;
}

/**
 * Of a session, what a schedule needs.
 * @example
 * const scheduled: Scheduled = { validAfter: 0, validUntil: 7_199, budgets: [] };
 * console.log(every(3_600).count(scheduled)); // 2
 */
export type Scheduled = Pick<Session, "validAfter" | "validUntil" | "budgets">;

/**
 * When an automation acts. Pure: the time is the chain's, and the same time gives the same period to every runner.
 * @example const schedule: Schedule = every(3_600);
 */
export interface Schedule {
  /** The period at that time; `undefined` outside of the session, and where there is none. */
  periodAt(time: number, session: Scheduled): Period | undefined;
  /** The period before that one. */
  before(period: Period, session: Scheduled): Period | undefined;
  /** How many periods the session has at most: each takes a nonce key. */
  count(session: Scheduled): number;
}

/**
 * Every so many seconds, counted from the session's `validAfter`. Raises `INVALID_SCHEDULE`.
 * @example every(86_400).periodAt(session.validAfter, session)?.index // 0
 */
export function every(seconds: number): Schedule {
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new SessionKeyError("INVALID_SCHEDULE", `every ${seconds} seconds: expected a whole number of them`, {
      found: seconds,
    });
  }
  const periodAt: Schedule["periodAt"] = (time, { validAfter, validUntil }) => {
    if (time < validAfter || time > validUntil) return undefined;
    const index = Math.floor((time - validAfter) / seconds);
    const starts = validAfter + index * seconds;
    return { index, starts, ends: Math.min(starts + seconds - 1, validUntil) };
  };
  return {
    periodAt,
    before: ({ starts }, session) => periodAt(starts - 1, session),
    count: ({ validAfter, validUntil }) => Math.floor((validUntil - validAfter) / seconds) + 1,
  };
}

/**
 * Once in each period of the session's budgets: of the shortest one, if they differ. The very periods of the contract.
 * Raises, when it is used, `NO_PERIODIC_BUDGET`.
 * @example const automation = { schedule: everyPeriod() };
 */
export function everyPeriod(): Schedule {
  const shortest = ({ budgets }: Scheduled) => {
    const periods = budgets.filter(({ kind }) => kind === BUDGET_KINDS.periodic).map(({ period }) => period);
    if (periods.length > 0) return every(Math.min(...periods));
    throw new SessionKeyError("NO_PERIODIC_BUDGET", "the session has no periodic budget: say every how many seconds");
  };
  return {
    periodAt: (time, session) => shortest(session).periodAt(time, session),
    before: (period, session) => shortest(session).before(period, session),
    count: (session) => shortest(session).count(session),
  };
}

/**
 * How late a cron schedule may act.
 * @example const options: CronOptions = { within: 600 };
 */
export interface CronOptions {
  /** Seconds after which an occurrence is missed; by default it may be acted on until the next one. */
  readonly within?: number;
}

const MINUTE = 60;

/**
 * At the times of a cron expression: five fields, UTC, by the chain's clock. A period reaches from one occurrence to the
 * next. Raises `INVALID_SCHEDULE`.
 * @example cron("0 9 * * 1") // Mondays at nine
 */
export function cron(expression: string, { within = Infinity }: CronOptions = {}): Schedule {
  const pattern = parse(expression);
  const occurrenceAt = (time: number, session: Scheduled): Period | undefined => {
    // What runs before a moment does not run at it.
    const last = pattern.previousRuns(1, new Date((time + 1) * 1_000))[0];
    const starts = last === undefined ? -1 : last.getTime() / 1_000;
    if (starts < session.validAfter) return undefined;
    const next = pattern.nextRun(new Date(starts * 1_000));
    const following = next === null ? Infinity : next.getTime() / 1_000;
    const ends = Math.min(following - 1, starts + within - 1, session.validUntil);
    return { index: minutes(session.validAfter, starts), starts, ends };
  };
  return {
    periodAt: (time, session) => {
      const period = time > session.validUntil ? undefined : occurrenceAt(time, session);
      return period === undefined || time > period.ends ? undefined : period;
    },
    before: ({ starts }, session) => occurrenceAt(starts - 1, session),
    count: ({ validAfter, validUntil }) => minutes(validAfter, validUntil) + 1,
  };
}

/** Minutes tell occurrences apart, without counting those before. */
function minutes(from: number, to: number): number {
  return Math.floor(to / MINUTE) - Math.floor(from / MINUTE);
}

function parse(expression: string): Cron {
  try {
    return new Cron(expression, { timezone: "UTC", mode: "5-part" });
  } catch {
    const message = `cron ${JSON.stringify(expression)}: expected five fields, such as 0 9 * * 1`;
    throw new SessionKeyError("INVALID_SCHEDULE", message, { found: expression });
  }
}
