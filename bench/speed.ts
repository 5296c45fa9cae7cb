import { id, parseEther, toBeHex, zeroPadValue } from "ethers";
import {
  all,
  allow,
  buildEnvelope,
  checkCalls,
  defineSession,
  eq,
  gte,
  PreparedSession,
  spend,
  STATUSES,
  total,
  weekly,
  type Call,
  type Session,
  type SessionState,
} from "../sdk";

// How fast the SDK is, in processor time of this process.

const VERDICTS = 10_000;
const ENVELOPES = 1_000;
const ROUNDS = 5;
const NOW = 1_800_000_000;

export const address = (n: number) => zeroPadValue(toBeHex(n + 0xa11ce), 20);
const token = (n: number) =>
  ({ address: address(n), abi: ["function transfer(address to, uint256 amount) returns (bool)"] }) as const;
const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
export const ALICE = address(-1);

/** A transfer of that token. */
export function transfer(target: number, amount: number, to = ALICE): Call {
  const data = `${TRANSFER}${zeroPadValue(to, 32).slice(2)}${toBeHex(amount, 32).slice(2)}`;
  return { target: address(target), value: 0n, data };
}

/** Transfers of that many tokens to Alice, one permission each: together so much a week, and fees. */
export function build(permissions: number): PreparedSession {
  const session: Session = defineSession({
    account: address(-2),
    chainId: 1,
    key: address(-3),
    now: NOW,
    validUntil: NOW + 30 * 86_400,
    budgets: { tokens: weekly(1_000_000n), fees: total(parseEther("1")) },
    fees: "fees",
    permissions: Array.from({ length: permissions }, (_, n) =>
      allow(token(n), "transfer", { to: eq(ALICE), amount: all(gte(1n), spend("tokens")) }),
    ),
  });
  return new PreparedSession(session);
}

const STATE: SessionState = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };

/** Asks about an enabled session whose state is at hand. */
export function request(session: PreparedSession, calls: readonly Call[]): Parameters<typeof checkCalls>[0] {
  return { session, calls, mode: "use", validator: address(-4), state: STATE, time: NOW, fee: 1n };
}

/** Seconds of processor time of this process: what else the machine does is left out. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds of the best of some rounds: in the first one the code is not compiled yet. */
export function bestSeconds(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = cpuSeconds();
    work();
    return cpuSeconds() - start;
  });
  return Math.min(...times);
}

/** How often a second, if it is done so many times in a round. */
export function perSecond(times: number, work: () => void): number {
  const seconds = bestSeconds(() => {
    for (let i = 0; i < times; i++) work();
  });
  return Math.round(times / seconds);
}

/** Verdicts a second over these calls. */
export function verdictsPerSecond(session: PreparedSession, calls: readonly Call[]): number {
  const asked = request(session, calls);
  return perSecond(VERDICTS, () => checkCalls(asked));
}

/** What the SDK does in a second, with sessions of so many permissions. */
export interface Speed {
  readonly permissions: number;
  readonly sessions: number;
  readonly verdicts: number;
  readonly envelopes: number;
}

/** Sessions built, verdicts given and envelopes made, each a second. */
export function speedOf(permissions: number): Speed {
  const session = build(permissions);
  const calls = [transfer(0, 5)];
  const envelope = { session: session.session, tree: session.tree, calls, mode: "use" as const, time: NOW };
  return {
    permissions,
    sessions: perSecond(Math.ceil(256 / permissions), () => build(permissions)),
    verdicts: verdictsPerSecond(session, calls),
    envelopes: perSecond(ENVELOPES, () => buildEnvelope(envelope)),
  };
}
