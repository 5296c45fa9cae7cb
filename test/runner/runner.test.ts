import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { DAY, Desk, payer, TIMEOUT, until } from "./parts";

describe("Runner", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  beforeEach(() => (desk = new Desk()));
  afterEach(() => desk.clear());

  it("acts once in each period, also when it is started again, and stops cleanly", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const first = await desk.runner(w, { automations: [automation] });
    await until("first period", () => first.counts.done === 1);
    await first.stop();
    const second = await desk.runner(w, { automations: [automation] });
    await until("a few looks", async () => (await second.metrics.polls.get()).values[0]!.value > 3);
    expect(await balance()).to.equal(before + 5n);
    await time.increase(DAY);
    await until("second period", () => second.counts.done === 1);
    expect(await balance()).to.equal(before + 10n);
    await second.stop();
    expect(desk.lines.map(({ event }) => event)).to.deep.equal([
      ...["started", "due", "sent", "done", "stopped"],
      ...["started", "due", "sent", "done", "stopped"],
    ]);
  });

  it("two runners at once, who know nothing of each other, act once", async () => {
    const { w, automation, balance } = await payer();
    const before = await balance();
    const runners = [];
    for (const state of ["a.db", "b.db"]) {
      runners.push(desk.runner(w, { automations: [automation], state: desk.path(state) }));
    }
    const [a, b] = await Promise.all(runners);
    await until("both know", () => a!.counts.done + a!.counts.elsewhere + b!.counts.done + b!.counts.elsewhere === 2);
    expect(await balance()).to.equal(before + 5n);
    expect(desk.of("done")).to.have.length.of.at.least(1);
  });
});
