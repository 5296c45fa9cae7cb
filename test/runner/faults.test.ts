import { mkdirSync, writeFileSync } from "node:fs";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import Database from "libsql";
import { ethers, network } from "hardhat";
import { HandleOpsTransport, sessionId, type SessionKeyError, type PackedUserOperation } from "../../sdk";
import { defineAutomation, every, type ActionContext, type RunnerOptions } from "../../runner";
import { LocalJobs } from "../../runner/jobs";
import { connect } from "../../runner/connect";
import { Store } from "../../runner/store";
import { asAccount } from "../helpers/operations";
import { codeOf, counted, DAY, Desk, payer, proxyToChain, TIMEOUT, until } from "./parts";
import type { Proxy } from "./proxy";

describe("Faults of a runner: no action is done twice, none is lost silently", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  const proxies: Proxy[] = [];
  beforeEach(() => (desk = new Desk()));
  afterEach(async () => {
    await desk.clear();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  async function proxied() {
    const proxy = await proxyToChain();
    proxies.push(proxy);
    const provider = await connect({ url: proxy.url, timeout: 2_000 });
    return { proxy, provider };
  }

  /** What a runner told of actions and faults: event, period and code. */
  const told = () =>
    desk.lines.map(({ event, period, code }) => [event, period, code].filter((each) => each !== undefined));

  it("the node is down when a period begins: told, and done when it is back", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const { proxy, provider } = await proxied();
    const runner = await desk.runner(w, { automations: [automation], provider });
    await until("done", () => runner.counts.done === 1);
    proxy.down = true;
    await time.increase(DAY);
    await until("faults", () => runner.counts.faults > 2);
    proxy.down = false;
    await until("done", () => runner.counts.done === 2);
    const { faults } = runner.counts;
    await runner.stop();
    expect(await balance()).to.equal(before + 10n);
    expect(told()).to.deep.equal([
      ...[["started"], ["due", 0], ["sent", 0], ["done", 0]],
      ...Array.from({ length: faults }, () => ["fault", "NETWORK_ERROR"]),
      ...[["due", 1], ["sent", 1], ["done", 1], ["stopped"]],
    ]);
    for (const fault of desk.of("fault")) {
      expect(fault).to.include({ level: "warn", message: "failed; it will be tried again" });
    }
    expect(await counted(runner, 'faults_total{code="NETWORK_ERROR"}')).to.equal(faults);
    expect(await counted(runner, 'actions_total{outcome="done"}')).to.equal(2);
    expect(await counted(runner, "operations_sent_total")).to.equal(2);
    expect(await counted(runner, "actions_in_flight")).to.equal(0);
  });

  it("the node is down for all the rest of a period: its action is missed, and the next one's is done", async () => {
    const { w, common, pay, balance } = await payer();
    const before = await balance();
    const { proxy, provider } = await proxied();
    const calls = ({ period }: ActionContext) => {
      proxy.down = period.index === 0 && desk.of("fault").length === 0;
      return [pay(5n)];
    };
    const automation = defineAutomation({ ...common, schedule: every(DAY), calls });
    const runner = await desk.runner(w, { automations: [automation], provider });
    await until("faults of the action", () => desk.of("fault").some(({ period }) => period === 0));
    await time.increase(DAY);
    proxy.down = false;
    await until("both", () => runner.counts.missed + runner.counts.done === 2);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("sent").map(({ period }) => period)).to.deep.equal([1]);
    expect(desk.of("missed")).to.have.lengthOf(1);
    expect(desk.of("missed")[0]).to.include({ level: "warn", period: 0, code: "PERIOD_OVER" });
    expect(new Set(desk.of("fault").map(({ code }) => code))).to.deep.equal(new Set(["NETWORK_ERROR"]));
    expect(await counted(runner, 'actions_total{outcome="missed"}')).to.equal(1);
  });

  it("the bundler is down, then refuses, then takes it: one operation", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    let tries = 0;
    class Moody extends HandleOpsTransport {
      override send(op: PackedUserOperation): Promise<string> {
        tries++;
        if (tries === 1) return Promise.reject(Object.assign(new Error("down"), { code: "ECONNREFUSED" }));
        if (tries === 2) return Promise.reject(Object.assign(new Error("throttled"), { error: { code: -32504 } }));
        return super.send(op);
      }
    }
    const transport = new Moody({ bundler: w.bundler });
    const runner = await desk.runner(w, { automations: [automation], transport });
    await until("done", () => runner.counts.done === 1);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("fault").map(({ code }) => code)).to.deep.equal(["NETWORK_ERROR", "THROTTLED"]);
    expect(await counted(runner, 'actions_total{outcome="done"}')).to.equal(1);
  });

  it("the answer to an operation is lost: it is found in its block, and not made again", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    class Deaf extends HandleOpsTransport {
      override async send(op: PackedUserOperation): Promise<string> {
        await super.send(op);
        throw Object.assign(new Error("timeout"), { code: "TIMEOUT" });
      }
    }
    const runner = await desk.runner(w, { automations: [automation], transport: new Deaf({ bundler: w.bundler }) });
    await until("done", () => runner.counts.done === 1);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("fault")[0]!["code"]).to.equal("TIMEOUT");
  });

  it("somebody takes the nonce first: told, and not done again", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const other = await desk.runner(w, { automations: [automation], state: desk.path("other.db") });
    await until("done", () => other.counts.done === 1);
    const runner = await desk.runner(w, { automations: [automation] });
    await until("elsewhere", () => runner.counts.elsewhere === 1);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("elsewhere")[0]).to.include({ level: "info", message: "done by another runner" });
    expect(await counted(runner, 'actions_total{outcome="elsewhere"}')).to.equal(1);
  });

  it("host and chain have different clocks: the chain's decides", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    await time.increase(10 * DAY);
    const runner = await desk.runner(w, { automations: [automation] });
    await until("done", () => runner.counts.done === 1);
    expect(desk.of("done")[0]!["period"]).to.equal(10);
    expect(await balance()).to.equal(before + 5n);
  });

  it("the block of the receipt is reorganised away: the same operation is sent again", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const sent: string[] = [];
    class Noting extends HandleOpsTransport {
      override async send(op: PackedUserOperation): Promise<string> {
        const hash = await super.send(op);
        sent.push(hash);
        return hash;
      }
    }
    const snapshot = (await network.provider.request({ method: "evm_snapshot" })) as string;
    const transport = new Noting({ bundler: w.bundler });
    const runner = await desk.runner(w, { automations: [automation], transport, confirmations: 3, patience: 500 });
    await until("sent", async () => sent.length === 1 && (await balance()) === before + 5n);
    await until(
      "seen",
      async () => (await runner.metrics.block.get()).values[0]!.value >= (await ethers.provider.getBlockNumber()),
    );
    await network.provider.request({ method: "evm_revert", params: [snapshot] });
    expect(await balance()).to.equal(before);
    // The other branch is longer, as it has to be.
    await network.provider.request({ method: "hardhat_mine", params: ["0x4"] });
    await until("sent again", () => sent.length >= 2);
    await network.provider.request({ method: "hardhat_mine", params: ["0x4"] });
    await until("done", () => runner.counts.done === 1);
    expect(await balance()).to.equal(before + 5n);
    expect(new Set(sent).size).to.equal(1);
    expect(desk.of("fault").length).to.be.greaterThan(0);
  });

  it("the budget is exhausted, and the next period's is not", async () => {
    const { w, common, pay, balance } = await payer();
    const before = await balance();
    const twice = ["first", "second"].map((name) =>
      defineAutomation({ ...common, name, schedule: every(DAY), calls: [pay(5n)] }),
    );
    const runner = await desk.runner(w, { automations: twice });
    await until("both", () => runner.counts.done + runner.counts.refused === 2);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("refused")[0]).to.include({ code: "BudgetExceeded", level: "warn" });
    expect(await counted(runner, 'actions_total{outcome="refused"}')).to.equal(1);
    await time.increase(DAY);
    await until("next day", () => runner.counts.done + runner.counts.refused === 4);
    expect(await balance()).to.equal(before + 10n);
  });

  it("the session is revoked in mid-run: refused, once in each period", async () => {
    const { w, session, automation, balance, enable } = await payer();
    await enable();
    const before = await balance();
    const runner = await desk.runner(w, { automations: [automation] });
    await until("done", () => runner.counts.done === 1);
    await (await asAccount(w)).revokeSession(sessionId(session));
    await time.increase(DAY);
    await until("refused", () => runner.counts.refused === 1);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("refused")[0]).to.include({ code: "SessionIsRevoked", period: 1 });
  });

  it("the session expires in mid-run: told, and over", async () => {
    const { w, session, automation, balance } = await payer();
    const before = await balance();
    const runner = await desk.runner(w, { automations: [automation] });
    await until("done", () => runner.counts.done === 1);
    await time.increaseTo(session.validUntil + 10);
    await until("expired", () => desk.of("expired").length === 1);
    expect(desk.of("expired")[0]).to.include({ level: "warn", automation: "pay" });
    expect(await counted(runner, "automations")).to.equal(0);
    expect(await balance()).to.equal(before + 5n);
  });

  it("no runner ran for two periods: each is told as missed", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const first = await desk.runner(w, { automations: [automation] });
    await until("done", () => first.counts.done === 1);
    await first.stop();
    await time.increase(3 * DAY);
    const second = await desk.runner(w, { automations: [automation] });
    await until("done", () => second.counts.done === 1);
    expect(desk.of("missed").map(({ period, code }) => [period, code])).to.deep.equal([
      [2, "NOT_RUNNING"],
      [1, "NOT_RUNNING"],
    ]);
    expect(await counted(second, 'actions_total{outcome="missed"}')).to.equal(2);
    expect(await balance()).to.equal(before + 10n);
  });

  it("an account is paused until the period is over: tried again and again, then missed", async () => {
    const { w, automation, balance, enable } = await payer();
    await enable();
    const before = await balance();
    await (await asAccount(w)).pause();
    const runner = await desk.runner(w, { automations: [automation] });
    await until("tried", () => desk.of("fault").some(({ code }) => code === "AccountPaused"));
    await time.increase(DAY);
    await until("missed", () => runner.counts.missed === 1);
    expect(await balance()).to.equal(before);
    await (await asAccount(w)).unpause();
    await until("the next period", () => runner.counts.done === 1);
    expect(desk.of("done")[0]!["period"]).to.equal(1);
    expect(await balance()).to.equal(before + 5n);
  });

  it("a state file that is corrupt, of another program, of another chain, or in use", async () => {
    const { w, automation } = await payer();
    const options = { chainId: 31_337n, genesis: (await ethers.provider.getBlock(0))!.hash! };
    writeFileSync(desk.path("corrupt.db"), "no database at all ".repeat(500));
    const foreign = new Database(desk.path("foreign.db"));
    foreign.exec("CREATE TABLE theirs (a)");
    foreign.close();
    Store.open(desk.path("chain.db"), { ...options, chainId: 1n }).close();
    mkdirSync(desk.path("folder.db"));
    const runner = await desk.runner(w, { automations: [automation] });
    expect(codeOf(() => Store.open(desk.path("corrupt.db"), options))).to.equal("STATE_CORRUPT");
    expect(codeOf(() => Store.open(desk.path("foreign.db"), options))).to.equal("STATE_FOREIGN");
    expect(codeOf(() => Store.open(desk.path("chain.db"), options))).to.equal("STATE_FOREIGN");
    expect(codeOf(() => Store.open(desk.path("folder.db"), options))).to.equal("STATE_UNUSABLE");
    // Two runners on one file: the second is refused, and the first goes on.
    const second = desk.runner(w, { automations: [automation] });
    expect(await second.catch((error: SessionKeyError) => error.code)).to.equal("STATE_LOCKED");
    expect(desk.of("not started")[0]).to.include({ code: "STATE_LOCKED", level: "error" });
    await until("done", () => runner.counts.done === 1);
    await runner.stop();
    const third = await desk.runner(w, { automations: [automation] });
    await third.stop();
    expect(codeOf(() => Store.open(desk.path("state.db"), options))).to.equal("none");
  });

  it("a node of another chain: the runner does not start, and says so; on its own chain it does", async () => {
    const { w, session, common, automation, pay, balance } = await payer();
    const before = await balance();
    const file = { ...common.file, session: { ...session, chainId: 1n } };
    const foreign = defineAutomation({ ...common, name: "foreign", file, schedule: every(DAY), calls: [pay(5n)] });
    const refused = desk.runner(w, { automations: [automation, foreign] });
    expect(await refused.catch((error: SessionKeyError) => error.code)).to.equal("WRONG_CHAIN");
    const cause = "foreign is for chain 1, and the node is on 31337";
    expect(desk.lines).to.have.lengthOf(1);
    expect(desk.lines[0]).to.include({ event: "not started", level: "error", code: "WRONG_CHAIN" });
    expect(desk.lines[0]!["cause"]).to.contain(cause);
    expect(await balance()).to.equal(before);
    const runner = await desk.runner(w, { automations: [automation] });
    await until("done", () => runner.counts.done === 1);
    expect(await balance()).to.equal(before + 5n);
  });

  it("an automation is not loaded any more: told, and its action is taken up when it is back", async () => {
    const { w, common, automation, pay, balance } = await payer();
    const before = await balance();
    const notYet = defineAutomation({ ...common, schedule: every(DAY), calls: [] });
    const first = await desk.runner(w, { automations: [notYet] });
    await until("due", () => desk.of("fault").some(({ code }) => code === "NOTHING_TO_DO"));
    await first.stop();
    const other = defineAutomation({ ...common, name: "other", schedule: every(DAY), calls: [pay(1n)] });
    const second = await desk.runner(w, { automations: [other] });
    await until("its own", () => second.counts.done === 1);
    const told = desk.of("fault").filter(({ code }) => code === "UNKNOWN_AUTOMATION");
    expect(told).to.have.lengthOf(1);
    expect(told[0]).to.include({ level: "warn", automation: "pay", period: 0 });
    expect(await counted(second, 'faults_total{code="UNKNOWN_AUTOMATION"}')).to.equal(1);
    await second.stop();
    const third = await desk.runner(w, { automations: [automation] });
    await until("done", () => third.counts.done === 1);
    expect(await balance()).to.equal(before + 6n);
  });

  it("the disk is full: nothing is sent before it is written down, and nothing is forgotten", async () => {
    const { w, common, pay, balance } = await payer();
    const before = await balance();
    let limit: (pages: number) => void = () => undefined;
    const jobs: RunnerOptions["jobs"] = ({ automations, store, means, report }) => {
      // SQLite's own word for a full disk: what has room in the pages that are there is written still.
      limit = (pages) => void (store as unknown as { db: Database.Database }).db.pragma(`max_page_count = ${pages}`);
      limit(1);
      return new LocalJobs(automations, store, means, report);
    };
    const five = [1, 2, 3, 4, 5].map((i) =>
      defineAutomation({ ...common, name: `pay-${i}`, schedule: every(DAY), calls: [pay(1n)] }),
    );
    const runner = await desk.runner(w, { automations: five, jobs });
    await until("full", () => desk.of("fault").some(({ code }) => code === "STATE_FULL"));
    const sent = new Set(desk.of("sent").map(({ automation }) => automation));
    const full = desk.of("fault").filter(({ code }) => code === "STATE_FULL");
    for (const { automation } of full) expect(sent).to.not.include(automation);
    limit(1_000_000);
    await until("done", () => runner.counts.done === 5);
    expect(await balance()).to.equal(before + 5n);
  });
});
