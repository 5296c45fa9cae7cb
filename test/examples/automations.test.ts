import { expect } from "chai";
import { parseEther, parseUnits } from "ethers";
import { examples } from "../../examples";
import { execute, HARDHAT } from "../scripts/node";

interface Result {
  /** Actions that were due before what the condition waits for. */
  readonly early: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, string>>;
}

interface Printed {
  readonly results: Readonly<Record<string, Result>>;
  /** How `session-keys run` ended. */
  readonly commanded: { readonly code: number | null; readonly log: string } & Pick<Result, "changes">;
}

const usdc = (dollars: string) => parseUnits(dollars, 6);

// On a chain of their own, as the examples: they turn the clock to 2030.
describe("automations of the examples", function () {
  this.timeout(240_000);
  let results: Printed["results"];
  let commanded: Printed["commanded"];
  const changeOf = (name: string, what: string) => BigInt(results[name]!.changes[what]!);

  before(async () => {
    const { code, stdout, stderr } = await execute([HARDHAT, "run", "--no-compile", "test/examples/automations.ts"]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    ({ results, commanded } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Printed);
  });

  it("act once, when their conditions hold, and nothing of theirs is refused", () => {
    expect(Object.keys(results).sort()).to.deep.equal(examples.map(({ name }) => name).sort());
    const none = { elsewhere: 0, reverted: 0, refused: 0, missed: 0, faults: 0, inFlight: 0 };
    for (const [name, { early, counts }] of Object.entries(results)) {
      const due = name === "payroll" ? 2 : 1;
      expect(early, name).to.equal(0);
      expect(counts, name).to.deep.equal({ ...none, due, done: due });
    }
  });

  it("game: three steps, and the item of the third", () => {
    expect(results["game"]!.changes).to.deep.equal({ steps: "3", items: "1" });
  });

  it("trading-bot: buys for 600 USDC, and sells nothing", () => {
    expect(changeOf("trading-bot", "usdc")).to.equal(-usdc("600"));
    expect(changeOf("trading-bot", "weth") >= parseEther("0.297")).to.equal(true);
  });

  it("ai-agent: supplies 1,000 USDC", () => {
    expect(changeOf("ai-agent", "usdc")).to.equal(-usdc("1000"));
    expect(changeOf("ai-agent", "supplied") >= usdc("1000")).to.equal(true);
  });

  it("dca: one purchase of 50 USDC", () => {
    expect(changeOf("dca", "usdc")).to.equal(-usdc("50"));
    expect(changeOf("dca", "weth") > 24n * 10n ** 15n).to.equal(true);
  });

  it("dca by the command session-keys run: the same purchase", () => {
    const { code, log, changes } = commanded;
    expect(code, log).to.equal(0);
    expect(BigInt(changes["usdc"]!)).to.equal(-usdc("50"));
    expect(BigInt(changes["weth"]!) > 24n * 10n ** 15n).to.equal(true);
    const events = [...log.matchAll(/"event":"(\w+)"/g)].map(([, event]) => event);
    expect(events).to.deep.equal(["started", "due", "sent", "done", "stopped"]);
  });

  it("payroll: the subscription and both salaries", () => {
    const paid = { merchant: `${usdc("9.99")}`, alice: `${parseEther("0.3")}`, bob: `${parseEther("0.2")}` };
    expect(results["payroll"]!.changes).to.deep.equal(paid);
  });

  it("triggers: 1,500 USDC after 3 days of 20", () => {
    const saved = changeOf("triggers", "saved");
    expect(saved >= usdc("1500") && saved < usdc("1501")).to.equal(true);
  });

  it("watcher: repays when the price falls", () => {
    const repaid = -changeOf("watcher", "usdc");
    expect(repaid > usdc("3000") && repaid <= usdc("6000")).to.equal(true);
    // Aave counts in dollars of 8 decimals; a little interest is due.
    expect(-changeOf("watcher", "debt") > (repaid - usdc("1")) * 100n).to.equal(true);
  });
});
