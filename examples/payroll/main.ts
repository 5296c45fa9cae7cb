import { time } from "@nomicfoundation/hardhat-network-helpers";
import { balanceOf } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { START, type Stage } from "../support/stage";
import { fund, usdc } from "../support/world/tokens";
import { payDollars, payEther, payrollCalls, subscriptionCalls } from "./calls";
import {
  ACCRUING,
  accruingSession,
  payrollSession,
  PRICE,
  SALARIES,
  subscriptionSession,
  type PaymentsJob,
} from "./session";

const MONTH = 30 * 86_400;

/** Some time in that month; the first is 0. */
function month(number: number): Promise<void> {
  return time.increaseTo(START + number * MONTH + 60);
}

async function playSubscription(stage: Stage, job: PaymentsJob): Promise<Play> {
  const { provider, account, mallory } = stage;
  const play = await Play.begin(stage, subscriptionSession(stage.terms, job));
  await play.does("subscription: 9.99 USDC for the merchant", await subscriptionCalls(job, account, provider));
  await play.refuses("an early pull", [payDollars(job, job.merchant, PRICE)], "BudgetExceeded");
  await month(3);
  await play.refuses("an over-pull", [payDollars(job, job.merchant, PRICE + 1n)], "RuleNotMet");
  await play.refuses("another payee", [payDollars(job, mallory, PRICE)], "RuleNotMet");
  await play.does("after two missed months: one payment", await subscriptionCalls(job, account, provider));
  await play.refuses("a missed month's payment", [payDollars(job, job.merchant, PRICE)], "BudgetExceeded");
  play.holds("paid to the merchant", await balanceOf(provider, job.usdc, job.merchant), 2n * PRICE);
  return play;
}

async function playPayroll(stage: Stage, job: PaymentsJob): Promise<Play> {
  const { provider, account, mallory, alice, bob } = stage;
  const play = await Play.begin(stage, payrollSession(stage.terms, job));
  const before = await provider.getBalance(alice);
  await play.does("payroll: 0.3 ETH for Alice, 0.2 ETH for Bob", await payrollCalls(job, account, provider));
  await play.refuses("an early salary", [payEther(bob, SALARIES.bob)], "BudgetExceeded");
  await month(4);
  await play.refuses("a raise", [payEther(alice, SALARIES.alice + 1n)], "ValueTooHigh");
  await play.refuses("a salary for somebody else", [payEther(mallory, SALARIES.bob)], "SessionNotEnabled");
  const twice = [payEther(bob, SALARIES.bob), payEther(bob, 1n)];
  await play.refuses("Alice's salary for Bob on top of his", twice, "BudgetExceeded");
  await play.does("the next month's salaries", await payrollCalls(job, account, provider));
  play.holds("paid to Alice", (await provider.getBalance(alice)) - before, 2n * SALARIES.alice);
  return play;
}

async function playAccruing(stage: Stage, job: PaymentsJob): Promise<Play> {
  const { provider, mallory, alice } = stage;
  const play = await Play.begin(stage, accruingSession(stage.terms, job));
  await month(6);
  await play.does("accruing: Alice draws one month of six", [payDollars(job, alice, ACCRUING)]);
  await play.does("and the five that she has missed", [payDollars(job, alice, 5n * ACCRUING)]);
  await play.refuses("a month that is yet to come", [payDollars(job, alice, ACCRUING)], "BudgetExceeded");
  await play.refuses("what accrues, for somebody else", [payDollars(job, mallory, 1n)], "RuleNotMet");
  play.holds("paid to Alice", await balanceOf(provider, job.usdc, alice), 6n * ACCRUING);
  return play;
}

export const payments: Example = {
  name: "payroll",
  title: "Recurring payments: subscription, payroll, accruing",
  on: "an ERC-20 token and ether",
  async play(stage) {
    const { account, tokens, director, merchant, alice, bob } = stage;
    const job = { usdc: tokens.usdc, merchant, alice, bob };
    await fund(director, tokens.usdc, account, usdc("20000"));
    return [await playSubscription(stage, job), await playPayroll(stage, job), await playAccruing(stage, job)];
  },
};

runAlone(module, payments);
