import { expect } from "chai";
import * as fc from "fast-check";
import { AbiCoder, Interface } from "ethers";
import { decodeExecute, encodeExecute, type Call } from "../../sdk";
import { BATCH_MODE, SINGLE_MODE } from "../../sdk/constants";
import { argumentsOf, selectorOf } from "../../sdk/execution";
import { byteLength } from "../../sdk/hex";
import { address, ALICE, bytesHex, expectCode, TOKEN, uint } from "./arbitraries";

const ACCOUNT = new Interface(["function execute(bytes32 mode, bytes executionCalldata)"]);
const execute = (mode: string, data: string) => ACCOUNT.encodeFunctionData("execute", [mode, data]);
const anyCall: fc.Arbitrary<Call> = fc.record({ target: address, value: uint(256), data: bytesHex(0, 100) });
const call = (data: string): Call => ({ target: ALICE, value: 3n, data });
const set = (hex: string, at: number, byte: string) => hex.slice(0, 2 + at * 2) + byte + hex.slice(4 + at * 2);

describe("execution", () => {
  it("decodes what it encodes", () => {
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 6 }), (calls) => {
        expect(decodeExecute(encodeExecute(calls))).to.deep.equal(calls);
      }),
    );
  });

  it("encodes a single call packed and several as a batch", () => {
    expect(ACCOUNT.decodeFunctionData("execute", encodeExecute([call("0x1234")])).toArray()).to.deep.equal([
      SINGLE_MODE,
      `${ALICE.toLowerCase()}${"3".padStart(64, "0")}1234`,
    ]);
    const [mode, data] = ACCOUNT.decodeFunctionData("execute", encodeExecute([call("0x"), call("0x12")])).toArray();
    expect(mode).to.equal(BATCH_MODE);
    expect(AbiCoder.defaultAbiCoder().decode(["tuple(address,uint256,bytes)[]"], data)[0].length).to.equal(2);
  });

  it("takes a batch of one", () => {
    const one = AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [[[ALICE, 3n, "0x1234"]]]);
    expect(decodeExecute(execute(BATCH_MODE, one))).to.deep.equal([call("0x1234")]);
  });

  it("refuses every change of a byte that decodes to the same calls", () => {
    for (const calls of [[call("0x123456")], [call("0x123456"), { ...call("0x"), target: TOKEN }]]) {
      const bytes = encodeExecute(calls);
      for (let at = 0; at < byteLength(bytes); at++) {
        for (const value of ["00", "01", "20", "40", "ff"]) {
          const changed = set(bytes, at, value);
          let decoded: Call[];
          try {
            decoded = decodeExecute(changed);
          } catch (error) {
            expect((error as { code: string }).code).to.be.oneOf([
              "ForbiddenSelector",
              "ForbiddenMode",
              "NonCanonicalWord",
              "NonCanonicalLength",
              "InvalidCallCount",
            ]);
            continue;
          }
          expect(encodeExecute(decoded)).to.equal(changed);
        }
      }
    }
  });

  it("refuses every truncation and every extension", () => {
    for (const calls of [[call("0x123456")], [call("0x123456"), call("0x")]]) {
      const bytes = encodeExecute(calls);
      for (let cut = 0; cut < byteLength(bytes); cut++) {
        expectCode(
          () => decodeExecute(bytes.slice(0, 2 + cut * 2)),
          cut < 4 ? "ForbiddenSelector" : "NonCanonicalLength",
        );
      }
      expectCode(() => decodeExecute(`${bytes}00`), "NonCanonicalLength");
      expectCode(() => decodeExecute(bytes + "00".repeat(32)), "NonCanonicalLength");
    }
  });

  it("names what it found", () => {
    const single = encodeExecute([call("0x1234")]);
    expectCode(() => decodeExecute("0x1234567800"), "ForbiddenSelector", {
      found: "0x12345678",
      allowed: "0xe9ae5c53",
    });
    expectCode(() => decodeExecute(set(single, 4, "ff")), "ForbiddenMode", { found: `0xff${"00".repeat(31)}` });
    expectCode(() => decodeExecute(set(single, 5, "01")), "ForbiddenMode");
    expectCode(() => decodeExecute(set(single, 67, "60")), "NonCanonicalWord", {
      position: 36n,
      found: 96n,
      expected: 64n,
    });
    expectCode(() => decodeExecute(set(single, byteLength(single) - 1, "01")), "NonCanonicalWord", { position: 132n });
    expectCode(() => decodeExecute(execute(SINGLE_MODE, "0x" + "11".repeat(51))), "NonCanonicalLength", {
      position: 100n,
      found: 51n,
      expected: 52n,
    });
    const batch = encodeExecute([call("0x"), call("0x")]);
    expectCode(() => decodeExecute(set(batch, 100 + 31, "40")), "NonCanonicalWord", {
      position: 100n,
      found: 64n,
      expected: 32n,
    });
    expectCode(() => decodeExecute(set(batch, 100 + 128, "01")), "NonCanonicalWord", {
      position: 228n,
      expected: BigInt(ALICE),
    });
    expectCode(() => decodeExecute(set(batch, 100 + 95, "60")), "NonCanonicalWord", {
      position: 164n,
      found: 0x60n,
      expected: 0x40n,
    });
  });

  it("takes 1 to 32 calls", () => {
    expect(decodeExecute(encodeExecute(Array<Call>(32).fill(call("0x"))))).to.have.length(32);
    expectCode(() => encodeExecute([]), "InvalidCallCount", { found: 0n, max: 32n });
    expectCode(() => encodeExecute(Array<Call>(33).fill(call("0x"))), "InvalidCallCount", { found: 33n });
    const empty = AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [[]]);
    expectCode(() => decodeExecute(execute(BATCH_MODE, empty)), "InvalidCallCount", { found: 0n, max: 32n });
  });

  it("refuses to encode what is no call", () => {
    expectCode(() => encodeExecute([{ ...call("0x"), target: "0x12" }]), "INVALID_ADDRESS");
    expectCode(() => encodeExecute([call("0x1")]), "INVALID_HEX");
    expectCode(() => encodeExecute([{ ...call("0x"), value: -1n }]), "INTEGER_OUT_OF_RANGE");
    expectCode(() => encodeExecute([call("0x"), { ...call("0x"), value: 2n ** 256n }]), "INTEGER_OUT_OF_RANGE");
  });

  it("splits calldata", () => {
    expect(selectorOf(call("0xABCDEF01"))).to.equal("0xabcdef01");
    expect(selectorOf(call("0xabcdef"))).to.equal(undefined);
    expect([...argumentsOf(call("0xabcdef010203"))]).to.deep.equal([2, 3]);
    expect([...argumentsOf(call("0xabcd"))]).to.deep.equal([]);
  });
});
