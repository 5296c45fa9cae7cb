import { expect } from "chai";
import * as fc from "fast-check";
import { AbiCoder, getBytes } from "ethers";
import { MAX_UINT256, OPS, ratioRule, rule, type OpName } from "../../sdk";
import { assertRule, compare, readArgument } from "../../sdk/argument";
import { expectCode, uint } from "./arbitraries";

const abi = (types: string[], values: unknown[]) => ({
  call: 3,
  bytes: getBytes(AbiCoder.defaultAbiCoder().encode(types, values)),
});

describe("argument", () => {
  it("follows offsets as the target does", () => {
    const args = abi(
      ["uint256", "uint256[]", "tuple(uint256,bytes)[]"],
      [
        7n,
        [8n, 9n],
        [
          [1n, "0x1234"],
          [2n, "0x56"],
        ],
      ],
    );
    expect(readArgument(args, [0])).to.equal(7n);
    expect(readArgument(args, [32, 0])).to.equal(2n);
    expect(readArgument(args, [32, 64])).to.equal(9n);
    // The offsets of an array of dynamic elements count from after its length word, a path's base is the length word:
    // the word at [64, 64] is the second element's offset, 32 short.
    expect(readArgument(args, [64, 0])).to.equal(2n);
    const second = Number(readArgument(args, [64, 64]));
    const array = { call: 0, bytes: args.bytes.slice(Number(readArgument(args, [64]))) };
    expect(readArgument(array, [second + 32])).to.equal(2n);
    expect(readArgument(args, [64, 64, 32])).to.equal(2n);
  });

  it("reads only whole words of the call's own arguments", () => {
    const args = abi(["uint256", "uint256"], [64n, MAX_UINT256]);
    expect(readArgument(args, [32])).to.equal(MAX_UINT256);
    expectCode(() => readArgument(args, [33]), "ArgumentOutOfBounds", { call: 3n, position: 33n, length: 64n });
    expectCode(() => readArgument(args, [0, 0]), "ArgumentOutOfBounds", { position: 64n });
    expectCode(() => readArgument({ call: 0, bytes: new Uint8Array() }, [0]), "ArgumentOutOfBounds", {
      position: 0n,
      length: 0n,
    });
  });

  it("never wraps around", () => {
    const args = abi(["uint256", "uint256"], [MAX_UINT256 - 31n, 0n]);
    expectCode(() => readArgument(args, [0, 32]), "ArgumentOutOfBounds", { position: MAX_UINT256 });
    expectCode(() => readArgument(args, [0, 31]), "ArgumentOutOfBounds", { position: MAX_UINT256 });
  });

  it("compares unsigned and signed", () => {
    const signed = (word: bigint) => (word >= 2n ** 255n ? word - 2n ** 256n : word);
    fc.assert(
      fc.property(uint(256), uint(256), (a, b) => {
        const holds = (op: OpName) => compare(OPS[op], a, b);
        expect([holds("eq"), holds("neq")]).to.deep.equal([a === b, a !== b]);
        expect([holds("gt"), holds("lt"), holds("gte"), holds("lte")]).to.deep.equal([a > b, a < b, a >= b, a <= b]);
        const [s, t] = [signed(a), signed(b)];
        expect([holds("sgt"), holds("slt"), holds("sgte"), holds("slte")]).to.deep.equal([
          s > t,
          s < t,
          s >= t,
          s <= t,
        ]);
      }),
    );
    expectCode(() => compare(10, 0n, 0n), "UnknownOp", { op: 10n });
  });

  it("masks the word, not the other one", () => {
    const args = abi(["uint256", "uint256"], [0x1234n, 0x1234n]);
    assertRule(args, rule("eq", [0], 0x34n, 0xffn), 0);
    expectCode(() => assertRule(args, rule("eq", [0], 0x1234n, 0xffn), 2), "RuleNotMet", {
      call: 3n,
      rule: 2n,
      op: 0n,
      word: 0x34n,
      right: 0x1234n,
    });
    assertRule(args, ratioRule("lt", [0], [32], 10n ** 18n, 0xffn), 0);
  });

  it("scales by 1e-18 in full precision, rounded down", () => {
    const args = abi(["uint256", "uint256"], [1n, MAX_UINT256]);
    assertRule(args, ratioRule("eq", [32], [32], 10n ** 18n), 0);
    assertRule(args, ratioRule("gt", [0], [0], 10n ** 18n - 1n), 0);
    expectCode(() => assertRule(args, ratioRule("gt", [0], [32], 10n ** 18n + 1n), 1), "ProductTooLarge", {
      call: 3n,
      rule: 1n,
      argument: MAX_UINT256,
      factor: 10n ** 18n + 1n,
    });
  });
});
