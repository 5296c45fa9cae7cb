import * as fc from "fast-check";
import { concat, toBeHex, ZeroAddress } from "ethers";
import { ENTRY_POINTS, type Call } from "../../sdk";
import { wallet, type World } from "../helpers/world";
import { ACT, APPROVE, FAIL, partyOf, TRANSFER } from "./sessions";

/** What a key does, in the order of the session's permissions. */
export const DEEDS = ["transfer", "approve", "act", "fail", "pay"] as const;

/** One call: what, and how much of it. A little beyond what is allowed, now and then. */
export interface Deed {
  readonly what: (typeof DEEDS)[number];
  readonly amount: bigint;
  readonly value: bigint;
}

export const deed: fc.Arbitrary<Deed> = fc.record({
  // Every deed after a failing one is undone: fewer of those.
  what: fc.constantFrom(...DEEDS, "transfer", "approve", "act", "pay"),
  amount: fc.oneof({ weight: 20, arbitrary: fc.bigInt(0n, 12n) }, { weight: 1, arbitrary: fc.bigInt(90n, 110n) }),
  value: fc.oneof({ weight: 20, arbitrary: fc.bigInt(0n, 4n) }, { weight: 1, arbitrary: fc.bigInt(5n, 9n) }),
});

/** The call of a deed by the session with that number. */
export function callOf({ tokenAddress, targetAddress }: World, number: number, { what, amount, value }: Deed): Call {
  const words = (selector: string, ...args: (bigint | string)[]): string =>
    concat([selector, ...args.map((arg) => toBeHex(arg, 32))]);
  switch (what) {
    case "transfer":
      return { target: tokenAddress, value: 0n, data: words(TRANSFER, partyOf("recipient", number), amount) };
    case "approve":
      return { target: tokenAddress, value: 0n, data: words(APPROVE, partyOf("spender", number), amount) };
    case "act":
      return { target: targetAddress, value, data: words(ACT, BigInt(number), amount) };
    case "fail":
      return { target: targetAddress, value: 0n, data: words(FAIL, amount) };
    case "pay":
      return { target: partyOf("payee", number), value, data: "0x" };
  }
}

/** Nobody grants this one anything. */
export const ATTACKER = wallet("attacker").address;

/** How the last call can differ from what the envelope says. */
export const DEVIATIONS = ["recipient", "amount", "target", "selector", "value", "data", "extra"] as const;
export type Deviation = (typeof DEVIATIONS)[number];

/** The calls with the last one bent; `choice` picks among forbidden targets and wrong selectors. */
export function deviate(world: World, account: string, calls: readonly Call[], how: Deviation, choice: number): Call[] {
  const last = calls[calls.length - 1]!;
  const before = calls.slice(0, -1);
  switch (how) {
    case "recipient":
      return [...before, { ...last, target: world.tokenAddress, data: concat([TRANSFER, toBeHex(ATTACKER, 32), ONE]) }];
    case "amount":
      return [...before, { ...last, data: last.data.slice(0, 74) + HUGE.slice(2) }];
    case "target":
      return [...before, { ...last, target: pick(forbiddenTargets(world, account), choice) }];
    case "selector":
      return [...before, { ...last, data: concat([pick(SELECTORS, choice), toBeHex(ATTACKER, 32), ONE]) }];
    case "value":
      return [...before, { ...last, value: last.value + 1_000n }];
    case "data":
      return [...before, { ...last, data: concat([last.data, "0x00"]) }];
    case "extra":
      return [...calls, { target: ATTACKER, value: 1n, data: "0x" }];
  }
}

const ONE = toBeHex(1, 32);
const HUGE = toBeHex(2n ** 255n, 32);
/** transferFrom, increaseAllowance, installModule, enableSession, set. */
const SELECTORS = ["0x23b872dd", "0x39509351", "0x9517e29f", "0xd8a3cd48", "0x60fe47b1"];

function forbiddenTargets(world: World, account: string): string[] {
  return [account, world.validatorAddress, ZeroAddress, ENTRY_POINTS["0.8"], ENTRY_POINTS["0.7"]];
}

function pick<Item>(items: readonly Item[], choice: number): Item {
  return items[choice % items.length]!;
}
