import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { periodicBudget } from "../../../sdk";
import { defineAutomation, every, queueJobs, type Runner } from "../../../runner";
import { DAY, Desk, payer, until } from "../parts";
import { startRedis, type RedisServer } from "./server";

describe("Runners that share a Redis", () => {
  let desk: Desk;
  let redis: RedisServer;
  beforeEach(async () => {
    desk = new Desk();
    redis = await startRedis(desk.folder);
  });
  afterEach(async () => {
    await desk.clear();
    await redis.stop();
  });

  /** Runners with a state file each, and ten automations of one token each. */
  async function team(count: number) {
    const { w, common, pay, balance } = await payer({ budgets: [periodicBudget(1_000n, DAY)] });
    const automations = Array.from({ length: 10 }, (_, i) =>
      defineAutomation({ ...common, name: `pay-${i}`, schedule: every(DAY), calls: [pay(1n)] }),
    );
    const before = await balance();
    const spent = async () => (await balance()) - before;
    const jobs = await queueJobs({ url: redis.url, stalledAfter: 1_000 });
    const runners: Runner[] = [];
    for (let i = 0; i < count; i++) {
      runners.push(await desk.runner(w, { automations, jobs, state: desk.path(`${i}.db`) }));
    }
    const sum = (of: "done" | "elsewhere") => runners.reduce((total, { counts }) => total + counts[of], 0);
    return { runners, spent, sum };
  }

  it("three of them do each action once", async () => {
    const { spent, sum } = await team(3);
    await until("all", () => sum("done") + sum("elsewhere") >= 10, 30);
    await time.increase(DAY);
    await until("the next day", () => sum("done") + sum("elsewhere") >= 20, 30);
    expect(await spent()).to.equal(20n);
    expect(desk.of("due")).to.have.lengthOf(20);
  });

  it("Redis is restarted: nothing is done twice, and nothing is lost", async () => {
    const { spent, sum } = await team(2);
    await until("all", () => sum("done") + sum("elsewhere") === 10, 30);
    await redis.restart();
    await time.increase(DAY);
    await until("the next day", () => sum("done") + sum("elsewhere") >= 20, 40);
    expect(await spent()).to.equal(20n);
  });

  it("Redis is down when actions are due: told, and done when it is back", async () => {
    const { spent, sum, runners } = await team(1);
    await until("all", () => sum("done") === 10, 30);
    await redis.stop();
    await time.increase(DAY);
    await until("told", () => runners[0]!.counts.faults > 0);
    expect(await spent()).to.equal(10n);
    await redis.restart();
    await until("the next day", () => sum("done") === 20, 40);
    expect(await spent()).to.equal(20n);
  });
});
