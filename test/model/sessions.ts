import * as fc from "fast-check";
import { getAddress, id, toBeHex, ZeroAddress } from "ethers";
import {
  argumentCharge,
  callPermission,
  countCharge,
  FEES_UNLIMITED,
  periodicBudget,
  rule,
  streamBudget,
  totalBudget,
  transferPermission,
  valueCharge,
  type Budget,
  type Permission,
  type Session,
} from "../../sdk";
import { GAS } from "../helpers/operations";
import type { World } from "../helpers/world";
import { RECORDER_INTERFACE } from "./chain";

// Every session of the model has the same permissions, but its own recipient, spender and payee: so what flows out can be
// laid at the door of one session by looking at balances and allowances alone.

/** Gas of the operations: three calls of the recorder are the most expensive. */
export const MODEL_GAS = { ...GAS, callGasLimit: 1_000_000n };

/** The most that such an operation costs, in wei. */
export const FEE =
  (MODEL_GAS.callGasLimit + MODEL_GAS.verificationGasLimit + MODEL_GAS.preVerificationGas) * MODEL_GAS.maxFeePerGas;

export const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
export const APPROVE = id("approve(address,uint256)").slice(0, 10);
/** Unknown to the recorder, whose fallback remembers it. */
export const ACT = id("act(uint256,uint256)").slice(0, 10);
export const FAIL = RECORDER_INTERFACE.getFunction("fail").selector;

/** Greatest second argument of {@link ACT}, native value of one call of it, and of one payment. */
export const MAX_ACT = 100n;
export const MAX_ACT_VALUE = 5n;
export const MAX_PAYMENT = 7n;

/** Indexes of the budgets. */
export const TOKENS = 0;
export const CALLS = 1;
export const NATIVE = 2;
export const FEES = 3;

/** Who gets what from the session with that number. */
export function partyOf(role: "recipient" | "spender" | "payee", number: number): string {
  const roles = { recipient: 0xa0, spender: 0xb0, payee: 0xc0 };
  return getAddress(toBeHex((BigInt(roles[role]) << 152n) + BigInt(number), 20));
}

/** What differs from one session to the next. */
export interface Shape {
  readonly tokens: Budget;
  readonly calls: number;
  readonly native: number;
  /** How many operations the fee budget pays for; unlimited if left out. */
  readonly operations: number | undefined;
  /** Seconds from the grant to the first valid one. */
  readonly delay: number;
  readonly seconds: number;
}

const period = fc.constantFrom(60, 100, 1_000);
const limit = fc.bigInt(20n, 120n);

export const shape: fc.Arbitrary<Shape> = fc.record({
  tokens: fc.oneof(
    limit.map(totalBudget),
    fc.tuple(limit, period).map(([amount, every]) => periodicBudget(amount, every)),
    fc.tuple(limit, period).map(([amount, every]) => streamBudget(10n * amount, every)),
  ),
  calls: fc.integer({ min: 2, max: 12 }),
  native: fc.integer({ min: 5, max: 60 }),
  operations: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  delay: fc.constantFrom(-50, -50, -50, -50, -50, -50, 0, 90),
  seconds: fc.constantFrom(400, 5_000, 100_000),
});

/** The session with that number of the account, granted at `time`. */
export function sessionFrom(
  world: World,
  account: string,
  epoch: bigint,
  number: number,
  time: number,
  { tokens, calls, native, operations, delay, seconds }: Shape,
): Session {
  const validAfter = time + delay;
  return {
    account,
    chainId: world.chainId,
    epoch,
    salt: BigInt(number),
    signer: world.key.address.toLowerCase(),
    validAfter,
    validUntil: validAfter + seconds,
    paymaster: ZeroAddress,
    feeBudget: operations === undefined ? FEES_UNLIMITED : FEES,
    budgets: [
      tokens,
      totalBudget(BigInt(calls)),
      totalBudget(BigInt(native)),
      totalBudget(BigInt(operations ?? 0) * FEE),
    ],
    permissions: permissionsOf(world, number),
  };
}

/** In the order of {@link DEEDS}. */
function permissionsOf({ tokenAddress, targetAddress }: World, number: number): Permission[] {
  const spending = (selector: string, party: string): Permission =>
    callPermission(tokenAddress, selector, {
      rules: [rule("eq", [0], BigInt(party))],
      charges: [argumentCharge(TOKENS, [32])],
    });
  const act = {
    maxValue: MAX_ACT_VALUE,
    rules: [rule("eq", [0], BigInt(number)), rule("lte", [32], MAX_ACT)],
    charges: [countCharge(CALLS), valueCharge(NATIVE)],
  };
  return [
    spending(TRANSFER, partyOf("recipient", number)),
    spending(APPROVE, partyOf("spender", number)),
    callPermission(targetAddress, ACT, act),
    callPermission(targetAddress, FAIL, { charges: [countCharge(CALLS)] }),
    transferPermission(partyOf("payee", number), MAX_PAYMENT, { charges: [valueCharge(NATIVE)] }),
  ];
}
