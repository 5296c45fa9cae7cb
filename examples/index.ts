import { aiAgent } from "./ai-agent/main";
import { dca } from "./dca/main";
import { game } from "./game/main";
import { payments } from "./payroll/main";
import type { Example } from "./support/example";
import { tradingBot } from "./trading-bot/main";
import { triggers } from "./triggers/main";
import { watcher } from "./watcher/main";

/** The use cases, in the order of the table. */
export const examples: readonly Example[] = [game, tradingBot, aiAgent, dca, payments, triggers, watcher];
