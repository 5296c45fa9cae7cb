import { defineAutomation, every, viewResult } from "../../runner";
import { automated } from "../support/automated";
import { gameCalls } from "./calls";
import { MOVES, QUEST_ABI, type GameJob } from "./session";

/** Three steps every half an hour, until the session's moves are used up. */
export default automated<GameJob>("game", (job, given) => {
  const { file, ...rest } = given("game");
  const { account } = file.session;
  return defineAutomation({
    ...{ name: "game", file, ...rest, schedule: every(1_800) },
    when: [viewResult(job.quest, QUEST_ABI[2], [job.hero], { atMost: MOVES - 1n })],
    calls: ({ provider }) => gameCalls(job, account, provider),
  });
});
