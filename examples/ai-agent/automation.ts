import { cron, defineAutomation } from "../../runner";
import { automated } from "../support/automated";
import { agentCalls } from "./calls";
import type { AgentJob } from "./session";

/** Twice a day, at noon and at midnight UTC: what the session lets the agent supply in a day is two supplies. */
export default automated<AgentJob>("ai-agent", (job, given) => {
  const { file, ...rest } = given("ai-agent");
  const { account } = file.session;
  return defineAutomation({
    ...{ name: "ai-agent", file, ...rest, schedule: cron("0 0,12 * * *") },
    calls: ({ provider }) => agentCalls(job, account, provider),
  });
});
