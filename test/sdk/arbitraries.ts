import { expect } from "chai";
import * as fc from "fast-check";
import { getAddress, hexlify, ZeroAddress } from "ethers";
import {
  ANY_PAYMASTER,
  CHARGE_SOURCES,
  ENTRY_POINTS,
  MAX_UINT256,
  PERMISSION_KINDS,
  SessionKeyError,
  type Budget,
  type Call,
  type Charge,
  type Permission,
  type Rule,
  type Session,
} from "../../sdk";

export const VALIDATOR = getAddress("0x5e55105e55105e55105e55105e55105e55105e55");
export const ACCOUNT = getAddress("0xacc0acc0acc0acc0acc0acc0acc0acc0acc0acc0");
export const TOKEN = getAddress("0x70ce70ce70ce70ce70ce70ce70ce70ce70ce70ce");
export const ALICE = getAddress("0xa11ca11ca11ca11ca11ca11ca11ca11ca11ca11c");

export const bytesHex = (min: number, max = min) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => hexlify(bytes));
const forbidden: string[] = [ZeroAddress, ...Object.values(ENTRY_POINTS), ACCOUNT];
export const address = bytesHex(20)
  .map(getAddress)
  .filter((found) => !forbidden.includes(found));
export const uint = (bits: number) =>
  fc.oneof(fc.bigInt(0n, 2n ** BigInt(bits) - 1n), fc.constantFrom(0n, 1n, 2n ** BigInt(bits) - 1n));
const path = (minLength: number) => fc.array(fc.nat(65535), { minLength, maxLength: 4 });

export const rule: fc.Arbitrary<Rule> = fc.record({
  op: fc.nat(9),
  path: path(1),
  other: path(0),
  mask: fc.oneof(uint(256), fc.constant(MAX_UINT256)),
  value: uint(256),
});

const charge = (budgets: number): fc.Arbitrary<Charge> =>
  fc.tuple(fc.nat(budgets - 1), fc.nat(2), path(1)).map(([budget, source, at]) => ({
    budget,
    source,
    path: source === CHARGE_SOURCES.argument ? at : [],
  }));

const permission = (budgets: number): fc.Arbitrary<Permission> =>
  fc
    .record({
      kind: fc.constantFrom(...Object.values(PERMISSION_KINDS)),
      target: address,
      selector: bytesHex(4),
      maxValue: uint(128),
      rules: fc.array(rule, { maxLength: 3 }),
      charges: budgets === 0 ? fc.constant([]) : fc.array(charge(budgets), { maxLength: 3 }),
    })
    .map((raw) => ({
      ...raw,
      target: raw.kind === PERMISSION_KINDS.callAnyTarget ? ZeroAddress : raw.target,
      selector:
        raw.kind === PERMISSION_KINDS.call || raw.kind === PERMISSION_KINDS.callAnyTarget ? raw.selector : "0x00000000",
    }));

const budget: fc.Arbitrary<Budget> = fc
  .tuple(fc.nat(2), uint(104), fc.integer({ min: 100_000, max: 2 ** 32 - 1 }))
  .map(([kind, limit, period]) => ({ kind, limit, period: kind === 0 ? 0 : period }));

/** A valid session of `min` to `max` permissions. */
export const sessionOf = (min: number, max: number): fc.Arbitrary<Session> =>
  fc
    .tuple(
      fc.array(budget, { maxLength: 16 }),
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.integer({ min: 1, max: 10 ** 10 }),
    )
    .chain(([budgets, validAfter, length]) =>
      fc.record({
        account: fc.constant(ACCOUNT),
        chainId: uint(256),
        epoch: uint(64),
        salt: uint(64),
        signer: bytesHex(20, 90),
        validAfter: fc.constant(validAfter),
        validUntil: fc.constant(validAfter + length),
        paymaster: fc.oneof(fc.constantFrom(ZeroAddress, ANY_PAYMASTER), address),
        feeBudget: fc.constantFrom(254, 255, ...budgets.keys()),
        budgets: fc.constant(budgets),
        permissions: fc.array(permission(budgets.length), { minLength: min, maxLength: max }),
      }),
    );

/** A call that a permission without rules allows. */
export const callFor = (permission: Permission, data = "0x"): Call => ({
  target: permission.kind === PERMISSION_KINDS.callAnyTarget ? TOKEN : permission.target,
  value: permission.maxValue,
  data: permission.kind === PERMISSION_KINDS.transfer ? "0x" : permission.selector + data.slice(2),
});

/** A small valid session: transfers of TOKEN, at most 100 a week, fees without limit. */
export const simpleSession = (changes: Partial<Session> = {}): Session => ({
  account: ACCOUNT,
  chainId: 31337n,
  epoch: 1n,
  salt: 7n,
  signer: "0x" + "51".repeat(20),
  validAfter: 1_000_000,
  validUntil: 3_000_000,
  paymaster: ZeroAddress,
  feeBudget: 254,
  budgets: [{ kind: 1, limit: 100n, period: 604_800 }],
  permissions: [
    {
      kind: PERMISSION_KINDS.call,
      target: TOKEN,
      selector: "0xa9059cbb",
      maxValue: 0n,
      rules: [],
      charges: [{ budget: 0, source: CHARGE_SOURCES.argument, path: [32] }],
    },
  ],
  ...changes,
});

/** Asserts that `act` raises a SessionKeyError of that code, and returns it. */
export function expectCode(act: () => unknown, code: string, details?: Record<string, unknown>): SessionKeyError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `expected ${code}, nothing was raised`).to.be.instanceOf(SessionKeyError);
  const error = thrown as SessionKeyError;
  expect(error.code, error.message).to.equal(code);
  if (details) expect(error.details).to.deep.include(details);
  return error;
}
