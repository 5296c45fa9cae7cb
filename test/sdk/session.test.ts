import { expect } from "chai";
import * as fc from "fast-check";
import { ZeroAddress } from "ethers";
import {
  anyCallPermission,
  argumentCharge,
  callAnyTargetPermission,
  callPermission,
  countCharge,
  ENTRY_POINTS,
  MAX_UINT256,
  normalizeSession,
  periodicBudget,
  ratioRule,
  rule,
  sessionId,
  streamBudget,
  totalBudget,
  transferPermission,
  validateSession,
  valueCharge,
  type Permission,
  type Session,
} from "../../sdk";
import { permissionHeight } from "../../sdk/session";
import { ACCOUNT, ALICE, expectCode, sessionOf, simpleSession, TOKEN } from "./arbitraries";

type Refusal = [name: string, changes: Partial<Session>, code: string, twin: Partial<Session>];

const permission = (changes: Partial<Permission>): Partial<Session> => ({
  permissions: [{ ...simpleSession().permissions[0]!, ...changes }],
});

const anEq = rule("eq", [0], 1n);
const some = <Item>(count: number, item: Item): Item[] => Array<Item>(count).fill(item);

/** Each refusal beside its accepted twin. */
const REFUSALS: Refusal[] = [
  ["a start of 0", { validAfter: 0 }, "InvalidTimeWindow", { validAfter: 1_999_000 }],
  ["an end at the start", { validUntil: 1_000_000 }, "InvalidTimeWindow", { validUntil: 1_000_001 }],
  [
    "an end of 2^47",
    { validUntil: 2 ** 47, budgets: [totalBudget(1n)] },
    "InvalidTimeWindow",
    { validUntil: 2 ** 47 - 1, budgets: [totalBudget(1n)] },
  ],
  ["half a second", { validAfter: 1.5 }, "FRACTIONAL_TIME", { validAfter: 1_500_000 }],
  ["the zero account", { account: ZeroAddress }, "FORBIDDEN_ACCOUNT", { account: ALICE }],
  [
    "a bad checksum",
    { account: "0xACC0Acc0acc0acc0acc0acc0acc0acc0acc0acc0" },
    "INVALID_ADDRESS",
    { account: ACCOUNT.toLowerCase() },
  ],
  ["a salt of 2^64", { salt: 2n ** 64n }, "INTEGER_OUT_OF_RANGE", { salt: 2n ** 64n - 1n }],
  ["an epoch of 2^64", { epoch: 2n ** 64n }, "INTEGER_OUT_OF_RANGE", { epoch: 2n ** 64n - 1n }],
  ["a negative chain", { chainId: -1n }, "INTEGER_OUT_OF_RANGE", { chainId: 2n ** 256n - 1n }],
  [
    "a signer of 19 bytes",
    { signer: "0x" + "11".repeat(19) },
    "InvalidSignerLength",
    { signer: "0x" + "11".repeat(21) },
  ],
  [
    "a signer of 1,025 bytes",
    { signer: "0x" + "11".repeat(1025) },
    "InvalidSignerLength",
    { signer: "0x" + "11".repeat(1024) },
  ],
  ["an odd signer", { signer: "0x1" }, "INVALID_HEX", { signer: "0x" + "AB".repeat(20) }],
  ["17 budgets", { budgets: some(17, totalBudget(1n)) }, "TooManyBudgets", { budgets: some(16, totalBudget(1n)) }],
  ["fees from a missing budget", { feeBudget: 1 }, "InvalidFeeBudget", { feeBudget: 0 }],
  ["fee policy 253", { feeBudget: 253 }, "InvalidFeeBudget", { feeBudget: 255 }],
  [
    "an unknown kind of budget",
    { budgets: [{ ...totalBudget(1n), kind: 3 }] },
    "UnknownBudgetKind",
    { budgets: [totalBudget(1n)] },
  ],
  [
    "a total with a period",
    { budgets: [{ ...totalBudget(1n), period: 60 }] },
    "InvalidBudgetPeriod",
    { budgets: [totalBudget(0n)] },
  ],
  [
    "a limit of 2^104",
    { budgets: [totalBudget(2n ** 104n)] },
    "INTEGER_OUT_OF_RANGE",
    { budgets: [totalBudget(2n ** 104n - 1n)] },
  ],
  [
    "a period of 59",
    { budgets: [periodicBudget(1n, 59)] },
    "InvalidBudgetPeriod",
    { budgets: [periodicBudget(1n, 60)] },
  ],
  [
    "2^20 periods",
    { validUntil: 1_000_001 + 60 * (2 ** 20 - 1), budgets: [streamBudget(1n, 60)] },
    "InvalidBudgetPeriod",
    { validUntil: 1_000_000 + 60 * (2 ** 20 - 1), budgets: [streamBudget(1n, 60)] },
  ],
  [
    "a period of 2^32",
    { budgets: [periodicBudget(1n, 2 ** 32)] },
    "INTEGER_OUT_OF_RANGE",
    { budgets: [periodicBudget(1n, 2 ** 32 - 1)] },
  ],
  ["no permission", { permissions: [] }, "EMPTY_PERMISSIONS", {}],
  [
    "1,025 permissions",
    { permissions: some(1025, anyCallPermission(TOKEN)) },
    "TreeTooHigh",
    { permissions: some(1024, anyCallPermission(TOKEN)) },
  ],
  ["an unknown kind", permission({ kind: 3 }), "UnknownPermissionKind", permission({ kind: 0 })],
  [
    "ANY_TARGET with TRANSFER",
    permission({ kind: 0x81 }),
    "UnknownPermissionKind",
    permission({ kind: 0x80, target: ZeroAddress }),
  ],
  [
    "ANY_TARGET with a target",
    permission({ kind: 0x80 }),
    "UNEXPECTED_TARGET",
    permission({ kind: 0x80, target: ZeroAddress }),
  ],
  ["the account as target", permission({ target: ACCOUNT }), "FORBIDDEN_TARGET", permission({ target: ALICE })],
  ["the zero target", permission({ target: ZeroAddress }), "FORBIDDEN_TARGET", permission({ target: ALICE })],
  [
    "an EntryPoint as target",
    permission({ target: ENTRY_POINTS["0.6"] }),
    "FORBIDDEN_TARGET",
    permission({ target: ALICE }),
  ],
  [
    "a selector on ANY_CALL",
    permission({ kind: 2 }),
    "UNEXPECTED_SELECTOR",
    permission({ kind: 2, selector: "0x00000000" }),
  ],
  [
    "a selector of 3 bytes",
    permission({ selector: "0x123456" }),
    "INVALID_HEX",
    permission({ selector: "0x00000000" }),
  ],
  [
    "a cap of 2^128",
    permission({ maxValue: 2n ** 128n }),
    "INTEGER_OUT_OF_RANGE",
    permission({ maxValue: 2n ** 128n - 1n }),
  ],
  ["17 rules", permission({ rules: some(17, anEq) }), "TooManyRules", permission({ rules: some(16, anEq) })],
  [
    "9 charges",
    permission({ charges: some(9, countCharge(0)) }),
    "TooManyCharges",
    permission({ charges: some(8, countCharge(0)) }),
  ],
  [
    "an unknown op",
    permission({ rules: [{ ...anEq, op: 10 }] }),
    "UnknownOp",
    permission({ rules: [{ ...anEq, op: 9 }] }),
  ],
  [
    "an empty path",
    permission({ rules: [rule("eq", [], 1n)] }),
    "InvalidPathLength",
    permission({ rules: [rule("eq", [1, 2, 3, 4], 1n)] }),
  ],
  [
    "a path of 5",
    permission({ rules: [rule("eq", [1, 2, 3, 4, 5], 1n)] }),
    "InvalidPathLength",
    permission({ rules: [ratioRule("eq", [0], [1, 2, 3, 4], 1n)] }),
  ],
  [
    "a second path of 5",
    permission({ rules: [ratioRule("eq", [0], some(5, 0), 1n)] }),
    "InvalidPathLength",
    permission({ rules: [ratioRule("eq", [0], [], 1n)] }),
  ],
  [
    "an offset of 65,536",
    permission({ rules: [rule("eq", [65_536], 1n)] }),
    "INTEGER_OUT_OF_RANGE",
    permission({ rules: [rule("eq", [65_535], 1n)] }),
  ],
  [
    "a value of 2^256",
    permission({ rules: [rule("eq", [0], MAX_UINT256 + 1n)] }),
    "INTEGER_OUT_OF_RANGE",
    permission({ rules: [rule("eq", [0], MAX_UINT256)] }),
  ],
  [
    "a negative mask",
    permission({ rules: [rule("eq", [0], 1n, -1n)] }),
    "INTEGER_OUT_OF_RANGE",
    permission({ rules: [rule("eq", [0], 1n, 0n)] }),
  ],
  [
    "a charge to a missing budget",
    permission({ charges: [countCharge(1)] }),
    "UnknownBudget",
    permission({ charges: [countCharge(0)] }),
  ],
  [
    "an unknown source",
    permission({ charges: [{ ...countCharge(0), source: 3 }] }),
    "UnknownSource",
    permission({ charges: [valueCharge(0)] }),
  ],
  [
    "a COUNT with a path",
    permission({ charges: [{ ...countCharge(0), path: [0] }] }),
    "InvalidPathLength",
    permission({ charges: [argumentCharge(0, [0])] }),
  ],
  [
    "an ARGUMENT without a path",
    permission({ charges: [argumentCharge(0, [])] }),
    "InvalidPathLength",
    permission({ charges: [argumentCharge(0, [0, 0])] }),
  ],
];

describe("session", () => {
  for (const [name, changes, code, twin] of REFUSALS) {
    it(`refuses ${name}`, () => {
      validateSession(simpleSession(twin));
      expectCode(() => validateSession(simpleSession(changes)), code);
    });
  }

  it("takes every session that the generator makes, and normalising keeps the id", () => {
    fc.assert(
      fc.property(sessionOf(1, 4), (session) => {
        const upper = {
          ...session,
          signer: `0x${session.signer.slice(2).toUpperCase()}`,
          account: session.account.toLowerCase(),
        };
        expect(normalizeSession(upper)).to.deep.equal(normalizeSession(session)).and.to.deep.equal(session);
        expect(sessionId(upper)).to.equal(sessionId(session));
      }),
      { numRuns: 50 },
    );
  });

  it("names what was found and what is allowed", () => {
    const error = expectCode(() => validateSession(simpleSession({ feeBudget: 7 })), "InvalidFeeBudget", {
      feeBudget: 7n,
      budgetCount: 1n,
    });
    expect(error.message).to.equal("InvalidFeeBudget: feeBudget 7, budgetCount 1");
    expectCode(() => validateSession(simpleSession(permission({ maxValue: -1n }))), "INTEGER_OUT_OF_RANGE", {
      name: "permissions[0].maxValue",
    });
  });

  it("is made of small constructors", () => {
    const session = simpleSession({
      budgets: [totalBudget(1n), periodicBudget(2n, 604_800), streamBudget(3n, 604_800)],
      permissions: [
        callPermission(TOKEN, "0xa9059cbb", { rules: [anEq], charges: [argumentCharge(0, [32])] }),
        transferPermission(ALICE, 5n, { charges: [valueCharge(1)] }),
        anyCallPermission(TOKEN),
        callAnyTargetPermission("0xa9059cbb", { maxValue: 1n }),
        callPermission(TOKEN, "0x095ea7b3"),
      ],
    });
    validateSession(session);
    expect(permissionHeight(session)).to.equal(3);
    expect(session.permissions[1]).to.deep.equal({
      kind: 1,
      target: ALICE,
      selector: "0x00000000",
      maxValue: 5n,
      rules: [],
      charges: [{ budget: 1, source: 1, path: [] }],
    });
  });
});
