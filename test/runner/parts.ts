import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { concat, id } from "ethers";
import { ethers, network } from "hardhat";
import {
  argumentCharge,
  callPermission,
  ecdsaKey,
  HandleOpsTransport,
  periodicBudget,
  proofFor,
  SessionKeyError,
  type Call,
  type Session,
} from "../../sdk";
import { defineAutomation, everyPeriod, Runner, type AutomationDefinition, type RunnerOptions } from "../../runner";
import { adapter, enable, grantBy, sessionOf } from "../helpers/operations";
import { word } from "../helpers/validation";
import { world, type World } from "../helpers/world";
import { startProxy, type Proxy } from "./proxy";

export const DAY = 86_400;
const TRANSFER = id("transfer(address,uint256)").slice(0, 10);

/** A line of the log. */
export type Line = Record<string, unknown> & { readonly event: string; readonly level: string };

/** A folder that is gone after the tests, and what runners there wrote. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), "runner-"));
  readonly lines: Line[] = [];
  readonly #runners: Runner[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A runner that is quick, and stopped after the tests. */
  async runner(w: World, options: Pick<RunnerOptions, "automations"> & Partial<RunnerOptions>): Promise<Runner> {
    const runner = new Runner({
      provider: ethers.provider,
      transport: new HandleOpsTransport({ bundler: w.bundler }),
      state: this.path("state.db"),
      interval: 20,
      patience: 30_000,
      log: this.log(),
      ...options,
    });
    this.#runners.push(runner);
    await runner.start();
    return runner;
  }

  log() {
    const write = (level: string) => (fields: object, message: string) =>
      void this.lines.push({ ...(fields as { event: string }), level, message });
    return { info: write("info"), warn: write("warn"), error: write("error") };
  }

  /** Lines of an event. */
  of(event: string): Line[] {
    return this.lines.filter((line) => line.event === event);
  }

  async clear(): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A session that pays 5 tokens a day, 7 at most, and its automation. */
export async function payer(overrides: Partial<Session> = {}, definition: Partial<AutomationDefinition> = {}) {
  const w = await world();
  const session = await sessionOf(
    w,
    [callPermission(w.tokenAddress, TRANSFER, { charges: [argumentCharge(0, [32])] })],
    { budgets: [periodicBudget(7n, DAY)], ...overrides },
  );
  const grant = await grantBy(w, [session]);
  const file = { validator: w.validatorAddress, session, grant: proofFor(grant, 0) };
  const pay = (amount: bigint): Call => ({
    target: w.tokenAddress,
    value: 0n,
    data: concat([TRANSFER, word(w.stranger.address), word(amount)]),
  });
  const common = { name: "pay", file, key: ecdsaKey(w.key), adapter: adapter(w) };
  const automation = defineAutomation({ ...common, schedule: everyPeriod(), calls: [pay(5n)], ...definition });
  const balance = () => w.token.balanceOf(w.stranger.address);
  return { w, session, automation, common, pay, balance, enable: () => enable(w, session) };
}

/** Seconds until a test gives up waiting: far more than it takes, because a busy machine is no failure. */
const PATIENCE = 60;
/** Milliseconds for a test that waits a few times. */
export const TIMEOUT = 4 * PATIENCE * 1_000;

/** Waits until it is so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE * 1_000; Date.now() < end; await sleep(20)) {
    if (await holds()) return;
  }
  throw new Error(`not within ${PATIENCE} seconds: ${what}`);
}

/** Until a runner has looked at the newest block, and decided what is due. */
export async function looked(runner: Runner): Promise<void> {
  const number = await ethers.provider.getBlockNumber();
  await until("the newest block is seen", () => (runner.head?.number ?? -1) >= number);
  const looks = await counted(runner, "polls_total");
  await until("two looks more", async () => (await counted(runner, "polls_total")) >= looks + 2);
}

/** The value of a line of the metrics, such as `actions_total{outcome="done"}`; 0 if there is none. */
export async function counted({ metrics }: Runner, line: string): Promise<number> {
  const text = await metrics.registry.metrics();
  const found = text.split("\n").find((each) => each.startsWith(`session_keys_${line} `));
  return Number(found?.split(" ").pop() ?? 0);
}

/** The code of what this raises; `none` if it does not. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SessionKeyError) return error.code;
    throw error;
  }
  return "none";
}

/** A proxy in front of the chain of the tests; close it after the test. */
export function proxyToChain(): Promise<Proxy> {
  return startProxy(({ method, params }) => network.provider.request({ method, params }));
}
