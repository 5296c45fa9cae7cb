import { defineAutomation, everyPeriod } from "../../runner";
import { automated } from "../support/automated";
import { payrollCalls, subscriptionCalls } from "./calls";
import type { PaymentsJob } from "./session";

/** The subscription and the salaries, each with a session of its own, and each every 30 days. */
export default automated<PaymentsJob>("payroll", (job, given) =>
  Object.entries({ subscription: subscriptionCalls, payroll: payrollCalls }).map(([name, callsOf]) => {
    const { file, ...rest } = given(name);
    const { account } = file.session;
    return defineAutomation({
      ...{ name, file, ...rest, schedule: everyPeriod() },
      calls: ({ provider }) => callsOf(job, account, provider),
    });
  }),
);
