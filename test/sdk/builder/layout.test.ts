import { expect } from "chai";
import { getBytes, Interface } from "ethers";
import { argumentPath, SessionKeyError } from "../../../sdk";
import { readArgument } from "../../../sdk/argument";
import { expectCode } from "../arbitraries";
import { encodeArguments, Random, randomCall } from "./randomAbi";

const pathOf = (signature: string, text: string) =>
  argumentPath(new Interface([signature]).getFunction("f")!.inputs, text);

describe("argument paths", () => {
  it("count static structs and arrays by their words", () => {
    const signature = "function f(address a, (uint256 x, address y, bool z) s, uint8[2][3] m, bytes4 b)";
    expect(pathOf(signature, "a")).to.deep.equal([0]);
    expect(pathOf(signature, "s.z")).to.deep.equal([96]);
    expect(pathOf(signature, "m[0][1]")).to.deep.equal([160]);
    expect(pathOf(signature, "m[2][1]")).to.deep.equal([288]);
    expect(pathOf(signature, "b")).to.deep.equal([320]);
    expect(pathOf(signature, "3")).to.deep.equal([320]);
  });

  it("follow the offsets of what is dynamic", () => {
    const signature = "function f(uint256 a, bytes b, address[] c, (string s, uint256 n) d)";
    expect(pathOf(signature, "b")).to.deep.equal([32, 0]);
    expect(pathOf(signature, "c")).to.deep.equal([64, 0]);
    expect(pathOf(signature, "c[1]")).to.deep.equal([64, 64]);
    expect(pathOf(signature, "d.n")).to.deep.equal([96, 32]);
    expect(pathOf(signature, "d.s")).to.deep.equal([96, 0, 0]);
  });

  it("add 32 behind each array of dynamic elements", () => {
    expect(pathOf("function f(bytes[] a)", "a[0]")).to.deep.equal([0, 32, 32]);
    expect(pathOf("function f(uint256[][] a)", "a[1][2]")).to.deep.equal([0, 64, 128]);
    expect(pathOf("function f(uint256[][][] a)", "a[0][0][0]")).to.deep.equal([0, 32, 64, 96]);
    expect(pathOf("function f((bytes b, uint256 n)[] a)", "a[0].n")).to.deep.equal([0, 32, 64]);
    expect(pathOf("function f(bytes[2] a)", "a[1]")).to.deep.equal([0, 32, 0]);
  });

  it("refuse what no rule reaches", () => {
    expectCode(() => pathOf("function f(uint256[][][][] a)", "a[0][0][0][0]"), "PATH_TOO_LONG", { found: 5, max: 4 });
    expectCode(() => pathOf("function f(uint256[300] a)", "a[299]"), "OFFSET_TOO_FAR");
    expectCode(() => pathOf("function f(uint256[2] a)", "a[2]"), "UNKNOWN_ELEMENT");
    expectCode(() => pathOf("function f(uint256 a)", "a[0]"), "UNKNOWN_ELEMENT");
    expectCode(() => pathOf("function f(uint256 a)", "a.b"), "UNKNOWN_ARGUMENT");
    expectCode(() => pathOf("function f(uint256 a)", "b"), "UNKNOWN_ARGUMENT");
    expectCode(() => pathOf("function f((uint256 x) a)", "a"), "WRONG_CONDITION");
  });

  it("read the words that were encoded, for 300 random signatures", () => {
    const random = new Random(4337);
    let words = 0;
    let tooDeep = 0;
    for (let i = 0; i < 300; i++) {
      const { params, values, fragment, leaves } = randomCall(random, "f");
      const bytes = getBytes(encodeArguments(params, values));
      for (const leaf of leaves) {
        try {
          const found = readArgument({ call: 0, bytes }, argumentPath(fragment.inputs, leaf.text));
          expect(found, `${fragment.format("sighash")} ${leaf.text}`).to.equal(leaf.word);
          words++;
        } catch (error) {
          if (!(error instanceof SessionKeyError && error.code === "PATH_TOO_LONG")) throw error;
          tooDeep++;
        }
      }
    }
    expect(words).to.be.greaterThan(1_500);
    expect(tooDeep, "words behind more than three offsets").to.be.lessThan(words / 10);
  });
});
