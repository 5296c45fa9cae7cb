import { expect } from "chai";
import { CompileError, parse } from "./compiler";
import type { Mutant } from "./mutant";
import { batchesOf, draw } from "./plan";
import { mutantsOf } from "./sites";
import { numberAt, select, withMutant, withSwitches } from "./switches";

const PATH = "contracts/A.sol";
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
uint256 constant MAX = 3;
contract A {
    event E(uint256 a, uint256 b);
    error TooMany(uint256 found, uint256 max);
    mapping(address account => uint256 count) private _counts;
    function f(uint256 a, uint256 b) external returns (uint256 sum) {
        if (a > MAX) revert TooMany(a, MAX);
        for (uint256 i; i < a; ++i) sum += b;
        _counts[msg.sender] = sum;
        emit E(a, b);
        assembly ("memory-safe") { sum := shl(5, sum) }
    }
}
`;
const SOURCES = new Map([[PATH, SOURCE]]);
const mutants = mutantsOf(SOURCES, [PATH]);

function byOperator(operator: Mutant["operator"]): string[] {
  return mutants.filter((mutant) => mutant.operator === operator).map(({ id }) => id.replace("A.f: ", ""));
}

describe("Mutants", () => {
  it("are what each operator makes of a contract", () => {
    expect(byOperator("boundary")).to.have.members(["a > MAX -> (a) >= (MAX)", "i < a -> (i) <= (a)"]);
    expect(byOperator("deleted check")).to.have.members(["a > MAX -> false"]);
    expect(byOperator("skipped item")).to.have.members(["i < a -> i + 1 < a", "sum += b; -> if (i != 0) sum += b"]);
    expect(byOperator("dropped storage write")).to.have.members(["_counts[msg.sender] = sum; -> nothing"]);
    expect(byOperator("dropped emit")).to.have.members(["emit E(a, b); -> nothing"]);
    expect(byOperator("swapped arguments")).to.have.members([
      "revert TooMany(a, MAX); -> revert TooMany(MAX, a)",
      "emit E(a, b); -> emit E(b, a)",
    ]);
    expect(byOperator("swapped operands")).to.include("shl(5, sum) -> shl(sum, 5)");
    expect(byOperator("constant")).to.include.members(["MAX -> MAX + 1", "MAX -> MAX - 1", "5 -> 6", "5 -> 4"]);
    expect(byOperator("arithmetic")).to.have.members(["sum += b; -> sum -= b"]);
  });

  it("have ids of their own", () => {
    expect(new Set(mutants.map(({ id }) => id)).size).to.equal(mutants.length);
  });

  it("are Solidity, one by one and many behind switches", () => {
    for (const mutant of mutants) parse(withMutant(SOURCES, mutant), [PATH]);
    for (const batch of batchesOf(mutants, 100)) parse(withSwitches(SOURCES, batch), [PATH]);
  });

  it("are found again where the compiler complains", () => {
    const broken = { ...mutants[0]!, mutated: "nothing" };
    const [other] = batchesOf(mutants, 1)
      .flat()
      .filter(({ start }) => start > broken.end);
    const changed = withSwitches(SOURCES, [other!, broken]);
    let caught: unknown;
    try {
      parse(changed, [PATH]);
    } catch (error) {
      caught = error;
    }
    expect(caught).to.be.instanceOf(CompileError);
    const [{ sourceLocation } = {}] = (caught as CompileError).errors;
    expect(numberAt(changed.get(PATH)!, sourceLocation!.start)).to.equal(2);
    expect(numberAt(changed.get(PATH)!, 0)).to.equal(undefined);
  });
});

describe("A draw of mutants", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(draw(mutants, 20, 1)).to.deep.equal(draw(mutants, 20, 1));
    expect(draw(mutants, 20, 1)).to.not.deep.equal(draw(mutants, 20, 2));
    expect(new Set(draw(mutants, 20, 1)).size).to.equal(20);
    expect(draw(mutants, 1e6, 1).length).to.equal(mutants.length);
  });

  it("is put into batches without overlaps", () => {
    const batches = batchesOf(mutants, 8);
    expect(batches.flat()).to.have.members(mutants);
    for (const batch of batches) {
      expect(batch.length).to.be.at.most(8);
      const ordered = [...batch].sort((a, b) => a.start - b.start);
      ordered.slice(1).forEach(({ start }, i) => expect(start).to.be.at.least(ordered[i]!.end));
    }
  });

  it("is switched by one word of the bytecode", () => {
    const magic = /[0-9a-f]{64}/.exec(withSwitches(SOURCES, mutants.slice(0, 1)).get("mutation/Switch.sol")!)![0];
    expect(select(`0x00${magic}01${magic}`, 7)).to.equal(`0x00${"7".padStart(64, "0")}01${"7".padStart(64, "0")}`);
  });
});
