import { expect } from "chai";
import { Interface } from "ethers";
import { argumentPath, locateWord, SessionKeyError } from "../../../sdk";
import { Random, randomCall } from "../builder/randomAbi";

const at = (inputs: string, ...path: number[]) =>
  locateWord(new Interface([`function f(${inputs})`]).getFunction("f")!.inputs, path);

describe("names of words", () => {
  it("are the builder's way back, for random signatures", () => {
    const random = new Random(1271);
    for (let i = 0; i < 200; i++) {
      const { fragment, leaves } = randomCall(random, "f");
      for (const { text, isLength, type } of leaves) {
        try {
          const found = locateWord(fragment.inputs, argumentPath(fragment.inputs, text));
          const name = isLength ? `${text}.length` : text;
          expect(found, `${fragment.format("sighash")} ${text}`).to.deep.include({
            name,
            kind: isLength ? "length" : "value",
          });
          if (!isLength) expect(found?.type?.name).to.equal(type);
        } catch (error) {
          if (!(error instanceof SessionKeyError && error.code === "PATH_TOO_LONG")) throw error;
        }
      }
    }
  });

  it("tell offsets and bytes from values", () => {
    expect(at("bytes b", 0)).to.deep.equal({ name: "b", kind: "offset" });
    expect(at("bytes[] b", 0, 32)).to.deep.equal({ name: "b[0]", kind: "offset" });
    expect(at("bytes b", 0, 64)).to.deep.equal({ name: "b[32…63]", kind: "chunk" });
    expect(at("uint256, bool", 32)?.name).to.equal("#1");
  });

  it("are not guessed where no word begins", () => {
    for (const [inputs, ...path] of [
      ["uint256 a", 1],
      ["uint256 a", 32],
      ["uint256 a", 0, 0],
      ["uint256[2] a", 64],
      ["bytes b", 0, 1],
      ["bytes b", 0, 31],
      ["bytes b", 0, 32, 0],
      ["uint256[] a", 0, 0, 0],
      ["uint256[][] a", 0, 32, 0],
      ["(uint256 x)[] a", 0, 33],
      ["(bytes b) s", 0],
      ["(bytes b) s", 0, 32],
      ["", 0],
    ] as [string, ...number[]][]) {
      const found = at(inputs, ...path);
      expect(found?.kind === "offset" ? undefined : found, `${inputs} ${path.join()}`).to.equal(undefined);
    }
  });
});
