import type { TimeWindow } from "../budget";
import { SessionKeyError } from "../errors";
import type { Permission } from "../permission";
import type { Session } from "../session";
import type { Transport } from "../transport/transport";
import { periodAt } from "../use";
import type { Clock } from "./clock";

/** Sleeping must get us somewhere: into the next period, or past the first seconds of this one. */
const MOST_NAPS = 5;

/**
 * Waits until an operation that is made now is included in the period for which it is made, and returns the time: when the
 * period of a charged budget ends within the seconds that the transport needs, the next one is waited for; likewise the
 * first seconds of a period or session. So no wait is longer than `remaining + opened + 1` seconds. Nothing is waited for
 * that comes after the end of the session.
 * Raises `SESSION_NOT_ACTIVE`, `CLOCK_STANDS_STILL`.
 */
export async function awaitPeriod(
  session: Session,
  permissionsUsed: readonly Permission[],
  sponsored: boolean,
  transport: Pick<Transport, "opened" | "remaining">,
  clock: Clock,
): Promise<number> {
  for (let naps = 0; ; naps++) {
    const now = await clock.now();
    const begins = session.validAfter + transport.opened - now;
    const soon = begins > 0 && begins <= transport.opened + transport.remaining;
    const wait = soon
      ? begins
      : secondsToWait(periodAt(session, permissionsUsed, now, sponsored), session, now, transport);
    if (wait <= 0 || now + wait > session.validUntil) return now;
    if (naps === MOST_NAPS) {
      throw new SessionKeyError("CLOCK_STANDS_STILL", `it was ${now} before and after sleeping`, { now });
    }
    await clock.sleep(wait);
  }
}

function secondsToWait(
  period: TimeWindow,
  session: TimeWindow,
  now: number,
  { opened, remaining }: Pick<Transport, "opened" | "remaining">,
): number {
  const ends = period.validUntil < session.validUntil && now + remaining > period.validUntil;
  return (ends ? period.validUntil + 1 : period.validAfter) + opened - now;
}
