import { time } from "@nomicfoundation/hardhat-network-helpers";
import { QueueEvents } from "bullmq";
import { expect } from "chai";
import { HandleOpsTransport, periodicBudget, type PackedUserOperation } from "../../../sdk";
import { defineAutomation, every, Fault, queueJobs, type Automation, type Runner } from "../../../runner";
import { counted, DAY, Desk, payer, TIMEOUT, until } from "../parts";
import { startRedis, type RedisServer } from "./server";

describe("Runners that share a Redis", function () {
  this.timeout(TIMEOUT);
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
  async function team(count: number, stalledAfter?: number) {
    const { w, common, pay, balance } = await payer({ budgets: [periodicBudget(1_000n, DAY)] });
    const automations = Array.from({ length: 10 }, (_, i) =>
      defineAutomation({ ...common, name: `pay-${i}`, schedule: every(DAY), calls: [pay(1n)] }),
    );
    const before = await balance();
    const spent = async () => (await balance()) - before;
    const jobs = await queueJobs({ url: redis.url, ...(stalledAfter === undefined ? {} : { stalledAfter }) });
    const runners: Runner[] = [];
    for (let i = 0; i < count; i++) {
      runners.push(await desk.runner(w, { automations, jobs, state: desk.path(`${i}.db`) }));
    }
    const sum = (of: "done" | "elsewhere") => runners.reduce((total, { counts }) => total + counts[of], 0);
    return { runners, spent, sum };
  }

  it("three of them do each action once", async () => {
    const { spent, sum } = await team(3);
    await until("all", () => sum("done") + sum("elsewhere") >= 10);
    await time.increase(DAY);
    await until("the next day", async () => (await spent()) >= 20n);
    expect(await spent()).to.equal(20n);
    await until("told", () => sum("done") + sum("elsewhere") >= 20);
    expect(desk.of("due")).to.have.lengthOf(20);
  });

  it("Redis is restarted: nothing is done twice, and nothing is lost", async () => {
    const { spent, sum } = await team(2, 5_000);
    await until("all", () => sum("done") + sum("elsewhere") === 10);
    await redis.restart();
    await time.increase(DAY);
    // A job that was taken over counts twice, done and elsewhere: only the chain knows when all is done.
    await until("the next day", async () => (await spent()) >= 20n);
    expect(await spent()).to.equal(20n);
  });

  it("Redis is down when actions are due: told, and done when it is back", async () => {
    const { spent, sum, runners } = await team(1);
    await until("all", () => sum("done") === 10);
    await redis.stop();
    await time.increase(DAY);
    await until("told", () => runners[0]!.counts.faults > 0);
    expect(await spent()).to.equal(10n);
    await redis.restart();
    await until("the next day", () => sum("done") === 20);
    expect(await spent()).to.equal(20n);
  });

  /** A job of an automation that nobody runs any more: one runner has handed it over, could not do it, and has stopped. */
  async function abandoned() {
    const { w, common, pay, balance } = await payer();
    const before = await balance();
    const define = (name: string, calls: Automation["calls"]) =>
      defineAutomation({ ...common, name, schedule: every(DAY), calls });
    const jobs = await queueJobs({ url: redis.url });
    const start = (state: string, automations: Automation[]) =>
      desk.runner(w, { automations, jobs, state: desk.path(state) });
    const notYet = () => {
      throw new Fault("NOT_YET", "There is nothing to pay yet.");
    };
    const first = await start("first.db", [define("pay", notYet)]);
    await until("handed over", () => desk.of("fault").some(({ code }) => code === "NOT_YET"));
    expect(await counted(first, "actions_in_flight")).to.equal(0);
    await first.stop();
    const other = await start("other.db", [define("other", [pay(1n)])]);
    await until("told", () => desk.of("fault").some(({ code }) => code === "UNKNOWN_AUTOMATION"));
    await until("its own", () => other.counts.done === 1);
    const spent = async () => (await balance()) - before;
    return { other, spent, start: () => start("third.db", [define("pay", [pay(5n)])]) };
  }

  it("a process is too busy to hold its job, and gets it back: told, and done once", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const taken: string[] = [];
    const events = new QueueEvents("session-keys", { connection: { url: redis.url } });
    events.on("active", ({ jobId }) => void taken.push(jobId));
    await events.waitUntilReady();
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    class Gated extends HandleOpsTransport {
      override async send(op: PackedUserOperation): Promise<string> {
        await gate;
        return super.send(op);
      }
    }
    try {
      const jobs = await queueJobs({ url: redis.url, stalledAfter: 500 });
      const transport = new Gated({ bundler: w.bundler });
      const runner = await desk.runner(w, { automations: [automation], transport, jobs });
      await until("taken", () => taken.length === 1);
      // Nothing else runs meanwhile, and the lock is not renewed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      await until("taken again", () => taken.length > 1);
      open();
      await until("done", () => runner.counts.done > 0);
      await runner.stop();
      expect(runner.counts).to.include({ due: 1, done: 1, elsewhere: 0, inFlight: 0 });
      expect(desk.of("fault").map(({ code }) => code)).to.include("JOB_LOST");
      expect(await counted(runner, 'faults_total{code="JOB_LOST"}')).to.be.greaterThan(0);
      expect(await balance()).to.equal(before + 5n);
    } finally {
      open();
      await events.close();
    }
  });

  it("a job's automation is not loaded: told, and left to a runner that has it", async () => {
    const { other, spent, start } = await abandoned();
    const fault = desk.of("fault").find(({ code }) => code === "UNKNOWN_AUTOMATION");
    expect(fault).to.include({ level: "warn", automation: "pay", period: 0 });
    expect(fault!["cause"]).to.match(/^pay\/0x[0-9a-f]{64}\/0 is due, but its automation is not loaded here\.$/);
    expect(await counted(other, 'faults_total{code="UNKNOWN_AUTOMATION"}')).to.be.greaterThan(0);
    expect(await counted(other, "actions_in_flight")).to.equal(0);
    expect(await spent()).to.equal(1n);
    await other.stop();
    const third = await start();
    await until("done", () => third.counts.done === 1);
    expect(await spent()).to.equal(6n);
    expect(other.counts.missed).to.equal(0);
  });

  it("a job's automation is not loaded by anybody: missed, once its period is over", async () => {
    const { other, spent } = await abandoned();
    await time.increase(DAY);
    await until("missed", () => other.counts.missed === 1);
    expect(desk.of("missed")[0]).to.include({ level: "warn", automation: "pay", code: "UNKNOWN_AUTOMATION" });
    expect(await counted(other, 'actions_total{outcome="missed"}')).to.equal(1);
    await until("the next day of its own", () => other.counts.done === 2);
    expect(await spent()).to.equal(2n);
  });
});
