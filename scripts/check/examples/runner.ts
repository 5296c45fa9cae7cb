import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ecdsaKey, type AccountAdapter, type Call } from "../../../sdk";
import { stringifySessionFile, type SessionFile } from "../../../sdk/handover";
import { defineAutomation, everyPeriod, jsonLog } from "../../../runner";
import type { Wallet } from "ethers";

/** The session as an automation, also as a file, and where a runner may keep its state: a folder of its own for each. */
export function runner(file: SessionFile, bot: Wallet, adapter: AccountAdapter, calls: readonly Call[]) {
  const folder = mkdtempSync(join(tmpdir(), "examples-"));
  const [call] = calls;
  const document = {
    ...{ version: 1, name: "payroll", session: "session.json", schedule: { every: "period" } },
    calls: [{ to: call!.target, function: "transfer(address,uint256)", args: [`0x${"2".repeat(40)}`, "5"] }],
  };
  writeFileSync(join(folder, "session.json"), stringifySessionFile(file));
  writeFileSync(join(folder, "payroll.json"), JSON.stringify(document));
  return {
    automation: defineAutomation({
      ...{ name: "payroll", file, key: ecdsaKey(bot), adapter, schedule: everyPeriod(), calls },
    }),
    automationFile: join(folder, "payroll.json"),
    /** SQLite's name for a file in memory: each example finds a new one. */
    stateFile: ":memory:",
    log: jsonLog({ write: () => undefined }),
    removeFolder: () => rmSync(folder, { recursive: true, force: true }),
  };
}
