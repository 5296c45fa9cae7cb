import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ErrorFragment, FunctionFragment, EventFragment, Interface } from "ethers";
import { decodeError, decodeFailedOp, decodeThrown, ENTRY_POINT_INTERFACE, VALIDATOR_INTERFACE } from "../../sdk";
import { VALIDATOR_ABI, VALIDATOR_ERRORS } from "../../sdk/abi";

const SOURCE = readFileSync(join(__dirname, "../../contracts/interfaces/ISessionKeyValidator.sol"), "utf8");
const declared = (kind: string) =>
  [...SOURCE.matchAll(new RegExp(`^ +(${kind} [^;]+);`, "gm"))].map((match) =>
    match[1]!.replace(/calldata |external /g, "").replace(/\s+/g, " "),
  );

describe("abi", () => {
  it("has every error of the interface, with the same arguments in the same order", () => {
    const ours = VALIDATOR_ERRORS.map((error) => ErrorFragment.from(error).format("full"));
    expect(ours).to.deep.equal(declared("error").map((error) => ErrorFragment.from(error).format("full")));
  });

  it("has every event and function of the interface", () => {
    const full = VALIDATOR_ABI.map((line) => new Interface([line]).fragments[0]!.format("full"));
    for (const event of declared("event")) expect(full).to.include(EventFragment.from(event).format("full"));
    for (const fn of declared("function")) expect(full).to.include(FunctionFragment.from(fn).format("full"));
  });
});

describe("decodeError", () => {
  const inner = VALIDATOR_INTERFACE.encodeErrorResult("BudgetExceeded", [0, 5, 3]);
  const failed = ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOpWithRevert", [1, "AA23 reverted", inner]);

  it("names the validator's errors, and nobody else's", () => {
    expect(decodeError(inner)).to.deep.equal({ name: "BudgetExceeded", args: [0n, 5n, 3n] });
    expect(decodeError("0x12345678")).to.equal(undefined);
    expect(decodeError("0x")).to.equal(undefined);
    expect(decodeError(inner.slice(0, -2))).to.equal(undefined);
  });

  it("finds them in what was thrown", () => {
    expect(decodeThrown({ info: { error: { code: 3, data: inner } } })?.name).to.equal("BudgetExceeded");
    expect(decodeThrown({ data: "0x12345678", cause: { data: inner } })?.name).to.equal("BudgetExceeded");
    expect(decodeThrown(new Error("no data"))).to.equal(undefined);
  });

  it("finds them in the EntryPoint's refusal, wherever the node put it", () => {
    const expected = {
      opIndex: 1,
      aa: "AA23",
      reason: "AA23 reverted",
      inner,
      name: "BudgetExceeded",
      args: [0n, 5n, 3n],
    };
    expect(decodeFailedOp(failed)).to.deep.equal(expected);
    expect(decodeFailedOp({ data: failed })).to.deep.equal(expected);
    expect(decodeFailedOp({ data: null, info: { error: { code: 3, data: failed } } })).to.deep.equal(expected);
    expect(decodeFailedOp({ error: { data: { data: failed } } })).to.deep.equal(expected);
    const plain = ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOp", [0, "AA24 signature error"]);
    expect(decodeFailedOp({ data: plain })).to.deep.equal({ opIndex: 0, aa: "AA24", reason: "AA24 signature error" });
    expect(decodeFailedOp(new Error("no data"))).to.equal(undefined);
    expect(decodeFailedOp({ data: "0x12345678" })).to.equal(undefined);
  });
});
