import { defineAutomation, everyPeriod } from "../../runner";
import { automated } from "../support/automated";
import { dcaCalls } from "./calls";
import type { DcaJob } from "./session";

/** A purchase every week: the period of the session's budgets. */
export default automated<DcaJob>("dca", (job, given) => {
  const { file, ...rest } = given("dca");
  const { account } = file.session;
  return defineAutomation({
    ...{ name: "dca", file, ...rest, schedule: everyPeriod() },
    calls: ({ provider }) => dcaCalls(job, account, provider),
  });
});
