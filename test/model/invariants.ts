import { expect } from "chai";
import { dataSlice } from "ethers";
import { BUDGET_KINDS, type TimeWindow, type Verdict } from "../../sdk";
import { sameAddress } from "../../sdk/hex";
import { rawCall, readAnswer, validationCall } from "../helpers/validation";
import { comparable } from "../parity/comparable";
import type { Chain, Executed } from "./chain";
import { observe, type Observation, type Outflow } from "./observation";
import { entry, type Attempted, type Granted, type RecordedCall, type Reference } from "./reference";
import { ACT, CALLS, FEES, MAX_ACT, MAX_ACT_VALUE, NATIVE, partyOf, TOKENS } from "./sessions";

// Invariants I1 to I4, I9 and I10, after each bundle. They look at balances, allowances, recorded calls and what the
// EntryPoint says was paid; the validator's own numbers come second.

/** The validator answers the account as the model says, and an answer has clean bits (I9). */
export async function expectAnswer(chain: Chain, attempted: Attempted, verdict: Verdict): Promise<void> {
  const { op, userOpHash, granted, note } = attempted;
  const { world } = chain;
  const raw = await rawCall(world.validatorAddress, validationCall(world, op, userOpHash), op.sender);
  const answer = readAnswer(world, raw);
  const found = typeof answer === "bigint" ? answer : comparable(...answer);
  const refused = verdict.outcome === "refused";
  const expected = refused ? comparable(verdict.name, verdict.args) : verdict.validationData;
  expect(found, `the validator's answer to session ${granted.number} (${note})`).to.deep.equal(expected);
  if (typeof answer === "bigint" && answer !== 1n) expectCleanBits(answer, granted.session);
}

function expectCleanBits(answer: bigint, session: TimeWindow): void {
  const [after, until] = [answer >> 208n, (answer >> 160n) & (2n ** 48n - 1n)];
  expect(answer & (2n ** 160n - 1n), "no aggregator (I9)").to.equal(0n);
  expect([after >> 47n, until >> 47n], "no block numbers (I9)").to.deep.equal([0n, 0n]);
  expect(
    after >= BigInt(session.validAfter) && until <= BigInt(session.validUntil),
    "the session's window (I9)",
  ).to.equal(true);
}

/** After a bundle that was accepted at `now`. */
export async function expectSound(
  reference: Reference,
  chain: Chain,
  built: readonly Attempted[],
  before: Observation,
  executed: readonly Executed[],
  now: number,
): Promise<void> {
  const after = await observe(reference, chain, built);
  expect(after.records, "the recorded calls are those of the accepted operations").to.deep.equal(reference.records);
  after.records.slice(before.records.length).forEach((record) => expectGranted(reference, record));
  const sessions = built.map(({ granted }) => granted);
  for (const [index, granted] of sessions.entries()) {
    if (sessions.indexOf(granted) !== index) continue;
    const { status, usage } = granted;
    expect(after.stored[index], `session ${granted.number} as it is stored`).to.deep.equal({ status, usage });
    expectOutflow(reference, granted, after.outflow[index]!);
    expectWithinTokens(granted, before.outflow[index]!, after.outflow[index]!, now);
    expectWithinOthers(granted, after.outflow[index]!, after.records);
  }
  expectPaid(reference, built, before, after, executed);
}

/** A recorded call is one that its session allows, by what is recorded alone (I1). */
function expectGranted({ granted }: Reference, { sender, value, data }: RecordedCall): void {
  const number = BigInt(dataSlice(data, 4, 36));
  const session = granted.find((one) => BigInt(one.number) === number && sameAddress(one.actor.address, sender));
  const amount = BigInt(dataSlice(data, 36, 68));
  const allowed = session !== undefined && data.startsWith(ACT) && amount <= MAX_ACT && value <= MAX_ACT_VALUE;
  expect(allowed, `${sender} called the recorder with ${data} and ${value} wei (I1)`).to.equal(true);
}

/** What the parties of a session have is what the accepted operations gave them. */
export function expectOutflow(reference: Reference, { actor, number }: Granted, found: Outflow): void {
  expect(found, `what left by session ${number}`).to.deep.equal({
    tokens: entry(reference.tokens, partyOf("recipient", number)),
    allowance: reference.allowance(actor.address, partyOf("spender", number)),
    native: entry(reference.native, partyOf("payee", number)),
  });
}

/** Tokens and allowances given within the period of the block stay within the budget (I2). */
function expectWithinTokens({ session, flow, number }: Granted, before: Outflow, after: Outflow, now: number): void {
  const { kind, limit, period } = session.budgets[TOKENS]!;
  const elapsed = now - session.validAfter;
  const index = kind === BUDGET_KINDS.periodic ? Math.floor(elapsed / period) : 0;
  const approved = after.allowance === before.allowance ? 0n : after.allowance;
  flow.set(index, (flow.get(index) ?? 0n) + after.tokens - before.tokens + approved);
  const cap = kind === BUDGET_KINDS.stream ? (limit * BigInt(elapsed)) / BigInt(period) : limit;
  expect(flow.get(index)! <= cap, `tokens by session ${number}: ${flow.get(index)} of ${cap} (I2)`).to.equal(true);
  if (kind !== BUDGET_KINDS.periodic) {
    expect(after.tokens + after.allowance <= cap, `tokens and allowance of session ${number} (I2)`).to.equal(true);
  }
}

/** Native value, calls and fees of a session stay within their budgets (I2, I3). */
function expectWithinOthers(granted: Granted, { native }: Outflow, records: readonly RecordedCall[]): void {
  const { session, number, fees, usage } = granted;
  const own = records.filter(({ data }) => BigInt(dataSlice(data, 4, 36)) === BigInt(number));
  const value = own.reduce((sum, record) => sum + record.value, native);
  const { budgets, feeBudget } = session;
  expect(value <= budgets[NATIVE]!.limit, `native value of session ${number} (I2)`).to.equal(true);
  expect(BigInt(own.length) <= budgets[CALLS]!.limit, `calls of session ${number} (I2)`).to.equal(true);
  if (feeBudget !== FEES) return;
  expect(fees <= usage[FEES]!.spent && fees <= budgets[FEES]!.limit, `fees of session ${number} (I3)`).to.equal(true);
}

/** An account loses the value of its calls and the fees of its operations, and nothing else (I3). */
function expectPaid(
  { actors }: Reference,
  built: readonly Attempted[],
  before: Observation,
  after: Observation,
  executed: readonly Executed[],
): void {
  const sessions = built.map(({ granted }) => granted);
  for (const [index, { address }] of actors.entries()) {
    const fees = built.map(({ op }, i) => (sameAddress(op.sender, address) ? executed[i]!.actualGasCost : 0n));
    const paid = sessions.map(({ actor }, i) =>
      actor.address === address && sessions.indexOf(sessions[i]!) === i
        ? after.outflow[i]!.native - before.outflow[i]!.native
        : 0n,
    );
    const recorded = after.records.slice(before.records.length).filter(({ sender }) => sameAddress(sender, address));
    const expected = [...fees, ...paid, ...recorded.map(({ value }) => value)].reduce((sum, wei) => sum + wei, 0n);
    expect(before.wealth[index]! - after.wealth[index]!, `what ${address} lost (I3)`).to.equal(expected);
  }
}
