import { parseEther } from "ethers";
import {
  allow,
  defineSession,
  describe,
  inDays,
  oneOf,
  proofFor,
  spend,
  total,
  weekly,
  type Call,
  type Session,
} from "../../sdk";
import { grantSession } from "../../sdk/actions/grant";
import type { Attempt } from "../support/attempt";
import { ownerOf } from "../support/chain";
import { TOKEN } from "../support/token";
import type { Chapter } from "./step";
import type { World } from "./world";

const HOUR = 3600;
const WEEK = 7 * 24 * HOUR;
const GWEI = 1_000_000_000n;

/** So many tokens a week to Alice and Bob together, at most 0.01 ETH of fees, for 30 days from an hour from now. */
function payrollSession({ common, now, token, alice, bob }: World, amount = "100"): Session {
  const validAfter = now + HOUR;
  return defineSession({
    ...common,
    salt: 1n,
    validAfter,
    validUntil: inDays(30, validAfter),
    budgets: { salaries: weekly(parseEther(amount)), fees: total(parseEther("0.01")) },
    fees: "fees",
    permissions: [
      allow({ address: token, abi: TOKEN }, "transfer", { to: oneOf(alice, bob), amount: spend("salaries") }),
    ],
  });
}

/** The payroll key does what it was granted, and is refused everything else. */
export async function payroll(world: World): Promise<Chapter> {
  const { installed, chain, alice, bob, mallory, token, otherToken } = world;
  const session = payrollSession(world);
  const grant = proofFor(await grantSession(ownerOf(chain, installed), session), 0);
  const { validAfter: start, validUntil } = session;

  const transfer = (to: string, amount: string, target = token): Call => {
    return { target, value: 0n, data: TOKEN.encodeFunctionData("transfer", [to, parseEther(amount)]) };
  };
  const pay = (to: string, amount: string): Attempt => ({ session, calls: [transfer(to, amount)] });
  const first = (amount: string): Attempt => ({ ...pay(alice, amount), mode: "enable", grant });
  const approve = { target: token, value: 0n, data: TOKEN.encodeFunctionData("approve", [alice, 1n]) };
  const forged = (call: Call): Attempt => ({ session, calls: [call], forge: [0] });
  const richer = payrollSession(world, "200");
  const thief = await mallory.getAddress();
  const expensive = { maxFeePerGas: 20n * GWEI };

  return {
    title: "Payroll",
    terms: describe(session, {
      tokens: { TUSD: { address: token, decimals: 18 } },
      labels: { Alice: alice, Bob: bob },
    }),
    steps: [
      { title: "an hour before it starts", expected: "AA22", attempt: { ...first("60"), time: start } },
      { title: "101 of 100 at once", expected: "BudgetExceeded", at: start + 60, attempt: first("101") },
      { title: "60 to Alice: the grant enables itself", expected: "done", attempt: first("60") },
      { title: "30 to Bob, the 2nd use", expected: "done", attempt: pay(bob, "30") },
      { title: "20 to Bob: only 10 are left", expected: "BudgetExceeded", attempt: pay(bob, "20") },
      { title: "another token", expected: "SessionNotEnabled", attempt: forged(transfer(alice, "1", otherToken)) },
      { title: "approve instead of transfer", expected: "SessionNotEnabled", attempt: forged(approve) },
      { title: "another recipient", expected: "RuleNotMet", attempt: forged(transfer(thief, "1")) },
      { title: "someone else's key", expected: "AA24", attempt: { ...pay(alice, "1"), key: mallory } },
      {
        title: "twice the budget, never granted",
        expected: "SessionNotEnabled",
        attempt: { ...pay(bob, "1"), session: richer },
      },
      {
        title: "fees of 20 gwei: above the fee budget",
        expected: "BudgetExceeded",
        attempt: { ...pay(bob, "1"), gas: expensive },
      },
      {
        title: "next week's 100, a week too early",
        expected: "AA22",
        attempt: { ...pay(alice, "100"), time: start + WEEK },
      },
      {
        title: "next week's 100, in the next week",
        expected: "done",
        at: start + WEEK + 60,
        attempt: pay(alice, "100"),
      },
      { title: "the 10 of last week", expected: "PeriodPassed", attempt: { ...pay(bob, "10"), time: start + 60 } },
      {
        title: "a second after it ends",
        expected: "AA22",
        at: validUntil + 1,
        attempt: { ...pay(bob, "1"), time: validUntil },
      },
    ],
  };
}
