import { expect } from "chai";
import hre from "hardhat";
import { execute, HARDHAT } from "./node";

describe("demo", function () {
  before(function () {
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
  });

  it("shows what is expected, within 120 columns and without colours", async () => {
    const { code, stdout, stderr } = await execute([HARDHAT, "run", "--no-compile", "scripts/demo.ts"]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    expect(stdout).to.include("Every outcome is as expected.").and.not.include("✗").and.not.include("\u001b");
    for (const reason of [
      "SessionNotEnabled",
      "RuleNotMet",
      "BudgetExceeded",
      "PeriodPassed",
      "AA22",
      "AA24",
      "SessionIsRevoked",
      "BadGrant",
      "AccountPaused",
    ]) {
      expect(stdout).to.include(`  ${reason}`);
    }
    for (const line of stdout.split("\n")) expect([...line].length, line).to.be.at.most(120);
  });
});
