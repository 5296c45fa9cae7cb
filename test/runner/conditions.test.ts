import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ContractFactory, type Contract } from "ethers";
import { every, eventSeen, price, defineAutomation, viewResult, type Condition } from "../../runner";
import { parseAutomation } from "../../runner/document";
import { artifact, now } from "../helpers/world";
import { counted, DAY, Desk, looked, payer, TIMEOUT, until } from "./parts";

const TRANSFER = "event Transfer(address indexed from, address indexed to, uint256 value)";
/** Of the EntryPoint: five numbers at once. */
const DEPOSIT = "function getDepositInfo(address) view returns (uint256, bool, uint112, uint32, uint48)";
/** Chainlink's interface, as Aave deploys it: its answer is 0 or 1. */
const FEED = "@aave/core-v3/artifacts/contracts/mocks/oracle/SequencerOracle.sol/SequencerOracle.json";

describe("Conditions of a runner", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  beforeEach(() => (desk = new Desk()));
  afterEach(() => desk.clear());

  /** A runner whose automation waits for these. */
  async function waiting(when: (parts: Awaited<ReturnType<typeof payer>>) => readonly Condition[]) {
    const parts = await payer();
    const { w, common, pay, balance } = parts;
    const before = await balance();
    const automation = defineAutomation({ ...common, schedule: every(DAY), when: when(parts), calls: [pay(5n)] });
    const start = () => desk.runner(w, { automations: [automation] });
    return { ...parts, runner: await start(), start, paid: async () => (await balance()) - before };
  }

  it("an event: acts once it has happened in this period, also while no runner ran", async () => {
    const { w, runner, start, paid } = await waiting(({ w }) => [
      eventSeen(w.tokenAddress, TRANSFER, [null, w.otherAccountAddress]),
    ]);
    await w.token.mint(w.owner.address, 1n);
    await looked(runner);
    expect(runner.counts.due, "somebody else's").to.equal(0);
    await w.token.mint(w.otherAccountAddress, 1n);
    await until("done", () => runner.counts.done === 1);
    await time.increase(DAY);
    await looked(runner);
    expect(runner.counts.due, "that of yesterday").to.equal(1);
    await runner.stop();
    await w.token.mint(w.otherAccountAddress, 1n);
    const second = await start();
    await until("done again", () => second.counts.done === 1);
    expect(await paid()).to.equal(10n);
    await second.stop();
    await w.token.mint(w.otherAccountAddress, 1n);
    await time.increase(DAY);
    const third = await start();
    await looked(third);
    expect(third.counts.due, "that of yesterday, read today").to.equal(0);
    expect(desk.of("missed")).to.deep.equal([]);
  });

  it("one of several numbers of a view, said in JSON: acts when that one is within bounds", async () => {
    const { w, runner, paid } = await waiting(({ w }) => {
      const view = { view: DEPOSIT, target: w.entryPoint.target, args: [w.bundler.address], place: 2, atLeast: "5" };
      const call = { to: w.tokenAddress, value: "0" };
      const common = { version: 1, name: "pay", session: "s.json", schedule: { every: "period" }, calls: [call] };
      return parseAutomation(JSON.stringify({ ...common, when: [view] })).when;
    });
    const entryPoint = w.entryPoint.connect(w.bundler) as Contract;
    await entryPoint.getFunction("depositTo")(w.bundler.address, { value: 10n });
    await entryPoint.getFunction("addStake")(1, { value: 4n });
    await looked(runner);
    expect(runner.counts.due, "a deposit of 10 or more, a stake of 4").to.equal(0);
    await entryPoint.getFunction("addStake")(1, { value: 1n });
    await until("done", () => runner.counts.done === 1);
    await looked(runner);
    expect(await paid()).to.equal(5n);
  });

  it("a price: acts when it is fresh by the chain's clock, and within bounds", async () => {
    const { w, common, pay, balance } = await payer();
    const { abi, bytecode } = artifact(FEED);
    const feed = await new ContractFactory(abi, bytecode, w.bundler).deploy(w.bundler.address);
    const tell = async (up: boolean, at: number) => feed.getFunction("setAnswer")(up, at);
    const when = [price(await feed.getAddress(), { atMost: 1n }, { maxAge: 60 })];
    const automation = defineAutomation({ ...common, schedule: every(DAY), when, calls: [pay(5n)] });
    const before = await balance();
    await tell(true, (await now()) - 100);
    const runner = await desk.runner(w, { automations: [automation] });
    await looked(runner);
    expect(runner.counts.due, "too old").to.equal(0);
    await tell(false, await now());
    await looked(runner);
    expect(runner.counts.due, "no price").to.equal(0);
    await tell(true, await now());
    await until("done", () => runner.counts.done === 1);
    expect(await balance()).to.equal(before + 5n);
  });

  it("a view that nobody answers: told once in a period, and nobody else is held up", async () => {
    const { w, common, pay, balance } = await payer();
    const before = await balance();
    const total = "function total() view returns (uint256)";
    const define = (name: string, when: Condition[]) =>
      defineAutomation({ ...common, name, schedule: every(DAY), when, calls: [pay(1n)] });
    const blind = define("blind", [viewResult(w.owner.address, total, [], { atLeast: 0n })]);
    const runner = await desk.runner(w, { automations: [blind, define("seeing", [])] });
    await until("done", () => runner.counts.done === 1);
    await looked(runner);
    const fault = { code: "CONDITION_UNREADABLE", cause: `${blind.id}: ${w.owner.address} answers 0x` };
    expect(desk.of("fault")).to.have.lengthOf(1);
    expect(desk.of("fault")[0]).to.include({ ...fault, level: "warn" });
    expect(await counted(runner, 'faults_total{code="CONDITION_UNREADABLE"}')).to.equal(1);
    await time.increase(DAY);
    await until("the next day", () => runner.counts.done === 2);
    expect(desk.of("fault")).to.have.lengthOf(2);
    expect(await balance()).to.equal(before + 2n);
  });
});
