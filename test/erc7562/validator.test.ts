import { expect } from "chai";
import { ethers } from "hardhat";
import { argumentCharge, callPermission, ENTRY_POINTS, totalBudget } from "../../sdk";
import { enable, operation, sessionOf } from "../helpers/operations";
import { world } from "../helpers/world";
import { inspectOperation, slotsOf } from "./checker";
import { scanBytecode } from "./scan";

const SET = "0x60fe47b1";

describe("ERC-7562: the session key validator", () => {
  it("has no forbidden opcode anywhere in its runtime code", async () => {
    const w = await world();
    expect(scanBytecode(await ethers.provider.getCode(w.validatorAddress))).to.deep.equal([]);
  });

  it("touches the account's word and at most eight words of the session, all associated with the account", async () => {
    const w = await world();
    const permission = callPermission(w.targetAddress, SET, {
      charges: [0, 5, 15].map((budget) => argumentCharge(budget, [0])),
    });
    const budgets = Array.from({ length: 16 }, () => totalBudget(100n));
    const session = await sessionOf(w, [permission], { budgets });
    await enable(w, session);
    const calls = [{ target: w.targetAddress, value: 0n, data: SET + "7".padStart(64, "0") }];

    const report = await inspectOperation({
      provider: w.bundler.provider,
      entryPoint: ENTRY_POINTS["0.8"],
      userOp: await operation(w, session, calls),
      from: w.bundler.address,
    });
    expect(report.rejection).to.equal(undefined);
    expect(report.violations).to.deep.equal([]);
    const offsets = slotsOf(report, w.validatorAddress).map(({ offset, written }) => [offset, written]);
    // Word 0 of the account, read; words 0, 2 and 7 of the session, written.
    expect(offsets).to.have.deep.members([
      [0, false],
      [0, true],
      [2, true],
      [7, true],
    ]);
  });
});
