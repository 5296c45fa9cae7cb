import { expect } from "chai";
import * as fc from "fast-check";
import { parseEther } from "ethers";
import {
  allow,
  allowTransfer,
  ANY_PAYMASTER,
  anyCallPermission,
  argumentCharge,
  callAnyTargetPermission,
  callPermission,
  countCharge,
  dangerOf,
  defineSession,
  lint,
  LINT_CODES,
  MAX_UINT256,
  oneOf,
  ratioRule,
  rule,
  spend,
  total,
  totalBudget,
  transferPermission,
  valueCharge,
  weekly,
  type LintCode,
  type Permission,
  type Session,
} from "../../sdk";
import { MAX_UINT128 } from "../../sdk/constants";
import { ALICE, ACCOUNT, sessionOf, simpleSession, TOKEN } from "./arbitraries";

const TRANSFER = "0xa9059cbb";
const to = rule("eq", [0], BigInt(ALICE));

const codes = (changes: Partial<Session>) => lint(simpleSession({ feeBudget: 0, ...changes })).map(({ code }) => code);
const ofPermission = (permission: Permission) =>
  codes({ permissions: [permission], budgets: [totalBudget(5n)] }).filter((code) => code !== "MIXED_UNITS");

describe("lint", () => {
  it("finds nothing in a careful session", () => {
    const usdc = { address: TOKEN, abi: ["function transfer(address to, uint256 amount)"] as const };
    const session = defineSession({
      account: ACCOUNT,
      chainId: 1,
      key: ALICE,
      now: 1_800_000_000,
      validUntil: 1_800_086_400,
      budgets: { usdc: weekly(5n), fees: total(parseEther("0.02")) },
      fees: "fees",
      permissions: [
        allow(usdc, "transfer", { to: oneOf(ALICE, TOKEN), amount: spend("usdc") }),
        allowTransfer(ALICE, spend("fees")),
      ],
    });
    expect(lint(session)).to.deep.equal([]);
  });

  it("finds what is dangerous in the header", () => {
    expect(codes({ feeBudget: 254 })).to.deep.equal(["UNLIMITED_FEES"]);
    expect(codes({ paymaster: ANY_PAYMASTER, feeBudget: 255 })).to.deep.equal(["ANY_PAYMASTER"]);
    expect(codes({ feeBudget: 255 })).to.deep.equal(["NOBODY_PAYS"]);
    expect(codes({ validUntil: 1_000_000 + 400 * 86_400, feeBudget: 255, paymaster: ALICE })).to.deep.equal([
      "LONG_LIFE",
    ]);
  });

  it("finds what is dangerous in permissions", () => {
    expect(ofPermission(anyCallPermission(TOKEN))).to.deep.equal(["ANY_CALL"]);
    expect(ofPermission(callAnyTargetPermission("0x12345678", { rules: [to] }))).to.deep.equal(["ANY_TARGET"]);
    expect(ofPermission(callPermission(TOKEN, "0x095ea7b3", { rules: [to] }))).to.deep.equal([
      "APPROVE_WITHOUT_BUDGET",
    ]);
    expect(
      ofPermission(callPermission(TOKEN, "0x095EA7B3".toLowerCase(), { charges: [argumentCharge(0, [32])] })),
    ).to.deep.equal([]);
    expect(ofPermission(callPermission(TOKEN, "0xa22cb465"))).to.deep.equal(["DANGEROUS_FUNCTION"]);
    expect(ofPermission(callPermission(TOKEN, "0xac9650d8"))).to.deep.equal(["DANGEROUS_FUNCTION"]);
    expect(ofPermission(callPermission(TOKEN, "0xd505accf"))).to.deep.equal(["DANGEROUS_FUNCTION"]);
    expect(ofPermission(callPermission(TOKEN, "0x39509351"))).to.deep.equal(["DANGEROUS_FUNCTION"]);
    expect(ofPermission(callPermission(TOKEN, TRANSFER, { rules: [rule("lte", [32], 5n)] }))).to.deep.equal([
      "UNBOUNDED_TRANSFER",
    ]);
    expect(ofPermission(callPermission(TOKEN, TRANSFER, { rules: [to] }))).to.deep.equal(["UNCOUNTED_AMOUNT"]);
    expect(ofPermission(callPermission(TOKEN, TRANSFER, { rules: [to], charges: [countCharge(0)] }))).to.deep.equal([]);
    expect(ofPermission(callPermission(TOKEN, "0x12345678"))).to.deep.equal(["FREE_ARGUMENTS"]);
  });

  it("knows functions by name where there is an ABI", () => {
    const session = simpleSession({ permissions: [callPermission(TOKEN, "0x4e71d92d", {})], feeBudget: 0 });
    expect(lint(session).map(({ code }) => code)).to.deep.equal(["FREE_ARGUMENTS"]);
    const claim = { contracts: { Drop: { address: TOKEN, abi: ["function claim()"] } } };
    expect(lint(session, claim)).to.deep.equal([]);
    const odd = { address: TOKEN, abi: ["function permit(address spender, bool all)"] };
    const [permission] = [{ ...session.permissions[0]!, selector: "0x00000001" }];
    const selector = "0x" + "00".repeat(4);
    expect(dangerOf({ selector, rules: [], charged: [] }, "permit")?.code).to.equal("DANGEROUS_FUNCTION");
    expect(dangerOf({ selector, rules: [], charged: [] }, "permitted")).to.equal(undefined);
    expect(lint({ ...session, permissions: [permission] }, { contracts: { Odd: odd } })[0]!.code).to.equal(
      "FREE_ARGUMENTS",
    );
  });

  it("finds native value that nothing counts", () => {
    expect(ofPermission(transferPermission(ALICE, 5n))).to.deep.equal(["UNCOUNTED_VALUE"]);
    expect(ofPermission(transferPermission(ALICE, MAX_UINT128))).to.deep.equal(["UNBOUNDED_VALUE"]);
    expect(ofPermission(transferPermission(ALICE, 5n, { charges: [valueCharge(0)] }))).to.deep.equal([]);
    expect(ofPermission(transferPermission(ALICE, 5n, { charges: [countCharge(0)] }))).to.deep.equal([]);
  });

  it("finds rules that are no bounds, or that nothing meets", () => {
    const ofRules = (...rules: Permission["rules"]) =>
      ofPermission(callPermission(TOKEN, "0x12345678", { rules })).filter((code) => code !== "BLOCKLIST");
    const sign = 1n << 255n;
    for (const always of [
      rule("gte", [0], 0n),
      rule("lte", [0], MAX_UINT256),
      rule("lte", [0], 255n, 255n),
      rule("lt", [0], 256n, 255n),
      rule("eq", [0], 0n, 0n),
      rule("neq", [0], 256n, 255n),
      rule("sgte", [0], sign),
      rule("slte", [0], sign - 1n),
      ratioRule("gte", [0], [32], 0n),
    ]) {
      expect(
        ofRules(always),
        JSON.stringify(always, (_k, v: unknown) => String(v)),
      ).to.deep.equal(["ALWAYS_HOLDS"]);
    }
    for (const never of [
      rule("lt", [0], 0n),
      rule("gt", [0], MAX_UINT256),
      rule("gt", [0], 255n, 255n),
      rule("gte", [0], 256n, 255n),
      rule("eq", [0], 256n, 255n),
      rule("slt", [0], sign),
      rule("sgt", [0], sign - 1n),
    ]) {
      expect(ofRules(never)).to.deep.equal(["NEVER_HOLDS"]);
    }
    expect(ofRules(rule("eq", [0], 1n), rule("eq", [0], 2n))).to.deep.equal(["NEVER_HOLDS"]);
    expect(ofRules(rule("neq", [0], BigInt(ALICE)))).to.deep.equal(["DIRTY_UPPER_BITS"]);
    expect(ofRules(rule("neq", [0], BigInt(ALICE), (1n << 160n) - 1n))).to.deep.equal([]);
    expect(ofRules(rule("gte", [0], 1n), ratioRule("gte", [0], [32], 1n))).to.deep.equal([]);
  });

  it("finds odd budgets and duplicates", () => {
    const permission = callPermission(TOKEN, TRANSFER, { charges: [argumentCharge(0, [32])] });
    const budgets = [totalBudget(0n), totalBudget(1n)];
    expect(codes({ permissions: [permission], budgets, feeBudget: 255, paymaster: ALICE })).to.deep.equal([
      "EMPTY_BUDGET",
      "UNUSED_BUDGET",
    ]);
    expect(codes({ permissions: [permission], budgets: [totalBudget(5n)] })).to.deep.equal(["MIXED_UNITS"]);
    const twice = { permissions: [permission, permission], feeBudget: 255, paymaster: ALICE };
    expect(codes(twice)).to.deep.equal(["DUPLICATE_PERMISSION"]);
  });

  it("puts the worst first, says where and why", () => {
    const findings = lint(simpleSession({ feeBudget: 254, paymaster: ANY_PAYMASTER, validUntil: 1_000_001 }));
    expect(findings.map(({ severity }) => severity)).to.deep.equal(["high", "medium"]);
    for (const { code, severity, where, message, why } of findings) {
      expect(LINT_CODES[code]).to.equal(severity);
      expect([where, message, why].every((text) => text.length > 5)).to.equal(true);
    }
  });

  it("raises nothing, whatever the session", () => {
    expect(codes({ validUntil: 0 })).to.deep.equal(["INVALID_SESSION"]);
    expect(lint(null as never).map(({ code }) => code)).to.deep.equal(["INVALID_SESSION"]);
    expect(lint({} as Session)[0]!.severity).to.equal("high");
    const known = Object.keys(LINT_CODES) as LintCode[];
    fc.assert(
      fc.property(sessionOf(1, 5), (session) => {
        for (const { code } of lint(session)) expect(known).to.include(code).and.not.equal("INVALID_SESSION");
      }),
    );
  });

  it("is quiet about zero", () => {
    expect(ofPermission(callPermission(TOKEN, "0x095ea7b3", { rules: [rule("eq", [32], 0n)] }))).to.deep.equal([]);
  });
});
