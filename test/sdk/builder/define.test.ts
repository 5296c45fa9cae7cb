import { expect } from "chai";
import { parseEther, parseUnits, Wallet, ZeroAddress } from "ethers";
import {
  allow,
  allowTransfer,
  ANY_PAYMASTER,
  count,
  daily,
  dangerouslySponsoredByAnyone,
  dangerouslyUnlimitedFees,
  defineSession,
  ecdsaKey,
  ENTRY_POINTS,
  eq,
  every,
  exactly,
  inDays,
  inHours,
  lte,
  monthly,
  oneOf,
  self,
  spend,
  sponsoredBy,
  stream,
  toSeconds,
  total,
  validateSession,
  weekly,
  type SessionDefinition,
} from "../../../sdk";
import { ACCOUNT, ALICE, expectCode, TOKEN, VALIDATOR } from "../arbitraries";

const BOB = "0xb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb0bb";
const NOW = 1_800_000_000;
const usdc = { address: TOKEN, abi: ["function transfer(address to, uint256 amount)"] as const };

const define = (changes: Partial<SessionDefinition> = {}) =>
  defineSession<string>({
    account: ACCOUNT,
    chainId: 1,
    key: ALICE,
    now: NOW,
    validUntil: NOW + 86_400,
    permissions: [allow(usdc, "transfer", { to: eq(BOB) })],
    fees: sponsoredBy(BOB),
    ...changes,
  });

describe("defineSession", () => {
  it("makes the session of the design's example", () => {
    const bot = Wallet.createRandom();
    const session = defineSession({
      account: ACCOUNT,
      chainId: 1,
      key: ecdsaKey(bot),
      validUntil: inDays(30),
      budgets: { usdc: weekly(parseUnits("100", 6)), fees: total(parseEther("0.02")) },
      fees: "fees",
      permissions: [allow(usdc, "transfer", { to: oneOf(ALICE, BOB), amount: spend("usdc") })],
    });
    validateSession(session);
    const now = Date.now() / 1000;
    expect(session.validAfter).to.be.closeTo(now - 60, 10);
    expect(session.validUntil).to.be.closeTo(now + 30 * 86_400, 10);
    expect(session).to.deep.include({
      account: ACCOUNT,
      chainId: 1n,
      epoch: 1n,
      signer: bot.address.toLowerCase(),
      paymaster: ZeroAddress,
      feeBudget: 1,
      budgets: [
        { kind: 1, limit: 100_000_000n, period: 604_800 },
        { kind: 0, limit: parseEther("0.02"), period: 0 },
      ],
    });
    expect(session.permissions.map(({ rules }) => rules[0]!.value)).to.deep.equal([BigInt(ALICE), BigInt(BOB)]);
  });

  it("salts at random", () => {
    expect(define().salt).to.not.equal(define().salt);
    expect(define({ salt: 7n }).salt).to.equal(7n);
  });

  it("takes keys as they come", () => {
    const wallet = Wallet.createRandom();
    for (const key of [wallet, wallet.address, ecdsaKey(wallet), { signer: wallet.address }]) {
      expect(define({ key }).signer).to.equal(wallet.address.toLowerCase());
    }
    expect(define({ key: `0x${"12".repeat(84)}` }).signer).to.have.length(170);
    expectCode(() => define({ key: ZeroAddress }), "INVALID_KEY");
    expectCode(() => define({ key: "0x1234" }), "InvalidSignerLength");
    expectCode(() => define({ key: {} as never }), "INVALID_HEX");
  });

  describe("times", () => {
    it("are Dates or seconds", () => {
      const until = new Date((NOW + 500) * 1000 + 999);
      expect(define({ validUntil: until, validAfter: NOW }).validUntil).to.equal(NOW + 500);
      expect(define().validAfter).to.equal(NOW - 60);
      expect(toSeconds(new Date("2026-12-22T10:00:00Z"), "x")).to.equal(1_797_933_600);
    });

    it("are no milliseconds, no durations, no past, no fractions", () => {
      expectCode(() => define({ validUntil: Date.now() + 86_400_000 }), "MILLISECONDS");
      expectCode(() => define({ validAfter: Date.now() }), "MILLISECONDS");
      const duration = expectCode(() => define({ validUntil: 31_536_000 }), "ALREADY_EXPIRED");
      expect(duration.message).to.contain("inDays()");
      expectCode(() => define({ validUntil: NOW }), "ALREADY_EXPIRED");
      expectCode(() => define({ validUntil: NOW + 0.5 }), "FRACTIONAL_TIME");
      expectCode(() => define({ validUntil: new Date("x") }), "INVALID_DATE");
      expectCode(() => define({ validUntil: "2026" as never }), "INVALID_DATE");
      expectCode(() => define({ validUntil: NaN }), "INVALID_DATE");
      expectCode(() => define({ validUntil: undefined as never }), "EXPIRY_MISSING");
      expectCode(() => define({ validUntil: 0 }), "ALREADY_EXPIRED");
      expectCode(() => define({ validAfter: NOW + 86_400 }), "InvalidTimeWindow");
    });

    it("come by durations", () => {
      expect(inDays(2, NOW)).to.equal(NOW + 172_800);
      expect(inHours(0.5, new Date(NOW * 1000))).to.equal(NOW + 1800);
      expect(inHours(1)).to.be.closeTo(Date.now() / 1000 + 3600, 5);
      for (const wrong of [0, -1, NaN, Infinity]) expectCode(() => inDays(wrong), "INVALID_DURATION");
    });
  });

  describe("budgets", () => {
    it("have periods", () => {
      expect([total(1n), daily(1n), weekly(1n), monthly(1n), every(60, 1n), stream(1n, 90)]).to.deep.equal([
        { kind: 0, limit: 1n, period: 0 },
        { kind: 1, limit: 1n, period: 86_400 },
        { kind: 1, limit: 1n, period: 604_800 },
        { kind: 1, limit: 1n, period: 2_592_000 },
        { kind: 1, limit: 1n, period: 60 },
        { kind: 2, limit: 1n, period: 90 },
      ]);
      const permissions = [allow(usdc, "transfer", { amount: spend("b") })];
      expectCode(() => define({ budgets: { b: every(59, 1n) }, permissions }), "InvalidBudgetPeriod");
      expectCode(() => define({ budgets: { b: total(-1n) }, permissions }), "INTEGER_OUT_OF_RANGE");
      expectCode(() => define({ budgets: { b: total(2n ** 104n) }, permissions }), "INTEGER_OUT_OF_RANGE");
    });

    it("are named, and used", () => {
      const permissions = [allow(usdc, "transfer", { amount: spend("usdc") })];
      expectCode(() => define({ permissions }), "UNKNOWN_BUDGET", { found: "usdc", allowed: [] });
      expectCode(() => define({ budgets: { usdc: total(1n) }, fees: "fees", permissions }), "UNKNOWN_BUDGET");
      expectCode(() => define({ budgets: { usdc: total(1n), fees: total(1n) }, permissions }), "UNUSED_BUDGET");
      expect(define({ budgets: { usdc: total(1n) }, fees: "usdc", permissions }).feeBudget).to.equal(0);
    });

    it("bound the value of one call too", () => {
      const permissions = [allowTransfer(BOB, spend("eth"))];
      const cap = (budget: ReturnType<typeof total>) =>
        define({ budgets: { eth: budget }, permissions }).permissions[0]!.maxValue;
      expect(cap(total(5n))).to.equal(5n);
      expect(cap(daily(6n))).to.equal(6n);
      expect(cap(stream(7n, 3600)), "a stream accrues").to.equal(2n ** 104n - 1n);
    });
  });

  describe("fees", () => {
    const fees = (value: SessionDefinition["fees"]) => {
      const { paymaster, feeBudget } = define({
        budgets: { f: total(1n) },
        fees: value,
        permissions: [allowTransfer(BOB, spend("f"))],
      });
      return { paymaster, feeBudget };
    };

    it("are paid from a budget, by a paymaster, or both, and by somebody", () => {
      expectCode(() => fees(undefined as never), "NOBODY_PAYS");
      expect(fees("f")).to.deep.equal({ paymaster: ZeroAddress, feeBudget: 0 });
      expect(fees(sponsoredBy(BOB))).to.deep.include({ feeBudget: 255 });
      expect(fees(sponsoredBy(BOB, { otherwise: "f" })).feeBudget).to.equal(0);
      expectCode(() => fees(sponsoredBy(BOB, { otherwise: "g" })), "UNKNOWN_BUDGET");
    });

    it("without a bound have dangerous names", () => {
      expect(fees(dangerouslyUnlimitedFees())).to.deep.equal({ paymaster: ZeroAddress, feeBudget: 254 });
      expect(fees(dangerouslySponsoredByAnyone())).to.deep.equal({ paymaster: ANY_PAYMASTER, feeBudget: 255 });
      expect(fees(dangerouslySponsoredByAnyone({ otherwise: "f" })).feeBudget).to.equal(0);
      expectCode(() => sponsoredBy(ANY_PAYMASTER), "DANGEROUS");
      expectCode(() => sponsoredBy(ZeroAddress), "DANGEROUS");
    });
  });

  describe("permissions", () => {
    it("are some, all different", () => {
      expectCode(() => define({ permissions: [] }), "EMPTY_PERMISSIONS");
      expectCode(() => define({ permissions: [[], [[]]] }), "EMPTY_PERMISSIONS");
      const again = [allow(usdc, "transfer", { to: eq(BOB) }), allow(usdc, "transfer", { to: oneOf(ALICE, BOB) })];
      expectCode(() => define({ permissions: again }), "DUPLICATE_PERMISSION", { found: 2, same: 0 });
      const own = [allow(usdc, "transfer", { to: self() }), allow(usdc, "transfer", { to: eq(ACCOUNT) })];
      expectCode(() => define({ permissions: own }), "DUPLICATE_PERMISSION");
    });

    it("are at most 1,024, with 16 rules and 8 charges each", () => {
      const plans = Array.from({ length: 1025 }, (_, i) => allow(usdc, "transfer", { to: eq(BOB), amount: lte(i) }));
      expect(define({ permissions: plans.slice(1) }).permissions).to.have.length(1024);
      expectCode(() => define({ permissions: plans }), "TOO_MANY_PERMISSIONS", { found: 1025, max: 1024 });
      const f = { address: TOKEN, abi: ["function f(uint256[] x)"] as const };
      const list = (size: number) => exactly(Array.from({ length: size }, (_, i) => i));
      expect(define({ permissions: [allow(f, "f", { x: list(15) })] }).permissions[0]!.rules).to.have.length(16);
      expectCode(() => define({ permissions: [allow(f, "f", { x: list(16) })] }), "TooManyRules", {
        found: 17n,
        max: 16n,
      });
      const names = Array.from({ length: 9 }, (_, i) => `b${i}`);
      const counted = (size: number) => ({
        budgets: Object.fromEntries(names.slice(0, size).map((name) => [name, total(5n)])),
        permissions: [allow(f, "f", {}, { calls: count(...names.slice(0, size)) })],
      });
      expect(define(counted(8)).permissions[0]!.charges).to.have.length(8);
      expectCode(() => define(counted(9)), "TooManyCharges", { found: 9n, max: 8n });
    });

    it("name no forbidden target", () => {
      const at = (address: string) =>
        define({ validator: VALIDATOR, permissions: [allow({ ...usdc, address }, "transfer", { to: eq(BOB) })] });
      for (const target of [ACCOUNT, ZeroAddress, ENTRY_POINTS["0.8"], VALIDATOR]) {
        expectCode(() => at(target), "FORBIDDEN_TARGET");
      }
      expectCode(() => define({ permissions: [allowTransfer(ACCOUNT, lte(1n))] }), "FORBIDDEN_TARGET");
    });
  });

  it("takes as many budgets as the contract", () => {
    const names = Array.from({ length: 17 }, (_, i) => `b${i}`);
    const budgets = Object.fromEntries(names.map((name) => [name, total(5n)]));
    const permissions = names.map((name) => allowTransfer(BOB, spend(name), { calls: count(name) }));
    expectCode(() => define({ budgets, permissions }), "TooManyBudgets");
  });

  it("builds 1,024 permissions in well under a second", () => {
    const f = { address: TOKEN, abi: ["function f(address to, uint256 id, uint256 amount)"] as const };
    const ids = Array.from({ length: 512 }, (_, i) => i);
    const start = performance.now();
    const session = define({
      budgets: { b: weekly(5n) },
      permissions: [allow(f, "f", { to: oneOf(ALICE, BOB), id: oneOf(...ids), amount: spend("b") })],
    });
    expect(session.permissions).to.have.length(1024);
    expect(performance.now() - start).to.be.lessThan(5_000);
  });
});
