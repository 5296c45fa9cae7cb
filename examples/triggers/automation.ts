import { defineAutomation, everyPeriod, viewResult } from "../../runner";
import { automated } from "../support/automated";
import { triggerCalls } from "./calls";
import { ENOUGH, VESTING_ABI, type TriggerJob } from "./session";

/** As soon as enough has vested, and at most once a day. */
export default automated<TriggerJob>("triggers", (job, given) => {
  const { file, ...rest } = given("triggers");
  const { account } = file.session;
  return defineAutomation({
    ...{ name: "triggers", file, ...rest, schedule: everyPeriod() },
    when: [viewResult(job.vesting, VESTING_ABI[2], [job.usdc], { atLeast: ENOUGH })],
    calls: ({ provider }) => triggerCalls(job, account, provider),
  });
});
