import { expect } from "chai";
import { AbiCoder, concat, Contract, encodeBytes32String, Interface, parseEther, toBeHex } from "ethers";
import {
  all,
  allow,
  allowTransfer,
  atLeastOf,
  atMostOf,
  between,
  count,
  dangerouslyAllow,
  dangerouslyAllowAnyCall,
  dangerouslyAllowAnyTarget,
  defineSession,
  element,
  elements,
  eq,
  exactly,
  gt,
  gte,
  length,
  lt,
  lte,
  mask,
  MAX_UINT256,
  not,
  oneOf,
  OPS,
  PERMISSION_KINDS,
  prefix,
  self,
  spend,
  sponsoredBy,
  total,
  type Condition,
  type Permission,
  type PermissionPlan,
  type RuleInput,
} from "../../../sdk";
import { refusal } from "../../../sdk/judge";
import { ACCOUNT, ALICE, expectCode, TOKEN } from "../arbitraries";

const BOB = "0xb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb";
const NOW = 1_800_000_000;

const source = (...functions: string[]) => ({ address: TOKEN, abi: functions.map((text) => `function ${text}`) });

const BUDGETS = { b: total(100n), c: total(50n), n: total(3n) };

/** The permissions of plans, with as many budgets as they name. */
function permissions(...plans: (PermissionPlan | readonly PermissionPlan[])[]): readonly Permission[] {
  const unused = allow(
    source("unused(uint256 b, uint256 c)"),
    "unused",
    { b: spend("b"), c: spend("c") },
    { calls: count("n") },
  );
  return defineSession({
    account: ACCOUNT,
    chainId: 1,
    key: ALICE,
    now: NOW,
    validUntil: NOW + 600,
    budgets: BUDGETS,
    fees: sponsoredBy(ALICE),
    permissions: [...plans, unused],
  }).permissions.slice(0, -1);
}

/** The one permission for `f(argument)` of that type. */
const one = (type: string, rule: RuleInput): Permission =>
  permissions(allow(source(`f(${type} x)`), "f", { x: rule }))[0]!;

/** Whether a call of `f` with those words passes. */
function passes(permission: Permission, ...words: (bigint | string)[]): boolean {
  const data = concat([
    permission.selector,
    ...words.map((word) => (typeof word === "bigint" ? toBeHex(word, 32) : word)),
  ]);
  return refusal(permission, { target: TOKEN, value: 0n, data }, 0) === undefined;
}

const encoded = (type: string, value: unknown) => AbiCoder.defaultAbiCoder().encode([type], [value]);
const takes = (type: string, rule: RuleInput, value: unknown) => passes(one(type, rule), encoded(type, value));

describe("allow", () => {
  describe("functions", () => {
    it("come from a contract, an ABI at an address, an ABI or an Interface", () => {
      const abi = ["function set(uint256 value)"] as const;
      const plans = [
        allow(new Contract(TOKEN, abi), "set", { value: lte(5n) }),
        allow({ address: TOKEN, abi }, "set", { value: lte(5n) }),
        allow({ address: { address: TOKEN }, abi: new Interface(abi) }, "set", { value: lte(5n) }),
        allow(abi, "set", { value: lte(5n) }, { target: TOKEN }),
        allow(new Interface(abi), "set(uint256)", { value: lte(5n) }, { target: new Contract(TOKEN, abi) }),
      ];
      for (const plan of plans) expect(plan).to.deep.equal(plans[0]);
      expect(plans[0]).to.include({ target: TOKEN, selector: "0x60fe47b1", kind: PERMISSION_KINDS.call });
    });

    it("must be known, once", () => {
      const overloaded = source("f(uint256 a)", "f(address a, bool b)", "g()");
      expectCode(() => allow(overloaded, "h"), "UNKNOWN_FUNCTION", {
        allowed: ["f(uint256)", "f(address,bool)", "g()"],
      });
      const error = expectCode(() => allow(overloaded, "f"), "AMBIGUOUS_FUNCTION");
      expect(error.message).to.contain('"f(uint256)", "f(address,bool)"');
      expect(allow(overloaded, "f( address, bool )", { b: eq(true) }).selector).to.equal(
        new Interface(overloaded.abi).getFunction("f(address,bool)")!.selector,
      );
      expectCode(() => allow(overloaded, "f(bool)"), "UNKNOWN_FUNCTION");
    });

    it("must have an address, once", () => {
      const abi = ["function f()"] as const;
      expectCode(() => allow(abi, "f", {}, {} as { target: string }), "TARGET_MISSING");
      expectCode(() => allow({ address: TOKEN, abi }, "f", {}, { target: ALICE } as object), "UNEXPECTED_TARGET");
      expectCode(() => allow({ address: "usdc.eth", abi }, "f"), "INVALID_ADDRESS");
      expectCode(() => allow(null as unknown as { address: string; abi: string[] }, "f"), "NOT_A_CONTRACT");
    });

    it("take native value only if payable", () => {
      expectCode(() => allow(source("f()"), "f", {}, { value: lte(1n) }), "NOT_PAYABLE");
      const [permission] = permissions(allow(source("f() payable"), "f", {}, { value: all(lt(10n), spend("b")) }));
      expect(permission).to.deep.include({ maxValue: 9n, charges: [{ budget: 0, source: 1, path: [] }] });
    });
  });

  describe("arguments", () => {
    it("are named, or numbered", () => {
      const f = source("f(address, uint256 n, uint256 twice, uint256 twice)");
      const byName = permissions(allow(f, "f", { "0": eq(ALICE), n: lte(1n), "3": lte(2n) }))[0]!;
      expect(byName.rules.map(({ path }) => path)).to.deep.equal([[0], [96], [32]]);
      expectCode(() => allow(f, "f", { twice: eq(1n) }), "AMBIGUOUS_ARGUMENT", { positions: [2, 3] });
      expectCode(() => allow(f, "f", { m: eq(1n) }), "UNKNOWN_ARGUMENT", { allowed: ["0", "n", "twice", "twice"] });
      expectCode(() => allow(f, "f", { n: eq(1n), "1": eq(1n) }), "DUPLICATE_ARGUMENT");
      expect(permissions(allow(f, "f", { n: undefined as never }))[0]!.rules).to.deep.equal([]);
    });

    it("take conditions, not values", () => {
      for (const wrong of [5n, ALICE, null, [eq(1n)], () => 1]) {
        expectCode(() => allow(source("f(uint256 x)"), "f", { x: wrong as never }), "NOT_A_CONDITION");
      }
      expectCode(() => allow(source("f(uint256 x)"), "f", { x: { y: eq(1n) } }), "NOT_A_CONDITION");
    });

    it("may be fields called like anything", () => {
      const permission = one("(uint256 node, uint256 length)", { node: eq(1n), length: eq(2n) });
      expect(passes(permission, 1n, 2n)).to.equal(true);
      expect(passes(permission, 1n, 3n)).to.equal(false);
    });
  });

  describe("eq and exactly", () => {
    it("compare every bit of a word", () => {
      expect(one("address", eq(ALICE)).rules).to.deep.equal([
        { op: OPS.eq, path: [0], other: [], mask: MAX_UINT256, value: BigInt(ALICE) },
      ]);
      expect(passes(one("bool", eq(true)), 1n)).to.equal(true);
      expect(passes(one("bool", eq(true)), 2n)).to.equal(false);
      expect(passes(one("bool", eq(false)), 2n)).to.equal(false);
      expect(passes(one("address", eq(ALICE)), BigInt(ALICE) | (1n << 200n))).to.equal(false);
      expect(takes("int24", eq(-5), -5)).to.equal(true);
      expect(takes("int24", eq(-5), 5)).to.equal(false);
    });

    it("align bytesN to the left", () => {
      expect(one("bytes4", eq("0xa9059cbb")).rules[0]!.value).to.equal(0xa9059cbbn << 224n);
      expect(takes("bytes32", eq(encodeBytes32String("hi")), encodeBytes32String("hi"))).to.equal(true);
      expectCode(() => one("bytes4", eq("0xa9059c")), "NOT_BYTES");
    });

    it("compare arrays, structs and bytes word by word", () => {
      const path = exactly([TOKEN, ALICE]);
      expect(one("address[]", path).rules).to.have.length(3);
      expect(takes("address[]", path, [TOKEN, ALICE])).to.equal(true);
      expect(takes("address[]", path, [TOKEN, ALICE, BOB])).to.equal(false);
      expect(takes("address[]", path, [TOKEN])).to.equal(false);
      expect(takes("address[]", path, [TOKEN, BOB])).to.equal(false);
      const text = "a text of more than thirty-two bytes, äöü";
      expect(takes("string", exactly(text), text)).to.equal(true);
      expect(takes("string", exactly(text), `${text} `)).to.equal(false);
      expect(takes("string", exactly(text), text.replace("ü", "u"))).to.equal(false);
      expect(takes("bytes", exactly("0x1234"), "0x1234")).to.equal(true);
      expect(takes("bytes", exactly(new Uint8Array([0x12, 0x34])), "0x123400")).to.equal(false);
      expect(takes("bytes", exactly("0x"), "0x")).to.equal(true);
      const struct = "tuple(address a, string[] s, uint8[2] n)";
      const value = { a: ALICE, s: ["x", "yz"], n: [1, 2] };
      expect(takes(struct, exactly(value), value)).to.equal(true);
      expect(takes(struct, exactly([ALICE, ["x", "yz"], [1, 2]]), value)).to.equal(true);
      expect(takes(struct, exactly(value), { ...value, s: ["x", "yy"] })).to.equal(false);
      expect(takes(struct, exactly(value), { ...value, n: [1, 3] })).to.equal(false);
    });

    it("want whole values of the right type", () => {
      expectCode(() => one("uint8", eq(256)), "VALUE_OUT_OF_RANGE", { max: 255n });
      expectCode(() => one("uint8", eq(-1)), "VALUE_OUT_OF_RANGE");
      expectCode(() => one("int8", eq(128)), "VALUE_OUT_OF_RANGE");
      expectCode(() => one("uint256", eq(1.5)), "UNSAFE_NUMBER");
      expectCode(() => one("uint256", eq(2 ** 60)), "UNSAFE_NUMBER");
      expectCode(() => one("uint256", eq("5")), "NOT_A_NUMBER");
      expectCode(() => one("address", eq("0x12")), "INVALID_ADDRESS");
      expectCode(() => one("bool", eq(1)), "NOT_A_BOOLEAN");
      expectCode(() => one("address[]", exactly(ALICE)), "NOT_AN_ARRAY");
      expectCode(() => one("address[2]", exactly([ALICE])), "NOT_AN_ARRAY");
      expectCode(() => one("(uint256 a, uint256 b)", exactly({ a: 1n })), "NOT_A_STRUCT");
      expectCode(() => one("(uint256 a, uint256 b)", exactly(1n)), "NOT_A_STRUCT");
      expectCode(() => one("string", exactly(5n)), "NOT_BYTES");
      expectCode(() => one("bytes", exactly("0x123")), "NOT_BYTES");
    });
  });

  describe("not", () => {
    it("is safe against dirty upper bits", () => {
      const permission = one("address", not(ALICE));
      expect(passes(permission, BigInt(BOB))).to.equal(true);
      expect(passes(permission, BigInt(ALICE))).to.equal(false);
      expect(passes(permission, BigInt(ALICE) | (1n << 255n))).to.equal(false);
      expect(passes(one("int8", not(-1)), MAX_UINT256)).to.equal(false);
      expect(passes(one("int8", not(-1)), 255n)).to.equal(false);
      expect(passes(one("bytes4", not("0xa9059cbb")), (0xa9059cbbn << 224n) | 1n)).to.equal(false);
    });

    it("of a bool is the other one, and of several values all", () => {
      expect(passes(one("bool", not(true)), 0n)).to.equal(true);
      expect(passes(one("bool", not(true)), 2n)).to.equal(false);
      expect(passes(one("bool", not(false)), 2n)).to.equal(false);
      const permission = one("uint256", not(1n, 2n));
      expect([0n, 1n, 2n, 3n].map((value) => passes(permission, value))).to.deep.equal([true, false, false, true]);
    });

    it("cannot be said of several words", () => {
      expectCode(() => one("string", not("x")), "WRONG_CONDITION");
      expectCode(() => one("address[]", not([ALICE])), "WRONG_CONDITION");
      expectCode(() => not(), "NO_VALUES");
    });
  });

  describe("ranges", () => {
    it("are safe against dirty upper bits", () => {
      const dirty = 1n << 100n;
      expect(passes(one("uint8", gt(5)), dirty | 5n)).to.equal(false);
      expect(passes(one("uint8", gte(5)), dirty | 4n)).to.equal(false);
      expect(passes(one("uint8", lt(5)), dirty | 4n)).to.equal(false);
      expect(passes(one("uint8", between(3, 5)), dirty | 4n)).to.equal(false);
      expect(passes(one("int8", lt(5)), 1n << 255n)).to.equal(false);
      expect(passes(one("int8", gt(5)), dirty | 6n)).to.equal(false);
      expect(passes(one("int8", gt(-5)), 255n)).to.equal(false);
    });

    it("are signed where the type is", () => {
      const tick = one("int24", between(-100, 100));
      expect(tick.rules.map(({ op }) => op)).to.deep.equal([OPS.sgte, OPS.slte]);
      expect([-101, -100, 0, 100, 101].map((value) => passes(tick, encoded("int24", value)))).to.deep.equal([
        false,
        true,
        true,
        true,
        false,
      ]);
      expect(takes("int256", lt(0n), -1n)).to.equal(true);
      expect(takes("int256", lt(0n), 0n)).to.equal(false);
    });

    it("are for integers", () => {
      expectCode(() => one("address", lte(5n)), "WRONG_CONDITION");
      expectCode(() => one("bytes4", gt(5n)), "WRONG_CONDITION");
      expectCode(() => one("uint8", lte(256)), "VALUE_OUT_OF_RANGE");
      expectCode(() => between(5, 4), "EMPTY_RANGE");
      expect(one("uint256", between(5, 5)).rules[0]!.op).to.equal(OPS.eq);
    });
  });

  describe("mask and prefix", () => {
    it("compare some bits", () => {
      const flags = one("uint8", mask(0b1100, 0b0100));
      expect([0b0100n, 0b0111n, 0b1100n].map((value) => passes(flags, value))).to.deep.equal([true, true, false]);
      const start = one("bytes4", mask("0xffff0000", "0xa9050000"));
      expect(passes(start, encoded("bytes4", "0xa9059cbb"))).to.equal(true);
      expect(passes(start, encoded("bytes4", "0xa8059cbb"))).to.equal(false);
      expectCode(() => one("uint8", mask(0b0100, 0b1100)), "CONTRADICTION");
      expectCode(() => one("uint8", mask(0, 0)), "CONTRADICTION");
      expectCode(() => one("uint8", mask(0x100, 0)), "VALUE_OUT_OF_RANGE");
      expectCode(() => one("address", mask(1, 1)), "WRONG_CONDITION");
    });

    it("compare the first bytes, and that there are so many", () => {
      expect(takes("bytes", prefix("0xa9059cbb"), "0xa9059cbb1234")).to.equal(true);
      expect(takes("bytes", prefix("0xa9059cbb"), "0xa9059cbc1234")).to.equal(false);
      expect(takes("bytes", prefix("0x1200"), "0x12")).to.equal(false);
      const long = `0x${"ab".repeat(40)}`;
      expect(takes("bytes", prefix(long), `${long}00`)).to.equal(true);
      expect(takes("bytes", prefix(long), `0x${"ab".repeat(39)}ac00`)).to.equal(false);
      expect(takes("string", prefix("https://"), "https://example.org")).to.equal(true);
      expect(takes("string", prefix("https://"), "http://example.org")).to.equal(false);
      expect(takes("bytes32", prefix("0x1234"), `0x1234${"00".repeat(29)}01`)).to.equal(true);
      expect(takes("bytes32", prefix("0x1234"), `0x1235${"00".repeat(30)}`)).to.equal(false);
      expectCode(() => one("bytes", prefix("0x")), "EMPTY_PREFIX");
      expectCode(() => one("bytes4", prefix("0x1234567890")), "NOT_BYTES");
      expectCode(() => one("uint256", prefix("0x12")), "WRONG_CONDITION");
      expectCode(() => one("uint256[]", prefix("0x12")), "WRONG_CONDITION");
    });
  });

  describe("lengths and elements", () => {
    it("count elements and bytes", () => {
      expect(takes("uint256[]", length(2), [1n, 2n])).to.equal(true);
      expect(takes("bytes", length(lte(2)), "0x123456")).to.equal(false);
      expect(takes("string", length(all(gte(1), lte(2))), "ä")).to.equal(true);
      const few = permissions(allow(source("f(uint256[] x)"), "f", { x: length(oneOf(1, 3)) }));
      expect(few.map(({ rules }) => rules[0]!.value)).to.deep.equal([1n, 3n]);
      expectCode(() => one("uint256[2]", length(2)), "WRONG_CONDITION");
      expectCode(() => one("uint256", length(2)), "WRONG_CONDITION");
    });

    it("see to it that the element exists", () => {
      const second = element(1, eq(7n));
      expect(takes("uint256[]", second, [1n, 7n])).to.equal(true);
      // One element, and behind it the word that the rule wants.
      expect(passes(one("uint256[]", second), 32n, 1n, 1n, 7n)).to.equal(false);
      expect(one("uint256[]", all(length(2), second)).rules).to.have.length(2);
      expect(one("uint256[]", all(length(gte(5)), second)).rules).to.have.length(2);
      expectCode(() => one("uint256[]", all(length(1), second)), "CONTRADICTION");
      expectCode(() => one("uint256[2]", element(2, eq(1n))), "UNKNOWN_ELEMENT");
      expectCode(() => one("uint256", element(0, eq(1n))), "WRONG_CONDITION");
      expectCode(() => element(-1, eq(1n)), "INVALID_ELEMENT");
    });

    it("reach into structs, and all of a list", () => {
      const type = "tuple(bytes data, uint256 n)[]";
      const rule = element(1, { n: lte(5n), data: prefix("0x12") });
      const first = { data: "0x", n: 99n };
      expect(takes(type, rule, [first, { data: "0x1234", n: 5n }])).to.equal(true);
      expect(takes(type, rule, [first, { data: "0x1234", n: 6n }])).to.equal(false);
      expect(takes(type, rule, [first, { data: "0x1334", n: 5n }])).to.equal(false);
      expect(takes("uint256[]", elements([lte(5n), eq(7n)]), [5n, 7n])).to.equal(true);
      expect(takes("uint256[]", elements([lte(5n), eq(7n)]), [5n, 7n, 1n])).to.equal(false);
      expect(takes("uint256[]", elements([]), [])).to.equal(true);
      expect(takes("uint256[2]", elements([lte(5n), eq(7n)]), [5n, 7n])).to.equal(true);
      expectCode(() => one("uint256[2]", elements([lte(5n)])), "NOT_AN_ARRAY");
    });
  });

  describe("alternatives", () => {
    const three = "f(address a, uint256 b, uint256 c)";

    it("multiply", () => {
      const found = permissions(allow(source(three), "f", { a: oneOf(ALICE, BOB), b: oneOf(1, 2, 3), c: eq(9n) }));
      expect(found.map(({ rules }) => rules.map(({ value }) => value))).to.deep.equal(
        [ALICE, BOB].flatMap((to) => [1n, 2n, 3n].map((n) => [BigInt(to), n, 9n])),
      );
    });

    it("are bounded", () => {
      const many = (size: number) => oneOf(...Array.from({ length: size }, (_, i) => i));
      expect(allow(source(three), "f", { b: many(32), c: many(32) }).drafts).to.have.length(1024);
      expectCode(() => allow(source(three), "f", { b: many(32), c: many(33) }), "TOO_MANY_ALTERNATIVES", {
        found: 1056,
        max: 1024,
      });
      expectCode(() => allow(source(three), "f", { b: many(1025) }), "TOO_MANY_ALTERNATIVES");
    });

    it("are different, and possible", () => {
      expectCode(() => one("address", oneOf(ALICE, ALICE.toLowerCase())), "DUPLICATE_VALUE");
      expectCode(() => oneOf(), "NO_VALUES");
      expectCode(() => one("uint256", all(eq(1), eq(2))), "CONTRADICTION");
      expect(one("uint256", all(oneOf(1, 2), oneOf(2, 3))).rules).to.have.length(1);
      expect(one("uint256", all(lte(5n), lte(5n))).rules).to.have.length(1);
    });
  });

  describe("the account", () => {
    it("is known when the session is", () => {
      expect(one("address", self()).rules[0]!.value).to.equal(BigInt(ACCOUNT));
      expectCode(() => one("uint256", self()), "WRONG_CONDITION");
    });
  });

  describe("ratios", () => {
    const swap = source("swap(uint256 amountIn, uint256 amountOut)");
    const ratio = (condition: Condition<bigint | number>) =>
      permissions(allow(swap, "swap", { amountOut: condition }))[0]!.rules[0]!;

    it("compare to another argument", () => {
      const permission = permissions(allow(swap, "swap", { amountOut: atLeastOf("amountIn", "0.5") }))[0]!;
      expect(permission.rules).to.deep.equal([
        { op: OPS.gte, path: [32], other: [0], mask: MAX_UINT256, value: parseEther("0.5") },
      ]);
      expect(passes(permission, 101n, 50n)).to.equal(true);
      expect(passes(permission, 102n, 50n)).to.equal(false);
      const most = permissions(allow(swap, "swap", { amountOut: atMostOf("amountIn", 2) }))[0]!;
      expect(passes(most, 5n, 10n)).to.equal(true);
      expect(passes(most, 5n, 11n)).to.equal(false);
    });

    it("take factors as text, number or bigint, and decimals", () => {
      expect(ratio(atLeastOf("amountIn", 0.0003)).value).to.equal(300_000_000_000_000n);
      expect(ratio(atLeastOf("amountIn", 1e-7)).value).to.equal(10n ** 11n);
      expect(ratio(atLeastOf("amountIn", 1e21)).value).to.equal(10n ** 39n);
      expect(ratio(atLeastOf("amountIn", 7n)).value).to.equal(7n);
      const units = { decimals: 18, otherDecimals: 6 };
      expect(ratio(atLeastOf("amountIn", "0.0003", units)).value).to.equal(3n * 10n ** 26n);
      const back = { decimals: 6, otherDecimals: 18 };
      expect(ratio(atLeastOf("amountIn", "3000", back)).value).to.equal(3_000_000_000n);
    });

    it("round towards strict", () => {
      expect(ratio(atLeastOf("amountIn", "0.1234567890123456781")).value).to.equal(123456789012345679n);
      expect(ratio(atMostOf("amountIn", "0.1234567890123456789")).value).to.equal(123456789012345678n);
    });

    it("refuse what is no factor", () => {
      for (const wrong of [0, "0", -1, "x", "", "1,5", NaN, Infinity, 0n, -1n, 1n << 256n]) {
        expectCode(() => atLeastOf("amountIn", wrong), "INVALID_FACTOR");
      }
      expectCode(() => atMostOf("amountIn", "1e-19"), "INVALID_FACTOR");
      expectCode(() => atLeastOf("amountIn", 1, { decimals: -1, otherDecimals: 0 }), "INVALID_FACTOR");
      expectCode(() => ratio(atLeastOf("amountOld", 1)), "UNKNOWN_ARGUMENT");
    });

    it("are safe against dirty upper bits on both sides", () => {
      const narrow = source("f(uint128 a, uint128 b)");
      const dirty = 1n << 200n;
      const floor = permissions(allow(narrow, "f", { b: atLeastOf("a", 1) }))[0]!;
      expect(passes(floor, 5n, 5n)).to.equal(true);
      expect(passes(floor, 5n, dirty | 4n)).to.equal(false);
      const ceiling = permissions(allow(narrow, "f", { b: atMostOf("a", 1) }))[0]!;
      expect(passes(ceiling, 5n, 5n)).to.equal(true);
      expect(passes(ceiling, dirty | 5n, 6n)).to.equal(false);
    });

    it("reach into structs and arrays, of unsigned integers only", () => {
      const nested = source("f((uint256[] amounts, int256 signed) p, uint256 out)");
      const [permission] = permissions(allow(nested, "f", { out: atLeastOf("p.amounts[1]", 1) }));
      // The ratio, and that there is a second amount.
      expect(permission!.rules.map(({ op, path, other }) => ({ op, path, other }))).to.deep.equal([
        { op: OPS.gte, path: [32], other: [0, 0, 64] },
        { op: OPS.gte, path: [0, 0, 0], other: [] },
      ]);
      expectCode(() => allow(nested, "f", { out: atLeastOf("p.signed", 1) }), "WRONG_CONDITION");
      expectCode(() => allow(nested, "f", { p: { signed: atLeastOf("out", 1) } }), "WRONG_CONDITION");
    });
  });

  describe("budgets", () => {
    it("count amounts, calls and value", () => {
      const f = source("f(uint256 amount) payable");
      const [permission] = permissions(
        allow(f, "f", { amount: all(lte(10n), spend("b")) }, { value: spend("c"), calls: count("n") }),
      );
      expect(permission).to.deep.include({
        maxValue: 50n,
        charges: [
          { budget: 0, source: 2, path: [0] },
          { budget: 1, source: 1, path: [] },
          { budget: 2, source: 0, path: [] },
        ],
      });
      expect(permission!.rules).to.have.length(1);
    });

    it("count unsigned integers only", () => {
      expectCode(() => one("int256", spend("b")), "WRONG_CONDITION");
      expectCode(() => one("address", spend("b")), "WRONG_CONDITION");
    });
  });

  describe("danger", () => {
    const refused = (signature: string, rules: Record<string, RuleInput> = {}) => {
      const name = signature.slice(0, signature.indexOf("("));
      return expectCode(() => allow(source(signature), name, rules), "DANGEROUS").details["danger"];
    };

    it("is refused by the plain name", () => {
      expect(refused("approve(address spender, uint256 amount)", { spender: eq(ALICE), amount: lte(5n) })).to.equal(
        "APPROVE_WITHOUT_BUDGET",
      );
      expect(refused("approve(address token, address spender, uint160 amount, uint48 expiration)")).to.equal(
        "APPROVE_WITHOUT_BUDGET",
      );
      expect(refused("transfer(address to, uint256 amount)", { amount: lte(5n) })).to.equal("UNBOUNDED_TRANSFER");
      expect(refused("transfer(address to, uint256 amount)", { to: not(ALICE) })).to.equal("UNBOUNDED_TRANSFER");
      for (const signature of [
        "permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
        "permit(address anything)",
        "multicall(bytes[] data)",
        "multicall(uint256 a, uint256 b)",
        "setApprovalForAll(address operator, bool approved)",
        "increaseAllowance(address spender, uint256 added)",
        "execute(bytes commands, bytes[] inputs, uint256 deadline)",
        "transferOwnership(address owner)",
      ]) {
        expect(refused(signature), signature).to.equal("DANGEROUS_FUNCTION");
      }
    });

    it("is none with a budget, a fixed recipient, or when power is given back", () => {
      allow(source("approve(address spender, uint256 amount)"), "approve", { amount: spend("b") });
      allow(source("approve(address spender, uint256 amount)"), "approve", { amount: eq(0) });
      allow(source("transfer(address to, uint256 amount)"), "transfer", { to: eq(ALICE) });
      allow(source("transfer(address to, uint256 amount)"), "transfer", { to: oneOf(ALICE, BOB) });
      allow(source("transfer(address to, uint256 amount)"), "transfer", { amount: spend("b") });
      allow(source("setApprovalForAll(address operator, bool approved)"), "setApprovalForAll", { approved: eq(false) });
    });

    it("can be meant", () => {
      const [approve] = permissions(
        dangerouslyAllow(source("approve(address s, uint256 a)"), "approve", { a: lte(5n) }),
      );
      expect(approve).to.deep.include({ selector: "0x095ea7b3", target: TOKEN });
      const [any] = permissions(dangerouslyAllowAnyCall(TOKEN, { value: lte(7n), calls: count("n") }));
      expect(any).to.deep.include({
        kind: PERMISSION_KINDS.anyCall,
        target: TOKEN,
        selector: "0x00000000",
        maxValue: 7n,
      });
      const [everywhere] = permissions(
        dangerouslyAllowAnyTarget(["function claim(address to)"], "claim", { to: self() }),
      );
      expect(everywhere).to.deep.include({
        kind: PERMISSION_KINDS.callAnyTarget,
        target: "0x0000000000000000000000000000000000000000",
      });
    });
  });
});

describe("allowTransfer", () => {
  it("sends native value to one or several, at most so much each time or together", () => {
    const found = permissions(allowTransfer(oneOf(ALICE, BOB), all(lte(30n), spend("b")), { calls: count("n") }));
    expect(found.map(({ kind, maxValue, selector }) => ({ kind, maxValue, selector }))).to.deep.equal(
      Array(2).fill({ kind: PERMISSION_KINDS.transfer, maxValue: 30n, selector: "0x00000000" }),
    );
    expect(found[1]!.charges).to.deep.equal([
      { budget: 0, source: 1, path: [] },
      { budget: 2, source: 0, path: [] },
    ]);
    expect(permissions(allowTransfer({ address: ALICE }, spend("b")))[0]).to.deep.include({ maxValue: 100n });
    expect(permissions(allowTransfer(eq(ALICE), lte(1n)))[0]!.target).to.equal(ALICE);
  });

  it("wants an address and a bound", () => {
    expectCode(() => allowTransfer(not(ALICE), lte(1n)), "WRONG_CONDITION");
    expectCode(() => allowTransfer(ALICE, gte(1n)), "WRONG_CONDITION");
    expectCode(() => allowTransfer(ALICE, 5n as never), "WRONG_CONDITION");
    expectCode(() => allowTransfer(ALICE, lt(0n)), "VALUE_OUT_OF_RANGE");
    expectCode(() => allowTransfer(ALICE, lte(2n ** 128n)), "VALUE_OUT_OF_RANGE");
    expectCode(() => allowTransfer("alice.eth", lte(1n)), "INVALID_ADDRESS");
  });
});
