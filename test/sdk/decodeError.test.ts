import { expect } from "chai";
import { AbiCoder, concat } from "ethers";
import { decodeFailedOp, ENTRY_POINT_INTERFACE, explain, VALIDATOR_INTERFACE } from "../../sdk";
import { ALICE } from "./arbitraries";

const message = (text: string) => concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], [text])]);

describe("decodeFailedOp", () => {
  it("FailedOp and FailedOpWithRevert, with the validator's error inside", () => {
    const plain = ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOp", [2, "AA25 invalid account nonce"]);
    expect(decodeFailedOp({ data: plain })).to.deep.equal({
      opIndex: 2,
      aa: "AA25",
      reason: "AA25 invalid account nonce",
    });
    const inner = VALIDATOR_INTERFACE.encodeErrorResult("BudgetExceeded", [0, 5, 3]);
    const wrapped = ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOpWithRevert", [0, "AA23 reverted", inner]);
    const expected = {
      opIndex: 0,
      aa: "AA23",
      reason: "AA23 reverted",
      inner,
      name: "BudgetExceeded",
      args: [0n, 5n, 3n],
    };
    expect(decodeFailedOp({ info: { error: { data: wrapped } } })).to.deep.equal(expected);
    expect(decodeFailedOp(explain({ data: wrapped })), "also of what was explained").to.deep.equal(expected);
  });

  it("what the EntryPoint says of the whole bundle", () => {
    expect(decodeFailedOp({ data: message("AA98 invalid paymaster") })).to.deep.equal({
      aa: "AA98",
      reason: "AA98 invalid paymaster",
    });
    const data = ENTRY_POINT_INTERFACE.encodeErrorResult("InvalidPaymaster", [ALICE]);
    expect(decodeFailedOp({ data })).to.deep.equal({
      aa: "AA98",
      reason: "InvalidPaymaster",
      name: "InvalidPaymaster",
      args: [ALICE],
    });
  });

  it("nothing else: another message, another error, a selector without its arguments", () => {
    const aggregator = ENTRY_POINT_INTERFACE.encodeErrorResult("SignatureValidationFailed", [ALICE]);
    for (const data of [message("too late"), message("AAA98"), aggregator, "0x220266b6", "0x12345678", "0x"]) {
      expect(decodeFailedOp({ data })).to.equal(undefined);
    }
    expect(decodeFailedOp(new Error("nothing"))).to.equal(undefined);
  });
});
