import { defineAutomation, everyPeriod, viewResult } from "../../runner";
import { automated } from "../support/automated";
import { priceAsked, QUOTE, tradingCalls } from "./calls";
import type { TradingJob } from "./session";

/** A purchase below the one price, a sale above the other, each at most once a day. */
export default automated<TradingJob>("trading-bot", (job, given) => {
  const { file, ...rest } = given("trading-bot");
  const { account } = file.session;
  const bounds = { buy: { atMost: job.buyBelow - 1n }, sell: { atLeast: job.sellAbove + 1n } };
  return Object.entries(bounds).map(([name, range]) =>
    defineAutomation({
      ...{ name, file, ...rest, schedule: everyPeriod() },
      when: [viewResult(job.quoter, QUOTE, [priceAsked(job)], range)],
      calls: ({ provider }) => tradingCalls(job, account, provider),
    }),
  );
});
