import type { Provider } from "ethers";
import type { Call } from "../../sdk";
import { call, view } from "../support/calls";
import { MOVES, QUEST_ABI, type GameJob } from "./session";

/** A step north, east, south or west: 0 to 3. */
export function move({ quest, hero }: GameJob, direction: number): Call {
  return call(quest, QUEST_ABI, "move", [hero, direction]);
}

/** The next steps, at most three and each to the right of the one before; none when the session's moves are used up. */
export async function gameCalls(job: GameJob, _account: string, provider: Provider): Promise<readonly Call[]> {
  const steps = await view(provider, job.quest, QUEST_ABI[2], [job.hero]);
  return [steps, steps + 1n, steps + 2n].filter((step) => step < MOVES).map((step) => move(job, Number(step % 4n)));
}
