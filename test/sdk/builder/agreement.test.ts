import { expect } from "chai";
import { concat, getAddress, Interface } from "ethers";
import {
  allow,
  all,
  between,
  checkCalls,
  defineSession,
  element,
  eq,
  gt,
  gte,
  length,
  lt,
  lte,
  not,
  oneOf,
  SessionKeyError,
  sponsoredBy,
  spend,
  STATUSES,
  total,
  type Condition,
  type RuleInput,
  type Session,
} from "../../../sdk";
import { ACCOUNT, ALICE, TOKEN, VALIDATOR } from "../arbitraries";
import { encodeArguments, isWord, Random, randomCall, withLeaf, type Leaf, type RandomCall } from "./randomAbi";

const NOW = 1_800_000_000;

function sessionFor(call: RandomCall, rules: Record<string, RuleInput>, budgets = {}): Session {
  const source = { address: TOKEN, abi: new Interface([call.fragment]) };
  const permissions = [allow(source, call.fragment.name, rules)];
  const fees = sponsoredBy(ALICE);
  const validUntil = NOW + 600;
  return defineSession({ account: ACCOUNT, chainId: 1, key: ALICE, now: NOW, validUntil, budgets, fees, permissions });
}

function verdict(session: Session, call: RandomCall, values = call.values): string {
  const data = concat([call.fragment.selector, encodeArguments(call.params, values)]);
  const state = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };
  const result = checkCalls({
    session,
    calls: [{ target: TOKEN, value: 0n, data }],
    mode: "use",
    validator: VALIDATOR,
    state,
    paymaster: ALICE,
  });
  return result.outcome === "refused" ? result.name : result.outcome;
}

/** The rule for one leaf, wrapped in the structs and arrays on the way to it. */
function at(leaf: Leaf, condition: Condition<unknown>): Record<string, RuleInput> {
  const wrapped = leaf.steps.reduceRight<RuleInput>(
    (inner, step, depth) => (depth === 0 ? inner : typeof step === "number" ? element(step, inner) : { [step]: inner }),
    condition,
  );
  return { [leaf.steps[0]!]: wrapped };
}

/** Another value of the same type, as near as there is one. */
function oneStepOff({ type, value }: Leaf): unknown {
  if (type === "bool") return !(value as boolean);
  if (typeof value === "bigint") return value + 1n;
  const flipped = (BigInt(value as string) ^ 1n).toString(16).padStart((value as string).length - 2, "0");
  return type === "address" ? getAddress(`0x${flipped}`) : `0x${flipped}`;
}

function isTooDeep(error: unknown): boolean {
  return error instanceof SessionKeyError && error.code === "PATH_TOO_LONG";
}

describe("builder and check agree", function () {
  this.timeout(60_000);
  const random = new Random(7579);
  const calls = Array.from({ length: 60 }, () => randomCall(random, "f", 2));

  const eachLeaf = (test: (call: RandomCall, leaf: Leaf) => void, wanted: (leaf: Leaf) => boolean) => {
    let tested = 0;
    for (const call of calls) {
      const leaves = call.leaves.filter(wanted);
      if (leaves.length === 0) continue;
      try {
        test(call, random.pick(leaves));
        tested++;
      } catch (error) {
        if (!isTooDeep(error)) throw error;
      }
    }
    expect(tested).to.be.greaterThan(20);
  };
  const isValue = ({ type }: Leaf) => isWord(type);
  const isNumber = ({ value }: Leaf) => typeof value === "bigint";

  it("on equality, of any type: the value passes, one step off does not", () => {
    eachLeaf((call, leaf) => {
      const session = sessionFor(call, at(leaf, eq(leaf.value)));
      const other = withLeaf(call, leaf, oneStepOff(leaf));
      expect(verdict(session, call), leaf.text).to.equal("accepted");
      expect(verdict(session, call, other), leaf.text).to.equal("NO_PERMISSION");
      const opposite = sessionFor(call, at(leaf, not(leaf.value)));
      expect(verdict(opposite, call), leaf.text).to.equal("NO_PERMISSION");
      expect(verdict(opposite, call, other), leaf.text).to.equal("accepted");
      const either = sessionFor(call, at(leaf, oneOf(leaf.value, oneStepOff(leaf))));
      expect(either.permissions).to.have.length(2);
      expect([verdict(either, call), verdict(either, call, other)]).to.deep.equal(["accepted", "accepted"]);
    }, isValue);
  });

  it("on order, signed or not: the bound passes, one beyond does not", () => {
    eachLeaf((call, leaf) => {
      const value = leaf.value as bigint;
      const [below, above] = [withLeaf(call, leaf, value - 1n), withLeaf(call, leaf, value + 1n)];
      const judge = (condition: Condition<unknown>) => {
        const session = sessionFor(call, at(leaf, condition));
        return [below, call.values, above].map((values) => verdict(session, call, values) === "accepted");
      };
      const where = `${leaf.type} ${leaf.text}`;
      expect(judge(lt(value)), where).to.deep.equal([true, false, false]);
      expect(judge(lte(value)), where).to.deep.equal([true, true, false]);
      expect(judge(gt(value)), where).to.deep.equal([false, false, true]);
      expect(judge(gte(value)), where).to.deep.equal([false, true, true]);
      expect(judge(between(value - 1n, value)), where).to.deep.equal([true, true, false]);
      expect(judge(all(gte(value), lte(value))), where).to.deep.equal([false, true, false]);
    }, isNumber);
  });

  it("on lengths", () => {
    eachLeaf(
      (call, leaf) => {
        const size = leaf.value as number;
        expect(verdict(sessionFor(call, at(leaf, length(size))), call), leaf.text).to.equal("accepted");
        expect(verdict(sessionFor(call, at(leaf, length(size + 1))), call), leaf.text).to.equal("NO_PERMISSION");
        expect(verdict(sessionFor(call, at(leaf, length(lte(size)))), call), leaf.text).to.equal("accepted");
        expect(verdict(sessionFor(call, at(leaf, length(gt(size)))), call), leaf.text).to.equal("NO_PERMISSION");
      },
      ({ isLength }) => isLength,
    );
  });

  it("on budgets: as much passes, one more does not", () => {
    eachLeaf(
      (call, leaf) => {
        const limit = leaf.value as bigint;
        if (limit >= 2n ** 104n) return;
        const session = sessionFor(call, at(leaf, spend("b")), { b: total(limit) });
        const less = sessionFor(call, at(leaf, spend("b")), { b: total(limit - 1n) });
        expect(verdict(session, call), leaf.text).to.equal("accepted");
        expect(verdict(less, call), leaf.text).to.equal("BudgetExceeded");
      },
      ({ type, value }) => typeof value === "bigint" && type.startsWith("uint"),
    );
  });
});
