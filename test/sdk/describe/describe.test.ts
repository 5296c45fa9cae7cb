import { expect } from "chai";
import * as fc from "fast-check";
import { parseEther, parseUnits, ZeroAddress } from "ethers";
import {
  all,
  allow,
  allowTransfer,
  anyCallPermission,
  atLeastOf,
  callPermission,
  count,
  daily,
  dangerouslyAllowAnyCall,
  dangerouslyAllowAnyTarget,
  dangerouslySponsoredByAnyone,
  dangerouslyUnlimitedFees,
  defineSession,
  describe as describeSession,
  eq,
  exactly,
  gt,
  lte,
  monthly,
  not,
  oneOf,
  prefix,
  rule,
  self,
  spend,
  sponsoredBy,
  stream,
  summarize,
  total,
  weekly,
  type DescribeContext,
  type SessionDefinition,
} from "../../../sdk";
import { mergePermissions } from "../../../sdk/describe/merge";
import { ACCOUNT, ALICE, sessionOf, simpleSession, TOKEN, VALIDATOR } from "../arbitraries";

const BOB = "0xb0bB0bB0Bb0Bb0bB0Bb0bb0bb0bB0BB0Bb0BB0Bb";
const ROUTER = "0x7007e47007e47007e47007e47007E47007e47007";
const KEY = "0x5151515151515151515151515151515151515151";
const NOW = new Date("2026-11-22T10:01:00Z");

const usdc = {
  address: TOKEN,
  abi: ["function transfer(address to, uint256 amount)", "function approve(address spender, uint256 amount)"] as const,
};
const router = {
  address: ROUTER,
  abi: [
    "function swap(uint256 amountIn, uint256 amountOutMin, address[] path, address to) payable",
    "function odd(int24 tick, bytes data, bytes4 sel, bool ok, string memo, address who)",
  ] as const,
};
const context: DescribeContext = {
  tokens: { USDC: { address: TOKEN, decimals: 6 } },
  labels: { Alice: ALICE, Bob: BOB, Home: ACCOUNT, Bot: KEY, Sponsor: VALIDATOR },
  contracts: { Router: router },
};

/** Without `fees` a session that nobody pays for: no builder makes one, and the documents of others may be like that. */
const define = (changes: Partial<SessionDefinition<string>>) => {
  const session = defineSession<string>({
    account: ACCOUNT,
    chainId: 1,
    key: KEY,
    now: NOW,
    validUntil: new Date("2026-12-22T10:00:00Z"),
    permissions: [allow(usdc, "transfer", { to: eq(BOB) })],
    fees: sponsoredBy(VALIDATOR),
    ...changes,
  });
  return changes.fees === undefined ? { ...session, paymaster: ZeroAddress } : session;
};

const lines = (changes: Partial<SessionDefinition<string>>, more: DescribeContext = {}) =>
  describeSession(define(changes), { ...context, ...more }).split("\n");

/** The text of the first permission. */
const first = (changes: Partial<SessionDefinition<string>>, more: DescribeContext = {}) =>
  summarize(define(changes), { ...context, ...more }).permissions[0]!.text;

describe("describe", () => {
  it("says a session in one sentence", () => {
    const session = {
      budgets: { usdc: weekly(parseUnits("100", 6)), fees: total(parseEther("0.02")) },
      fees: "fees",
      permissions: [allow(usdc, "transfer", { to: oneOf(ALICE, BOB), amount: spend("usdc") })],
    };
    expect(lines(session)).to.deep.equal([
      "For account Home on chain 1, the key Bot",
      "may call `transfer` on USDC to Alice or Bob, together at most 100 USDC per week, until 22 Dec 2026 10:00 UTC; fees up to 0.02 ETH from the account.",
      "Periods count from 22 Nov 2026 10:00 UTC.",
    ]);
  });

  it("shows what it does not know as such", () => {
    const session = define({
      budgets: { b: total(5n) },
      fees: sponsoredBy(VALIDATOR),
      permissions: [allow(usdc, "transfer", { to: eq(ALICE), amount: spend("b") })],
    });
    expect(describeSession(session)).to.equal(
      [
        `For account ${ACCOUNT} on chain 1, the key ${KEY}`,
        `may call the unknown function 0xa9059cbb, probably transfer(address,uint256), on ${TOKEN}, where argument word 0 is ${ALICE}, ` +
          `argument word 1 together at most 5 units, until 22 Dec 2026 10:00 UTC; fees paid by the paymaster ${VALIDATOR} only.`,
      ].join("\n"),
    );
    const raw = simpleSession({
      permissions: [
        callPermission(TOKEN, "0x12345678", { rules: [rule("eq", [64, 33], 1n), rule("sgt", [7], -5n + 2n ** 256n)] }),
      ],
    });
    expect(summarize(raw).permissions[0]!.text).to.equal(
      `call the unknown function 0x12345678 on ${TOKEN}, where the word at offsets 64 → 33 is 1 and the word at byte 7 above -5`,
    );
  });

  it("numbers several permissions, and tells shared budgets apart", () => {
    const session = {
      budgets: { usdc: weekly(parseUnits("100", 6)), eth: total(parseEther("1")) },
      fees: "eth",
      permissions: [
        allow(usdc, "transfer", { to: eq(ALICE), amount: spend("usdc") }),
        allow(router, "swap", { amountIn: spend("usdc"), to: self() }, { value: lte(parseEther("0.1")) }),
        allowTransfer(oneOf(ALICE, BOB), spend("eth")),
      ],
    };
    expect(lines(session, { budgets: ["usdc", "eth"] }).slice(1)).to.deep.equal([
      "may, from 22 Nov 2026 10:00 UTC until 22 Dec 2026 10:00 UTC:",
      '1. call `transfer` on USDC to Alice, amount counted against budget "usdc";',
      '2. call `swap` on Router to the account itself, with native value of at most 0.1 ETH each time, amountIn counted against budget "usdc";',
      '3. send native value to Alice or Bob, native value counted against budget "eth";',
      'Budget "usdc": together at most 100000000 units (100 USDC where it counts USDC) per week.',
      'Budget "eth": together at most 1 ETH.',
      'Fees from the account, counted against budget "eth".',
      "Periods count from 22 Nov 2026 10:00 UTC.",
    ]);
  });

  it("reads rules of every kind", () => {
    const swap = { path: exactly([TOKEN, ROUTER]), amountOutMin: atLeastOf("amountIn", "0.5") };
    expect(first({ permissions: [allow(router, "swap", swap)] })).to.equal(
      "call `swap` on Router, where path.length is 2, path[0] is USDC, path[1] is Router and amountOutMin at least 0.5 × amountIn (both in their smallest units)",
    );
    const odd = {
      tick: gt(-5),
      data: prefix("0xa9059cbb"),
      sel: not("0x12345678"),
      ok: eq(true),
      memo: exactly("hello"),
      who: not(ALICE),
    };
    expect(first({ permissions: [allow(router, "odd", odd)] })).to.equal(
      "call `odd` on Router, where tick above -5, data.length at least 4, data[0…31] starts with 0xa9059cbb, sel is not 0x12345678, " +
        `ok is true, memo.length is 5, memo[0…31] is 0x68656c6c6f${"0".repeat(54)} ("hello") and who is not Alice`,
    );
    const amount = { to: eq(BOB), amount: lte(5_500_000n) };
    expect(first({ permissions: [allow(usdc, "transfer", amount)] })).to.equal(
      "call `transfer` on USDC to Bob, where amount at most 5.5 USDC",
    );
  });

  it("names a rule on an ABI offset as what it is", () => {
    const session = simpleSession({
      permissions: [callPermission(ROUTER, "0x2e7c6a0f", { rules: [rule("eq", [64], 128n)] })],
    });
    const selector = summarize(define({ permissions: [allow(router, "swap", {})] })).permissions[0]!.selector!;
    const permissions = session.permissions.map((permission) => ({ ...permission, selector }));
    expect(summarize({ ...session, permissions }, context).permissions[0]!.text).to.equal(
      "call `swap` on Router, where the ABI offset of path (not its value) is 128",
    );
  });

  it("says the dangerous shapes aloud", () => {
    expect(first({ permissions: [dangerouslyAllowAnyCall(ROUTER)] })).to.equal(
      "call ANY function of Router with any arguments",
    );
    expect(first({ permissions: [dangerouslyAllowAnyTarget(usdc.abi, "transfer")] })).to.equal(
      "call the unknown function 0xa9059cbb, probably transfer(address,uint256), on ANY contract",
    );
    expect(lines({ fees: dangerouslyUnlimitedFees() })[1]).to.contain("; fees WITHOUT LIMIT from the account.");
    expect(lines({ fees: dangerouslySponsoredByAnyone() })[1]).to.contain("; fees paid by ANY paymaster only.");
    expect(lines({})[1]).to.contain("; nobody may pay fees, so it cannot be used.");
  });

  it("says budgets of every kind", () => {
    const said = (budget: ReturnType<typeof total>) =>
      first({ budgets: { b: budget }, permissions: [allow(usdc, "transfer", { amount: spend("b") })] });
    expect(said(daily(1_000_000n))).to.contain("together at most 1 USDC per day");
    expect(said(monthly(1_000_000n))).to.contain("together at most 1 USDC per 30 days");
    expect(said(stream(1_000_000n, 5_400))).to.contain("together at most what accrues at 1 USDC per 90 minutes");
    const calls = {
      budgets: { n: daily(3n) },
      permissions: [allow(usdc, "transfer", { to: eq(BOB) }, { calls: count("n") })],
    };
    expect(first(calls)).to.equal("call `transfer` on USDC to Bob, together at most 3 calls per day");
    const eth = { budgets: { e: total(parseEther("2")) }, permissions: [allowTransfer(BOB, spend("e"))] };
    expect(first(eth)).to.equal("send native value to Bob, together at most 2 ETH");
    expect(first({ ...eth, chainId: 424_242 })).to.equal(
      "send native value to Bob, together at most 2 of the native coin",
    );
    expect(first(eth, { nativeSymbol: "DAI" })).to.contain("2 DAI");
    const both = { ...eth, permissions: [allowTransfer(BOB, all(lte(parseEther("0.5")), spend("e")))] };
    expect(first(both)).to.equal("send native value to Bob, at most 0.5 ETH each time, together at most 2 ETH");
  });

  describe("merging", () => {
    it("joins combinations, and only those", () => {
      const f = { address: ROUTER, abi: ["function f(address a, uint256 b)"] as const };
      const product = define({ permissions: [allow(f, "f", { a: oneOf(ALICE, BOB), b: oneOf(1, 2, 3) })] });
      const groups = mergePermissions(product.permissions);
      expect(groups).to.have.length(1);
      expect(groups[0]!.rules.map(({ values }) => values)).to.deep.equal([
        [BigInt(ALICE), BigInt(BOB)],
        [1n, 2n, 3n],
      ]);
      // Five of the six combinations are not "Alice or Bob, 1, 2 or 3".
      const five = mergePermissions(product.permissions.slice(0, 5));
      expect(five.map(({ members }) => members)).to.deep.equal([[0, 1, 3, 4], [2]]);
    });

    it("never allows more than its members", () => {
      const value = fc.nat(2).map(BigInt);
      const permission = fc
        .record({ a: value, b: value, max: value, gt: fc.boolean() })
        .map(({ a, b, max, gt: isGt }) =>
          callPermission(TOKEN, "0x12345678", {
            maxValue: max,
            rules: [rule("eq", [0], a), rule(isGt ? "gt" : "eq", [32], b)],
          }),
        );
      fc.assert(
        fc.property(fc.uniqueArray(permission, { selector: keyOf }), (permissions) => {
          const groups = mergePermissions(permissions);
          const expanded = groups.flatMap(({ rules, maxValue }) =>
            rules[0]!.values.flatMap((a) => rules[1]!.values.map((b) => [a, b, maxValue, rules[1]!.op].join())),
          );
          expect([...expanded].sort()).to.deep.equal(permissions.map(keyOf).sort());
          expect(groups.flatMap(({ members }) => members).sort((a, b) => a - b)).to.deep.equal([...permissions.keys()]);
        }),
      );
    });
  });

  it("never throws on a valid session", () => {
    fc.assert(
      fc.property(sessionOf(1, 6), (session) => {
        expect(describeSession(session)).to.be.a("string").with.length.greaterThan(100);
        expect(describeSession(session, context)).to.be.a("string");
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same facts as data", () => {
    const signer = `${VALIDATOR}${"12".repeat(64)}`;
    const summary = summarize(
      {
        ...define({
          budgets: { b: weekly(5n) },
          permissions: [allow(usdc, "transfer", { to: oneOf(ALICE, BOB), amount: spend("b") })],
        }),
        signer,
      },
      context,
    );
    expect(summary.key).to.deep.equal({ kind: "erc7913", address: VALIDATOR, publicKey: `0x${"12".repeat(64)}` });
    expect(summary.permissions[0]).to.deep.include({
      action: "call",
      targets: [{ address: TOKEN, name: "USDC" }],
      selector: "0xa9059cbb",
      signature: "transfer(address,uint256)",
      maxValue: 0n,
      members: [0, 1],
      charges: [{ budget: 0, counts: "argument", path: [32], argument: "amount" }],
    });
    expect(summary.permissions[0]!.rules[0]).to.deep.include({
      argument: "to",
      op: "eq",
      values: [BigInt(ALICE), BigInt(BOB)],
    });
    expect(summary.budgets[0]).to.deep.include({
      kind: "periodic",
      limit: 5n,
      period: 604_800,
      chargedBy: [0],
      paysFees: false,
    });
    expect(summary.fees).to.deep.include({ paymaster: "none", account: "never" });
    expect(summarize(simpleSession({ permissions: [anyCallPermission(TOKEN)] })).permissions[0]!.selector).to.equal(
      undefined,
    );
  });
});

function keyOf(permission: ReturnType<typeof callPermission>): string {
  const [a, b] = permission.rules;
  return [a!.value, b!.value, permission.maxValue, b!.op].join();
}
