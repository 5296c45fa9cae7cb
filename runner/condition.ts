import { EventFragment, FunctionFragment, Interface } from "ethers";
import { SessionKeyError } from "../sdk/errors";
import { asAddress, type Address, type Hex } from "../sdk/hex";

/**
 * What a contract has to answer, asked once per block.
 * @example
 * const data = "0x5c975abb"; // paused()
 * const running: ViewCondition = { kind: "view", target: game, data, holds: (answer) => BigInt(answer) === 0n };
 */
export interface ViewCondition {
  readonly kind: "view";
  readonly target: Address;
  readonly data: Hex;
  /** Whether the answer will do, at that time (unix seconds of the chain). */
  holds(answer: Hex, time: number): boolean;
}

/**
 * An event that has to have happened in the period.
 * @example const { address, topics }: EventCondition = eventSeen(game, "event Ended(uint256 indexed round)", [7n]);
 */
export interface EventCondition {
  readonly kind: "event";
  readonly address: Address;
  /** As in `eth_getLogs`: `null` stands for anything. */
  readonly topics: readonly (Hex | readonly Hex[] | null)[];
}

/**
 * What an automation waits for, besides its schedule.
 * @example const when: readonly Condition[] = [eventSeen(game, "event Ended(uint256 indexed round)")];
 */
export type Condition = ViewCondition | EventCondition;

/**
 * What a number has to be; both bounds inclusive.
 * @example const range: Bounds = { atLeast: 1n, atMost: 10n };
 */
export interface Bounds {
  readonly atLeast?: bigint;
  readonly atMost?: bigint;
}

/** Raises `INVALID_CONDITION` without a bound. */
function within({ atLeast, atMost }: Bounds): (value: bigint) => boolean {
  if (atLeast === undefined && atMost === undefined) throw invalid("say atLeast or atMost");
  return (value) => (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

const NUMBER = /^(u?int\d*|bool)$/;

/**
 * A number that a function returns has to be within bounds: what it returns first, or at that place, from 0; `true` counts
 * as 1. Raises `INVALID_CONDITION`, also if it returns no number there.
 * @example viewResult(usdc.address, "function balanceOf(address) view returns (uint256)", [account], { atLeast: 1_000n })
 */
export function viewResult(
  target: Address,
  signature: string,
  args: readonly unknown[],
  bounds: Bounds,
  place = 0,
): ViewCondition {
  const { abi, data, name } = encode(signature, args);
  const { type } = abi.getFunction(name)!.outputs[place] ?? { type: "nothing" };
  if (!NUMBER.test(type)) throw invalid(`${signature} returns ${type} at place ${place}, expected a number`);
  const holds = within(bounds);
  return {
    kind: "view",
    target: asAddress(target, "target"),
    data,
    holds: (answer) => holds(BigInt(abi.decodeFunctionResult(name, answer)[place] as bigint)),
  };
}

const FEED = "function latestRoundData() view returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80)";

/**
 * The price that a feed tells (Chainlink's `latestRoundData`, in the feed's decimals) has to be within bounds, and not
 * older than `maxAge` seconds of the chain's time. Raises `INVALID_CONDITION`.
 * @example price(ROUTER, { atMost: 2_500_00000000n }, { maxAge: 3_600 }) // ETH/USD with 8 decimals
 */
export function price(feed: Address, bounds: Bounds, { maxAge }: { readonly maxAge: number }): ViewCondition {
  const { abi, data, name } = encode(FEED, []);
  const holds = within(bounds);
  return {
    kind: "view",
    target: asAddress(feed, "feed"),
    data,
    holds: (answer, time) => {
      const { answer: value, updatedAt } = abi.decodeFunctionResult(name, answer) as unknown as {
        answer: bigint;
        updatedAt: bigint;
      };
      return value > 0n && updatedAt + BigInt(maxAge) >= BigInt(time) && holds(value);
    },
  };
}

/**
 * A contract has to have emitted an event in the period, with these values of its indexed arguments (`null` or none for
 * any). Raises `INVALID_CONDITION`.
 * @example eventSeen(usdc.address, "event Transfer(address indexed from, address indexed to, uint256)", [null, account])
 */
export function eventSeen(address: Address, signature: string, args: readonly unknown[] = []): EventCondition {
  return understood(signature, () => {
    const event = EventFragment.from(signature);
    const topics = new Interface([event]).encodeFilterTopics(event, [...args]);
    return { kind: "event", address: asAddress(address, "address"), topics: topics };
  });
}

function encode(signature: string, args: readonly unknown[]): { abi: Interface; data: Hex; name: string } {
  return understood(signature, () => {
    const { name } = FunctionFragment.from(signature);
    const abi = new Interface([signature]);
    return { abi, name, data: abi.encodeFunctionData(name, args) };
  });
}

function understood<Result>(signature: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof SessionKeyError) throw error;
    throw invalid(`${signature}: ${error instanceof Error ? error.message.slice(0, 200) : ""}`);
  }
}

function invalid(why: string): SessionKeyError {
  return new SessionKeyError("INVALID_CONDITION", why);
}
