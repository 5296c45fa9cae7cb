import { expect } from "chai";
import { SessionKeyError } from "../../sdk";
import { contractError } from "../../sdk/errors";

describe("errors", () => {
  it("carry a code, and the contract's arguments as ethers decodes them", () => {
    const error = contractError("TooManyBudgets", { found: 17, max: 16n, account: "0x12" });
    expect(error).to.be.instanceOf(SessionKeyError).and.to.be.instanceOf(Error);
    expect(error.code).to.equal("TooManyBudgets");
    expect(Object.entries(error.details)).to.deep.equal([
      ["found", 17n],
      ["max", 16n],
      ["account", "0x12"],
    ]);
    expect(error.message).to.equal("TooManyBudgets: found 17, max 16, account 0x12");
    expect(contractError("PaymasterRequired", {}).message).to.equal("PaymasterRequired: refused");
  });
});
