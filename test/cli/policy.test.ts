import { expect } from "chai";
import {
  allow,
  allowTransfer,
  all,
  between,
  count,
  daily,
  dangerouslyAllow,
  dangerouslyAllowAnyCall,
  dangerouslyUnlimitedFees,
  defineSession,
  eq,
  every,
  gt,
  gte,
  length,
  lt,
  lte,
  not,
  oneOf,
  prefix,
  self,
  SessionKeyError,
  sponsoredBy,
  spend,
  stream,
  total,
  weekly,
  type SessionDefinition,
} from "../../sdk";
import { parsePolicyJson } from "../../cli/policy/policy";

const ACCOUNT = "0x0000000000000000000000000000000000000001";
const TOKEN = "0x0000000000000000000000000000000000000002";
const ALICE = "0x0000000000000000000000000000000000000003";
const BOB = "0x0000000000000000000000000000000000000004";
const COMMON = { account: ACCOUNT, chainId: 1n, key: ALICE, validUntil: 2_000_000_000, salt: 1n, now: 1_900_000_000 };
const TRANSFER = "function transfer(address to, uint256 amount)";

const parse = (json: unknown) => parsePolicyJson(JSON.stringify(json), "policy.json");

/** The policy makes the session that the builder makes. */
function expectSame(json: object, definition: Pick<SessionDefinition, "budgets" | "fees" | "permissions">): void {
  const { budgets, fees, permissions } = parse(json);
  const made = defineSession({ ...COMMON, budgets, fees, permissions });
  expect(made).to.deep.equal(defineSession({ ...COMMON, ...definition }));
}

/** The policy with these permissions, fees without limit. */
const only = (...permissions: object[]) => ({ fees: "unlimited", permissions });
const fees = dangerouslyUnlimitedFees();

describe("session-keys: policies as JSON", () => {
  it("budgets are total, per period, or a stream, in units of the native coin and of tokens", () => {
    const json = {
      tokens: { USDC: { address: TOKEN, decimals: 6 } },
      budgets: {
        all: { limit: "100.5 USDC" },
        day: { limit: "20 USDC", every: "day" },
        odd: { limit: "7", every: 7_200 },
        salary: { limit: "1 ETH", every: "month", stream: true },
        fees: { limit: "20000000 gwei", every: "week" },
      },
      fees: "fees",
      permissions: [
        { target: TOKEN, function: TRANSFER, rules: { to: { eq: ALICE }, amount: { spend: "all" } } },
        { target: TOKEN, function: TRANSFER, rules: { to: { eq: BOB }, amount: { spend: "day" } } },
        { to: ALICE, value: { spend: "salary", lte: "0.5 ETH" }, count: "odd" },
      ],
    };
    const usdc = { address: TOKEN, abi: [TRANSFER] } as const;
    expectSame(json, {
      budgets: {
        all: total(100_500_000n),
        day: daily(20_000_000n),
        odd: every(7_200, 7n),
        salary: stream(10n ** 18n, 30 * 86_400),
        fees: weekly(2n * 10n ** 16n),
      },
      fees: "fees",
      permissions: [
        allow(usdc, "transfer", { to: eq(ALICE), amount: spend("all") }),
        allow(usdc, "transfer", { to: eq(BOB), amount: spend("day") }),
        allowTransfer(ALICE, all(spend("salary"), lte(5n * 10n ** 17n)), { calls: count("odd") }),
      ],
    });
  });

  it("conditions are the builder's, also in structs", () => {
    const act = "function act(uint256 a, int24 b, address c, bytes d, bool e, bytes4 f, uint8 g, string h)";
    const swap = "function swap((address tokenIn, uint256 amount) params, uint256[] path) payable";
    const abi = [act, swap] as const;
    const json = only(
      {
        target: TOKEN,
        function: act,
        rules: {
          a: { gt: "1", lt: "9" },
          b: { between: ["-5", "5"] },
          c: { self: true },
          d: { prefix: "0xa9059cbb", length: { lte: "100" } },
          e: { eq: true },
          f: { not: ["0x11111111", "0x22222222"] },
          g: { gte: "3" },
        },
      },
      {
        target: TOKEN,
        function: swap,
        rules: { params: { tokenIn: { oneOf: [ALICE, BOB] }, amount: { lte: "5 gwei" } }, path: { length: "2" } },
        value: { lte: "1 ETH" },
      },
    );
    expectSame(json, {
      fees,
      permissions: [
        allow({ address: TOKEN, abi }, "act", {
          a: all(gt(1n), lt(9n)),
          b: between(-5, 5),
          c: self(),
          d: all(prefix("0xa9059cbb"), length(lte(100))),
          e: eq(true),
          f: not("0x11111111", "0x22222222"),
          g: gte(3n),
        }),
        allow(
          { address: TOKEN, abi },
          "swap",
          { params: { tokenIn: oneOf(ALICE, BOB), amount: lte(5_000_000_000n) }, path: length(2n) },
          { value: lte(10n ** 18n) },
        ),
      ],
    });
  });

  it("who pays is a budget, nobody's limit if it says so, or a paymaster", () => {
    const permissions = [{ to: ALICE, value: { lte: "1" } }];
    const transfer = [allowTransfer(ALICE, lte(1n))];
    const budgets = { spare: { limit: "5" } };
    expectSame({ fees: { paymaster: BOB }, permissions }, { fees: sponsoredBy(BOB), permissions: transfer });
    expectSame(
      { budgets, fees: { paymaster: BOB, otherwise: "spare" }, permissions },
      { budgets: { spare: total(5n) }, fees: sponsoredBy(BOB, { otherwise: "spare" }), permissions: transfer },
    );
    expectSame({ fees: "unlimited", permissions }, { fees, permissions: transfer });
  });

  it("what is dangerous must say so", () => {
    const approve = "function approve(address spender, uint256 amount)";
    const call = { target: TOKEN, function: approve, rules: { spender: { eq: BOB } } };
    expect(() => parse(only(call))).to.throw(SessionKeyError, /^DANGEROUS: allow approve/);
    expectSame(only({ ...call, dangerous: true }), {
      fees,
      permissions: [dangerouslyAllow({ address: TOKEN, abi: [approve] }, "approve", { spender: eq(BOB) })],
    });
    expect(() => parse(only({ target: TOKEN }))).to.throw(
      SessionKeyError,
      /^DANGEROUS: permissions\[0\] names no function/,
    );
    expectSame(only({ target: TOKEN, dangerous: true }), { fees, permissions: [dangerouslyAllowAnyCall(TOKEN)] });
  });

  const transfer = { target: TOKEN, function: TRANSFER, rules: { to: { eq: ALICE }, amount: { lte: "5" } } };
  const amount = (rule: unknown) => only({ ...transfer, rules: { to: { eq: ALICE }, amount: rule } });
  const REFUSED: Readonly<Record<string, [json: object, error: RegExp]>> = {
    "a field that there is not": [{ ...only(), owner: ALICE }, /^UNKNOWN_FIELD: the document has the unknown owner$/],
    "such a field deep inside": [
      only({ ...transfer, gas: "5" }),
      /^UNKNOWN_FIELD: permissions\[0\] has the unknown gas$/,
    ],
    "no permissions": [{ fees: "unlimited" }, /^MISSING_FIELD: the document has no permissions$/],
    "nobody who pays": [{ permissions: [transfer] }, /^MISSING_FIELD: the document has no fees$/],
    "an amount that is a number": [
      amount({ lte: 5 }),
      /^WRONG_UNIT: permissions\[0\]\.rules\.amount\.lte is 5, expected an amount in quotes/,
    ],
    "a unit that nobody knows": [
      amount({ lte: "5 USDC" }),
      /^WRONG_UNIT: .* is in USDC, and the units are wei, gwei, ETH/,
    ],
    "more decimals than the unit has": [
      amount({ lte: "0.5" }),
      /^WRONG_UNIT: .* is "0\.5", and the smallest unit has 0 decimals$/,
    ],
    "a limit in words": [
      { ...only(transfer), budgets: { b: { limit: "much" } } },
      /^WRONG_UNIT: budgets\.b\.limit is "much"/,
    ],
    "a period that is none": [
      { ...only(transfer), budgets: { b: { limit: "5", every: "year" } } },
      /^WRONG_UNIT: budgets\.b\.every is "year", expected hour, day, week, month/,
    ],
    "a period below a minute": [
      { ...only(transfer), budgets: { b: { limit: "5", every: 59 } } },
      /^WRONG_UNIT: budgets\.b\.every is 59/,
    ],
    "a stream without a length": [
      { ...only(transfer), budgets: { b: { limit: "5", stream: true } } },
      /^MISSING_FIELD: budgets\.b has no every/,
    ],
    milliseconds: [{ ...only(transfer), validUntil: 1_900_000_000_000 }, /^MILLISECONDS: validUntil/],
    "days that are not whole": [
      { ...only(transfer), days: 1.5 },
      /^WRONG_FIELD: days is 1\.5, expected a whole number/,
    ],
    "a condition that is none": [
      amount({ atMost: "5" }),
      /^WRONG_CONDITION: permissions\[0\]\.rules\.amount\.atMost is "5", expected one of eq, not, oneOf/,
    ],
    "an empty condition": [amount({}), /^WRONG_CONDITION: permissions\[0\]\.rules\.amount is \{\}/],
    "a bare value": [amount("5"), /^WRONG_CONDITION: permissions\[0\]\.rules\.amount is "5", expected an object/],
    "a range of three": [amount({ between: ["1", "2", "3"] }), /^WRONG_CONDITION: .* expected a list of two amounts$/],
    "self that is not true": [
      only({ ...transfer, rules: { to: { self: "yes" } } }),
      /^WRONG_CONDITION: .*\.self is "yes", expected true$/,
    ],
    "an argument that there is not": [
      only({ ...transfer, rules: { recipient: { eq: ALICE } } }),
      /^UNKNOWN_ARGUMENT: permissions\[0\]\.rules\.recipient: .* there are to, amount$/,
    ],
    "a value of another type": [
      only({ ...transfer, rules: { to: { eq: 5 } } }),
      /^WRONG_CONDITION: .* expected a value of type address$/,
    ],
    "a function that is none": [
      only({ target: TOKEN, function: "transfer to" }),
      /^WRONG_FIELD: permissions\[0\]\.function is "transfer to", expected one like/,
    ],
    "rules without a function": [
      only({ target: TOKEN, rules: { to: { eq: ALICE } } }),
      /^MISSING_FIELD: permissions\[0\] has rules and no function$/,
    ],
    "neither target nor recipient": [
      only({ value: { lte: "5" } }),
      /^MISSING_FIELD: permissions\[0\] has neither target nor to$/,
    ],
    both: [only({ ...transfer, to: ALICE }), /^WRONG_FIELD: permissions\[0\] has to, which sends native value/],
    "a recipient without value": [only({ to: ALICE }), /^MISSING_FIELD: permissions\[0\] has no value: how much\?$/],
    "an address that is none": [
      only({ to: "alice", value: { lte: "5" } }),
      /^WRONG_FIELD: permissions\[0\]\.to is "alice", expected 0x and 40 hex digits$/,
    ],
  };

  for (const [what, [json, error]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, () => expect(() => parse(json)).to.throw(error));
  }

  it("accepts the policy that those were made from, and refuses what is no JSON", () => {
    expectSame(only(transfer), {
      fees,
      permissions: [
        allow({ address: TOKEN, abi: [TRANSFER] } as const, "transfer", { to: eq(ALICE), amount: lte(5n) }),
      ],
    });
    expect(() => parsePolicyJson("{ fees }", "policy.json")).to.throw("policy.json is not JSON");
  });

  it("names the functions of the contracts, once each", () => {
    const { contracts } = parse(only(transfer, { ...transfer, rules: { to: { eq: BOB }, amount: { lte: "5" } } }));
    expect(contracts).to.deep.equal({ [TOKEN]: [TRANSFER] });
  });
});
