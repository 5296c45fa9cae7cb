import { inspect } from "node:util";
import { expect } from "chai";
import * as fc from "fast-check";
import { AbiCoder, concat, getAddress, id, Interface, makeError, type ParamType } from "ethers";
import {
  ENTRY_POINT_INTERFACE,
  explain,
  SessionFailure,
  SessionKeyError,
  VALIDATOR_INTERFACE,
  type BudgetUnit,
} from "../../../sdk";
import { VALIDATOR_ERRORS } from "../../../sdk/abi";
import { contractError } from "../../../sdk/errors";
import { AA_CODES, RPC_CODES } from "../../../sdk/explain/codes";
import { VALIDATOR_EXPLANATIONS } from "../../../sdk/explain/validatorErrors";
import { ACCOUNT, ALICE } from "../arbitraries";

const coder = AbiCoder.defaultAbiCoder();
const ruleNotMet = VALIDATOR_INTERFACE.encodeErrorResult("RuleNotMet", [0, 1, 5, 7, 6]);
const failedOp = (reason: string) => ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOp", [0, reason]);
const withRevert = (reason: string, inner: string) =>
  ENTRY_POINT_INTERFACE.encodeErrorResult("FailedOpWithRevert", [0, reason, inner]);
const errorString = (text: string) => concat(["0x08c379a0", coder.encode(["string"], [text])]);

/** What ethers makes of a bundler's JSON-RPC error. */
const wrapped = (code: number, message: string, data?: unknown) =>
  makeError("could not coalesce error", "UNKNOWN_ERROR", {
    error: { code, message, ...(data === undefined ? {} : { data }) },
    payload: { method: "eth_sendUserOperation", params: [{ callData: ruleNotMet }] },
  });

/** Arguments of the right types. */
const anyValue = ({ type }: ParamType) =>
  type === "address" ? ALICE : type.startsWith("bytes") ? `0x${"12".repeat(Number(type.slice(5)))}` : 7;

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function expectWhole(failure: SessionFailure): void {
  expect(failure).to.be.instanceOf(SessionFailure).and.instanceOf(SessionKeyError).and.instanceOf(Error);
  for (const text of [failure.cause, failure.remedy]) {
    expect(text)
      .to.match(/^[\s\S]+\.$/)
      .and.not.contain("undefined")
      .and.not.contain("NaN");
  }
  expect(failure.message).to.equal(`${failure.code}: ${failure.cause} ${failure.remedy}`);
}

describe("explain", () => {
  describe("the validator's errors", () => {
    it("are all explained, from every wrapping", () => {
      expect(Object.keys(VALIDATOR_EXPLANATIONS)).to.have.members(
        VALIDATOR_ERRORS.map((text) => /^error (\w+)/.exec(text)![1]),
      );
      for (const name of Object.keys(VALIDATOR_EXPLANATIONS)) {
        const fragment = VALIDATOR_INTERFACE.getError(name)!;
        const values = fragment.inputs.map(anyValue);
        const data = VALIDATOR_INTERFACE.encodeErrorResult(fragment, values);
        const inner = withRevert("AA23 reverted", data);
        for (const thrown of [
          data,
          { data: inner },
          makeError("execution reverted", "CALL_EXCEPTION", { data: inner } as never),
          wrapped(-32500, `AA23 reverted ${data}`),
          wrapped(-32521, "UserOperation reverted", data),
          wrapped(-32500, "AA23 reverted", { revertData: data }),
          makeError("server response 500", "SERVER_ERROR", {
            info: { responseBody: JSON.stringify({ error: { code: -32500, message: `AA23 reverted ${data}` } }) },
          } as never),
        ]) {
          const failure = explain(thrown);
          expect(failure.code, name).to.equal(name);
          expect(failure.layer).to.equal("validator");
          expectWhole(failure);
          for (const { name: argument } of fragment.inputs) expect(failure.details).to.have.property(argument);
        }
      }
    });

    it("are explained from the SDK's twin too", () => {
      const failure = explain(contractError("BudgetExceeded", { budget: 0, asked: 5n, remaining: 3n }));
      expect(failure).to.include({ code: "BudgetExceeded", layer: "validator" });
      expect(failure.cause).to.equal("The operation asks 5 of budget 0, in which 3 remain at the claimed time.");
      expect(failure.details).to.deep.equal({ budget: 0n, asked: 5n, remaining: 3n });
    });

    it("tell amounts in the budget's unit, where it is known; also what was explained before", () => {
      const thrown = contractError("BudgetExceeded", { budget: 1, asked: 30_500_000n, remaining: 1n });
      const usdc = { symbol: "USDC", decimals: 6 };
      const said = (...units: readonly BudgetUnit[]) =>
        [
          thrown,
          explain(thrown),
          { data: VALIDATOR_INTERFACE.encodeErrorResult("BudgetExceeded", [1, 30_500_000n, 1n]) },
        ]
          .map((failure) => explain(failure, { units }))
          .map(({ cause, code, details }) => {
            expect({ code, details }).to.deep.equal({ code: "BudgetExceeded", details: thrown.details });
            return /asks (.*) of budget 1, in which (.*) remain/.exec(cause)!.slice(1).join(", ");
          });
      expect(said("calls", usdc)).to.deep.equal(Array(3).fill("30.5 USDC, 0.000001 USDC"));
      expect(said(usdc, "calls")).to.deep.equal(Array(3).fill("30500000 calls, 1 call"));
      expect(said(usdc, "unknown")).to.deep.equal(Array(3).fill("30500000 units, 1 unit"));
      expect(said(usdc)).to.deep.equal(Array(3).fill("30500000, 1"));
      const other = explain(contractError("SessionIsRevoked", { sessionId: "0x" }));
      expect(explain(other, { units: [usdc] })).to.equal(other);
    });

    it("say which rule, the value wanted and the value found", () => {
      const failure = explain({ data: withRevert("AA23 reverted", ruleNotMet) });
      expect(failure.cause).to.equal("Call 0 breaks rule 1 of its permission: the argument is 7, and it must be ≤ 6.");
      expect(failure.details).to.deep.include({ aa: "AA23", word: 7n, right: 6n });
      const address = VALIDATOR_INTERFACE.encodeErrorResult("RuleNotMet", [0, 0, 0, BigInt(ALICE), BigInt(ACCOUNT)]);
      expect(explain(address).cause).to.contain(ALICE.toLowerCase());
      const signed = VALIDATOR_INTERFACE.encodeErrorResult("RuleNotMet", [0, 0, 7, 2n ** 256n - 5n, 2n ** 256n - 6n]);
      expect(explain(signed).cause).to.contain("is -5, and it must be < -6");
    });
  });

  describe("the EntryPoint's codes", () => {
    it("are all explained, from revert data and from text", () => {
      const codes = Object.keys(AA_CODES);
      expect(codes).to.include.members([
        "AA10",
        "AA21",
        "AA22",
        "AA23",
        "AA24",
        "AA25",
        "AA33",
        "AA40",
        "AA51",
        "AA96",
      ]);
      for (const code of codes) {
        for (const thrown of [
          { data: failedOp(`${code} something`) },
          wrapped(-32500, `UserOperation reverted with reason: ${code} something`),
          new Error(`VM Exception: reverted with custom error 'FailedOp(0, "${code} something")'`),
        ]) {
          const failure = explain(thrown);
          expect(failure).to.include({ code, layer: AA_CODES[code]!.layer });
          expectWhole(failure);
        }
      }
    });

    it("tell what the account or paymaster said", () => {
      const account = explain({
        data: withRevert("AA23 reverted", VALIDATOR_INTERFACE.encodeErrorResult("NotInstalled", [ACCOUNT])),
      });
      expect(account.code).to.equal("NotInstalled");
      const paymaster = explain({ data: withRevert("AA33 reverted", errorString("no more sponsoring")) });
      expect(paymaster).to.include({ code: "AA33", layer: "paymaster" });
      expect(paymaster.cause).to.contain('It said: "no more sponsoring".');
      const length = explain(wrapped(-32500, `AA23 reverted 0xfce698f7${"42".padStart(64, "0")}`));
      expect(length.cause).to.contain("ECDSAInvalidSignatureLength(length 66)");
      expect(explain({ data: withRevert("AA23 reverted", "0x") }).code).to.equal("AA23");
      const postOp = new Interface(["error PostOpReverted(bytes returnData)"]);
      const inner = postOp.encodeErrorResult("PostOpReverted", [errorString("no allowance")]);
      expect(explain({ data: withRevert("AA50 postOp reverted", inner) }).cause).to.contain("no allowance");
    });

    it("of a whole bundle: by a plain string on v0.8, by an error of its own on v0.9", () => {
      expect(explain({ data: errorString("AA98 invalid paymaster") })).to.include({ code: "AA98", layer: "paymaster" });
      const data = ENTRY_POINT_INTERFACE.encodeErrorResult("InvalidPaymaster", [ALICE]);
      expect(explain({ data })).to.include({ code: "AA98", layer: "paymaster" });
      expect(explain({ data: errorString("not AA98 at all") })).to.include({ code: "TARGET_REVERTED" });
    });

    it("say that a Safe hides what was said to it", () => {
      const hidden = new Interface(["error ExecutionFailed()"]).encodeErrorResult("ExecutionFailed");
      const refused = explain({ data: withRevert("AA23 reverted", hidden) });
      expect(refused).to.include({ code: "AA23", layer: "account" });
      expect(refused.remedy).to.contain("Safe7579");
      expect(explain({ success: false, revertReason: hidden })).to.include({
        code: "TARGET_REVERTED",
        layer: "account",
      });
    });

    it("are named even if they are new, and aggregators refused", () => {
      expect(explain(new Error("AA77 something new"))).to.include({ code: "AA77", layer: "entryPoint" });
      const data = ENTRY_POINT_INTERFACE.encodeErrorResult("SignatureValidationFailed", [ALICE]);
      expect(explain({ data })).to.include({ code: "AA24" });
    });
  });

  describe("the bundler's codes", () => {
    it("are all explained, however ethers wraps them", () => {
      const codes = Object.keys(RPC_CODES).map(Number);
      expect(codes).to.include.members([
        -32500, -32501, -32502, -32503, -32504, -32505, -32506, -32507, -32508, -32602,
      ]);
      for (const rpc of codes) {
        const { code, layer } = RPC_CODES[rpc]!;
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: rpc, message: "no" } });
        for (const thrown of [
          wrapped(rpc, "no"),
          { code: rpc, message: "no" },
          body,
          makeError("server response 500", "SERVER_ERROR", { info: { responseBody: body } } as never),
          new Error("outer", { cause: wrapped(rpc, "no") }),
        ]) {
          const failure = explain(thrown);
          expect(failure).to.include({ code, layer });
          expect(failure.details).to.include({ rpc });
          expectWhole(failure);
        }
      }
    });

    it("keep what the bundler said", () => {
      const failure = explain(wrapped(-32502, "account uses banned opcode: TIMESTAMP"));
      expect(failure.cause + String(failure.details["texts"])).to.contain("TIMESTAMP");
    });
  });

  describe("the targets", () => {
    it("say it by text, panic or custom error", () => {
      const text = explain({ success: false, revertReason: errorString("too late") });
      expect(text).to.include({ code: "TARGET_REVERTED", layer: "target", cause: 'A call reverted: "too late".' });
      const panic = explain({ data: concat(["0x4e487b71", coder.encode(["uint256"], [0x11])]) });
      expect(panic).to.include({ code: "TARGET_PANIC" });
      expect(panic.cause).to.contain("panic 0x11, arithmetic overflow");
      const erc20 = new Interface(["error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)"]);
      const poor = explain({ data: erc20.encodeErrorResult("ERC20InsufficientBalance", [ACCOUNT, 1n, 5n]) });
      expect(poor.cause).to.contain(`ERC20InsufficientBalance(sender ${ACCOUNT}, balance 1, needed 5)`);
      expect(poor.remedy).to.contain("Fund the account");
    });

    it("say it by their own ABI", () => {
      const abi = ["error Slippage(uint256 wanted, uint256)", "function f()"] as const;
      const data = new Interface(abi).encodeErrorResult("Slippage", [5n, 4n]);
      expect(explain({ data }).cause).to.equal(`A call reverted with the unknown error ${data.slice(0, 10)}.`);
      for (const source of [
        abi,
        new Interface(abi),
        { address: ALICE, abi },
        { target: ALICE, interface: new Interface(abi) },
      ]) {
        expect(explain({ data }, { abis: [["nonsense"], source] }).cause).to.equal(
          "A call reverted: Slippage(wanted 5, 4).",
        );
      }
      // Somebody else's error with the same selector is not read by force.
      expect(explain({ data: `${data.slice(0, 10)}12` }, { abis: [abi] }).code).to.equal("TARGET_REVERTED");
    });

    it("say nothing", () => {
      expect(explain({ success: false })).to.include({ code: "TARGET_REVERTED" });
      expect(explain({ success: false, reason: "0x" }).cause).to.contain("without revert data");
    });

    it("may be the account", () => {
      const abi = new Interface(["error ERC7579UnsupportedCallType(bytes1 callType)"]);
      expect(explain({ data: abi.encodeErrorResult("ERC7579UnsupportedCallType", ["0xff"]) }).layer).to.equal(
        "account",
      );
    });
  });

  describe("the SDK, ethers and wallets", () => {
    it("keep their codes", () => {
      const own = explain(new SessionKeyError("NO_PERMISSION", "call 0: no permission names this target", { call: 0 }));
      expect(own).to.include({
        code: "NO_PERMISSION",
        layer: "sdk",
        cause: "call 0: no permission names this target.",
      });
      expect(own.remedy).to.contain("details.reasons");
      expect(own.details).to.deep.equal({ call: 0 });
      expectWhole(explain(new SessionKeyError("SOMETHING_NEW", "it is so")));
      for (const [thrown, code] of [
        [makeError("x", "INSUFFICIENT_FUNDS", {} as never), "INSUFFICIENT_FUNDS"],
        [makeError("x", "NONCE_EXPIRED", {} as never), "NONCE_EXPIRED"],
        [makeError("x", "NETWORK_ERROR", {} as never), "NETWORK_ERROR"],
        [makeError("x", "TIMEOUT", {} as never), "TIMEOUT"],
        [makeError("x", "ACTION_REJECTED", {} as never), "ACTION_REJECTED"],
        [makeError("x", "CALL_EXCEPTION", {} as never), "CALL_EXCEPTION"],
        [{ code: 4001, message: "User rejected the request." }, "ACTION_REJECTED"],
        [Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), "NETWORK_ERROR"],
        [Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), "NETWORK_ERROR"],
        [Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), "NETWORK_ERROR"],
        [Object.assign(new Error("connect"), { code: "ETIMEDOUT" }), "TIMEOUT"],
      ] as const) {
        expect(explain(thrown).code).to.equal(code);
        expectWhole(explain(thrown));
      }
    });

    it("tell of an address by words alone: mistyped or too short it has a code, put right it passes", () => {
      const right = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
      const token = new Interface(["function transfer(address to, uint256 amount)"]);
      const transfer = (to: string) => token.encodeFunctionData("transfer", [to, 1n]);
      for (const use of [getAddress, transfer]) {
        for (const wrong of [right.replace("b906", "B906"), right.slice(0, -2)]) {
          const failure = explain(thrownBy(() => use(wrong)));
          expect(failure).to.include({ code: "INVALID_ADDRESS", layer: "sdk" });
          expectWhole(failure);
        }
        expect(use(right)).to.be.a("string");
      }
      expect(explain(new Error("it knows no bad address checksum")).code).to.equal("UNKNOWN");
    });

    it("tell of empty pockets by words alone: Hardhat's, and geth's", () => {
      for (const text of [
        "Sender doesn't have enough funds to send tx. The max upfront cost is: 5 and the sender's balance is: 0.",
        "insufficient funds for gas * price + value: address 0x12 have 0 want 5",
      ]) {
        const failure = explain(Object.assign(new Error(`${text}\n    at request (node.ts:116:21)`), { code: -32000 }));
        expect(failure.cause).to.not.contain("node.ts");
        expect(failure).to.include({ code: "INSUFFICIENT_FUNDS", layer: "node" });
        expect(failure.cause).to.contain(text.slice(0, 18));
      }
    });

    it("do not tell the endpoint's address, which may hold a key", () => {
      const url = "https://node.example/v2/s3cr3t-0f-the-node";
      const thrown = makeError("server response 500", "SERVER_ERROR", {
        info: { requestUrl: url, responseBody: "no" },
        request: { url },
      } as never);
      const failure = explain(thrown);
      expect(failure.code).to.equal("SERVER_ERROR");
      for (const text of [JSON.stringify(failure), inspect(failure), failure.message])
        expect(text).to.not.contain("s3cr3t");
      expect(failure.original).to.equal(thrown);
    });

    it("are not explained twice, and nothing is lost", () => {
      const original = wrapped(-32507, "AA24 signature error");
      const failure = explain(original);
      expect(failure.original).to.equal(original);
      expect(explain(failure)).to.equal(failure);
    });
  });

  describe("the unknown", () => {
    it("has a type too", () => {
      for (const thrown of [
        undefined,
        null,
        5,
        "",
        "something",
        "0x12",
        {},
        [],
        new Error("the dog ate it"),
        id,
        Symbol("x"),
        5n,
      ]) {
        const failure = explain(thrown);
        expect(failure.code).to.equal("UNKNOWN");
        expectWhole(failure);
      }
      expect(explain(new Error(`of ${ALICE}`)).code, "an address is no revert data").to.equal("UNKNOWN");
      expect(explain(new Error("the dog ate it")).cause).to.contain("the dog ate it");
    });

    it("never throws: cycles, traps, depth", () => {
      const cycle: Record<string, unknown> = { code: -32507 };
      cycle["error"] = cycle;
      expect(explain(cycle).code).to.equal("SIGNATURE_REJECTED");
      const trap = {
        get message(): string {
          throw new Error("trap");
        },
        data: ruleNotMet,
      };
      expect(explain(trap).code).to.equal("RuleNotMet");
      const proxy = new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("trap");
          },
        },
      );
      expect(explain(proxy).code).to.equal("UNKNOWN");
      let deep: unknown = ruleNotMet;
      for (let i = 0; i < 1000; i++) deep = { data: deep };
      expect(explain(deep).code).to.equal("UNKNOWN");
      fc.assert(
        fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (thrown) => {
          expect(explain(thrown)).to.be.instanceOf(SessionFailure);
        }),
      );
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
          const data = `0x${Buffer.from(bytes).toString("hex")}`;
          expect(explain({ data }, { abis: [null as never] })).to.be.instanceOf(SessionFailure);
        }),
      );
    });
  });
});
