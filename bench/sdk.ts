import { checkCalls, type Call, type Verdict } from "../sdk";
import { address, bestSeconds, build, request, transfer, verdictsPerSecond } from "./speed";

// `npm run bench:sdk`: how fast the SDK judges calls and builds a large session. Fails below the promises.

const MIN_VERDICTS_PER_SECOND = 20_000;
const MAX_BUILD_SECONDS = 1;
const PERMISSIONS = 1_024;

const WORK: readonly { readonly name: string; readonly wanted: string; readonly calls: readonly Call[] }[] = [
  { name: "an allowed transfer", wanted: "accepted", calls: [transfer(7, 5)] },
  { name: "a transfer above the budget", wanted: "BudgetExceeded", calls: [transfer(7, 1_000_001)] },
  { name: "a transfer to a stranger", wanted: "NO_PERMISSION", calls: [transfer(7, 5, address(-9))] },
  { name: "another token", wanted: "NO_PERMISSION", calls: [transfer(PERMISSIONS, 5)] },
];

/** The outcome, or why it is refused. */
function verdictOf(verdict: Verdict): string {
  return verdict.outcome === "refused" ? verdict.name : verdict.outcome;
}

const slow: string[] = [];
function report(text: string, ok: boolean): void {
  console.log(`${ok ? "ok  " : "SLOW"} ${text}`);
  if (!ok) slow.push(text);
}

const seconds = bestSeconds(() => build(PERMISSIONS));
report(`${seconds.toFixed(2)} s to build a session of ${PERMISSIONS} permissions`, seconds < MAX_BUILD_SECONDS);
const session = build(PERMISSIONS);
for (const { name, wanted, calls } of WORK) {
  const found = verdictOf(checkCalls(request(session, calls)));
  if (found !== wanted) throw new Error(`${name}: ${found}, expected ${wanted}`);
  const rate = verdictsPerSecond(session, calls);
  report(`${rate} verdicts a second: ${name}, ${wanted}`, rate >= MIN_VERDICTS_PER_SECOND);
}
if (slow.length > 0) process.exitCode = 1;
