import { time } from "@nomicfoundation/hardhat-network-helpers";
import { script } from "../../scripts/support/cli";
import { Play } from "../../examples/support/play";
import { buildStage } from "../../examples/support/stage";
import { fund } from "../../examples/support/world/tokens";
import { payDollars, payEther } from "../../examples/payroll/calls";
import { PRICE, subscriptionSession } from "../../examples/payroll/session";

// Plays a subscription in which nothing is as expected, and prints what each surprise was called, as JSON in the last line.

script({}, async () => {
  const stage = await buildStage();
  const { account, director, tokens, merchant, alice, bob, mallory } = stage;
  await fund(director, tokens.usdc, account, 10n * PRICE);
  const job = { usdc: tokens.usdc, merchant, alice, bob };
  const play = await Play.begin(stage, subscriptionSession(stage.terms, job));
  const due = [payDollars(job, merchant, PRICE)];
  const theft = [payDollars(job, mallory, PRICE)];
  const surprises: Record<string, string> = {};
  const note = async (name: string, act: () => Promise<void> | void) => {
    surprises[name] = await Promise.resolve()
      .then(act)
      .then(
        () => "none",
        (error: Error) => error.message,
      );
  };

  await note("refused before anything was done", () => play.refuses("theft", theft, "RuleNotMet"));
  await note("nothing to do", () => play.does("payment", []));
  await note("done but refused", () => play.does("theft", theft));
  await note("done", () => play.does("payment", due));
  await note("refused", () => play.refuses("theft", theft, "RuleNotMet"));
  await note("refused for another reason", () => play.refuses("theft", theft, "BudgetExceeded"));
  await note("refused as if named", () => play.refuses("ether", [payEther(mallory, 1n)], "RuleNotMet"));
  await time.increase(31 * 86_400);
  await note("refused but allowed", () => play.refuses("payment", due, "BudgetExceeded"));
  await note("another balance", () => play.holds("balance", 1n, 2n));
  await note("the same balance", () => play.holds("balance", 2n, 2n));
  console.log(JSON.stringify(surprises));
});
