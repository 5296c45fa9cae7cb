import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { HandleOpsTransport, kernelAccount, proofFor } from "../../sdk";
import { defineAutomation, every, Runner, type Automation } from "../../runner";
import { grantBy } from "../helpers/operations";
import { codeOf, DAY, Desk, payer, TIMEOUT, until } from "./parts";

describe("Lanes", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  beforeEach(() => (desk = new Desk()));
  afterEach(() => desk.clear());

  async function maker() {
    const parts = await payer();
    const { w, session, common, pay } = parts;
    const define = (changes: Partial<Automation>) =>
      defineAutomation({ ...common, schedule: every(DAY), calls: [pay(1n)], ...changes });
    const other = { ...common.file, session: { ...session, account: w.otherAccountAddress } };
    /** What a runner says of these automations. */
    const transport = new HandleOpsTransport({ bundler: w.bundler });
    const together = (...automations: Automation[]) =>
      codeOf(() => new Runner({ automations, provider: ethers.provider, transport, state: ":memory:" }));
    return { ...parts, define, together, other };
  }

  it("are the same for every runner, others for another name, and not those of who sends by hand", async () => {
    const { define, other } = await maker();
    const { first, count } = define({}).lanes;
    expect(define({}).lanes).to.deep.equal({ first, count });
    expect(count).to.equal(31);
    expect(first).to.be.at.least(256);
    expect(define({ name: "other" }).lanes.first).to.not.equal(first);
    expect(define({ file: other }).lanes.first).to.not.equal(first);
  });

  it("must not overlap on one account; side by side they may be, and anywhere on two accounts", async () => {
    const { define, together, other } = await maker();
    const first = define({ name: "first", lane: 1_000 });
    const { count } = first.lanes;
    const second = (changes: Partial<Automation>) => define({ name: "second", ...changes });
    expect(together(first, second({ lane: 1_000 + count - 1 }))).to.equal("LANES_OVERLAP");
    expect(together(second({ lane: 1_000 - count + 1 }), first)).to.equal("LANES_OVERLAP");
    expect(together(first, second({ lane: 1_000 + count }))).to.equal("none");
    expect(together(first, second({ lane: 1_000, file: other }))).to.equal("none");
    expect(together(first, define({ name: "first", lane: 9_000 }))).to.equal("SAME_NAME");
    expect(together(first, define({ name: "first", lane: 9_000, file: other }))).to.equal("none");
  });

  it("have to fit into the nonces of the account: 65,536 of a Kernel", async () => {
    const { define, session } = await maker();
    const adapter = kernelAccount({ account: session.account, chainId: session.chainId });
    const kernel = (seconds: number, lane?: number) =>
      define({ adapter, schedule: every(seconds), ...(lane === undefined ? {} : { lane }) });
    expect(codeOf(() => kernel(30))).to.equal("TOO_MANY_PERIODS");
    const { first, count } = kernel(60).lanes;
    expect(first + count).to.be.at.most(65_536);
    expect(codeOf(() => kernel(60, 65_536 - count + 1))).to.equal("TOO_MANY_PERIODS");
    expect(kernel(60, 65_536 - count).lanes).to.deep.equal({ first: 65_536 - count, count });
    for (const wrong of [-1, 0.5, Number.NaN]) {
      expect(
        codeOf(() => kernel(60, wrong)),
        `${wrong}`,
      ).to.equal("INTEGER_OUT_OF_RANGE");
    }
    expect(kernel(60, 0).lanes.first).to.equal(0);
  });

  it("several sessions of two accounts, two automations each: all act at once, each once a period", async () => {
    const { w, session, common, define, balance } = await maker();
    const before = await balance();
    const own = [session, { ...session, salt: 1n }];
    const others = [{ ...session, account: w.otherAccountAddress }];
    const files = [];
    for (const sessions of [own, others]) {
      const grant = await grantBy(w, sessions);
      files.push(...sessions.map((each, i) => ({ ...common.file, session: each, grant: proofFor(grant, i) })));
    }
    const automations = files.flatMap((file, i) =>
      ["rent", "wages"].map((name, j) => define({ name, file, lane: 1_000 * (2 * i + j) })),
    );
    const runner = await desk.runner(w, { automations, patience: 60_000 });
    await until("all", () => runner.counts.done === 6);
    expect(await balance()).to.equal(before + 6n);
    await time.increase(DAY);
    await until("the next day", () => runner.counts.done === 12);
    expect(await balance()).to.equal(before + 12n);
    expect(runner.counts).to.include({ due: 12, elsewhere: 0, refused: 0, missed: 0, faults: 0, inFlight: 0 });
    expect(new Set(desk.of("sent").map(({ operation }) => operation)).size).to.equal(12);
  });
});
