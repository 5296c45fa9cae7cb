import { id, parseEther, toBeHex, zeroPadValue } from "ethers";
import {
  all,
  allow,
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
  type Verdict,
} from "../sdk";

// `npm run bench:sdk`: how fast the SDK judges calls and builds a large session. Fails below the promises.

const MIN_VERDICTS_PER_SECOND = 20_000;
const MAX_BUILD_SECONDS = 1;
const PERMISSIONS = 1_024;
const VERDICTS = 10_000;
const ROUNDS = 5;
const NOW = 1_800_000_000;

const address = (n: number) => zeroPadValue(toBeHex(n + 0xa11ce), 20);
const token = (n: number) =>
  ({ address: address(n), abi: ["function transfer(address to, uint256 amount) returns (bool)"] }) as const;
const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
const ALICE = address(-1);

function transfer(target: number, amount: number, to = ALICE): Call {
  const data = `${TRANSFER}${zeroPadValue(to, 32).slice(2)}${toBeHex(amount, 32).slice(2)}`;
  return { target: address(target), value: 0n, data };
}

/** Transfers of that many tokens to Alice, one permission each: together so much a week, and fees. */
function build(permissions: number): PreparedSession {
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

const WORK: readonly { readonly name: string; readonly wanted: string; readonly calls: readonly Call[] }[] = [
  { name: "an allowed transfer", wanted: "accepted", calls: [transfer(7, 5)] },
  { name: "a transfer above the budget", wanted: "BudgetExceeded", calls: [transfer(7, 1_000_001)] },
  { name: "a transfer to a stranger", wanted: "NO_PERMISSION", calls: [transfer(7, 5, address(-9))] },
  { name: "another token", wanted: "NO_PERMISSION", calls: [transfer(PERMISSIONS, 5)] },
];

function verdictOf(verdict: Verdict): string {
  return verdict.outcome === "refused" ? verdict.name : verdict.outcome;
}

/** Seconds of processor time of this process: what else the machine does is left out. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Verdicts a second in the best of some rounds: the first one is not compiled yet. */
function verdictsPerSecond(session: PreparedSession, { name, wanted, calls }: (typeof WORK)[number]): number {
  const request = { session, calls, mode: "use" as const, validator: address(-4), state: STATE, time: NOW, fee: 1n };
  const found = verdictOf(checkCalls(request));
  if (found !== wanted) throw new Error(`${name}: ${found}, expected ${wanted}`);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = cpuSeconds();
    for (let i = 0; i < VERDICTS; i++) checkCalls(request);
    best = Math.max(best, VERDICTS / (cpuSeconds() - start));
  }
  return best;
}

function buildSeconds(): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = cpuSeconds();
    build(PERMISSIONS);
    return cpuSeconds() - start;
  });
  return Math.min(...times);
}

const slow: string[] = [];
function report(text: string, ok: boolean): void {
  console.log(`${ok ? "ok  " : "SLOW"} ${text}`);
  if (!ok) slow.push(text);
}

const seconds = buildSeconds();
report(`${seconds.toFixed(2)} s to build a session of ${PERMISSIONS} permissions`, seconds < MAX_BUILD_SECONDS);
const session = build(PERMISSIONS);
for (const work of WORK) {
  const rate = Math.round(verdictsPerSecond(session, work));
  report(`${rate} verdicts a second: ${work.name}, ${work.wanted}`, rate >= MIN_VERDICTS_PER_SECOND);
}
if (slow.length > 0) process.exitCode = 1;
