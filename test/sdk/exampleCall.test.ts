import { expect } from "chai";
import { Interface } from "ethers";
import {
  all,
  allow,
  argumentCharge,
  between,
  callAnyTargetPermission,
  callPermission,
  defineSession,
  elements,
  eq,
  exactly,
  exampleCall,
  gt,
  inDays,
  length,
  lt,
  mask,
  not,
  oneOf,
  prefix,
  ratioRule,
  rule,
  self,
  spend,
  total,
  transferPermission,
  anyCallPermission,
  atLeastOf,
  type PermissionPlan,
} from "../../sdk";
import { refusal } from "../../sdk/judge";
import { ACCOUNT, ALICE, TOKEN } from "./arbitraries";

const SELECTOR = "0x12345678";
const ABI = new Interface([
  "function pay(address to, int256 amount, bytes4 tag, uint256 min, uint256 paid)",
  "function many(uint256 first, address[] path, (bytes note, uint8[2] pair)[] items, string text)",
]);

const target = { target: TOKEN };

/** The permissions of a plan, as a session has them. */
function permissionsOf(plan: PermissionPlan, budgets = {}) {
  const common = { account: ACCOUNT, chainId: 1, key: ALICE, validUntil: inDays(1) };
  const paid = { budgets: { ...budgets, fees: total(1n) }, fees: "fees" as const };
  return defineSession({ ...common, ...paid, permissions: [plan] }).permissions;
}

describe("exampleCall", () => {
  const plans: [string, PermissionPlan][] = [
    ["no rules", allow(ABI, "many", {}, target)],
    [
      "addresses, signs, parts of words",
      allow(ABI, "pay", { to: oneOf(ALICE, TOKEN), amount: lt(-5), tag: prefix("0x12") }, target),
    ],
    [
      "the account, a range, a mask",
      allow(ABI, "pay", { to: self(), amount: between(3, 9), min: mask(12n, 4n) }, target),
    ],
    [
      "strict bounds and exceptions",
      allow(ABI, "pay", { to: not(ALICE), amount: all(gt(1), lt(3)), min: gt(0n) }, target),
    ],
    ["another argument", allow(ABI, "pay", { paid: eq(7), min: atLeastOf("paid", "1.5") }, target)],
    ["dynamic arguments", allow(ABI, "many", { path: exactly([TOKEN, ALICE]), text: exactly("hello") }, target)],
    ["lists of structs", allow(ABI, "many", { items: elements([{ note: length(3), pair: eq([1, 2]) }]) }, target)],
  ];
  for (const [name, plan] of plans) {
    it(`meets its permission: ${name}`, () => {
      for (const permission of permissionsOf(plan)) {
        const call = exampleCall(permission);
        expect(call, "found none").to.not.equal(undefined);
        expect(refusal(permission, call!, 0)).to.equal(undefined);
      }
    });
  }

  it("has the words that are charged, and charges nothing", () => {
    const plan = allow(ABI, "pay", { to: eq(ALICE), min: spend("usdc") }, target);
    const [permission] = permissionsOf(plan, { usdc: total(5n) });
    expect(exampleCall(permission!)?.data).to.have.length(2 + 8 + 4 * 64);
    expect(BigInt(`0x${exampleCall(permission!)!.data.slice(-64)}`)).to.equal(0n);
  });

  it("of every kind of permission", () => {
    expect(exampleCall(transferPermission(ALICE, 5n))).to.deep.equal({ target: ALICE, value: 0n, data: "0x" });
    expect(exampleCall(anyCallPermission(TOKEN))).to.deep.equal({ target: TOKEN, value: 0n, data: "0x00000000" });
    expect(exampleCall(callPermission(TOKEN, SELECTOR))?.data).to.equal(SELECTOR);
    expect(exampleCall(callAnyTargetPermission(SELECTOR))?.target).to.not.equal(undefined);
  });

  it("is none where nothing is allowed", () => {
    const never = { rules: [rule("eq", [0], 1n), rule("eq", [0], 2n)] };
    expect(exampleCall(callPermission(TOKEN, SELECTOR, never))).to.equal(undefined);
    const once = { rules: [rule("eq", [0], 1n)] };
    expect(exampleCall(callPermission(TOKEN, SELECTOR, once))).to.not.equal(undefined);
  });

  it("follows ratios and charges behind offsets", () => {
    const rules = [ratioRule("gt", [32], [64, 0], 2n * 10n ** 18n), rule("gte", [64, 0], 7n)];
    const permission = callPermission(TOKEN, SELECTOR, { rules, charges: [argumentCharge(0, [64, 32])] });
    expect(refusal(permission, exampleCall(permission)!, 0)).to.equal(undefined);
  });
});
