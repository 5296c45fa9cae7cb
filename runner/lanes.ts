import { id } from "ethers";
import type { AccountAdapter } from "../sdk/accounts/adapter";
import { SessionKeyError } from "../sdk/errors";
import type { Address } from "../sdk/hex";
import { assertUint } from "../sdk/integer";
import { sessionId } from "../sdk/typedData";
import type { Automation } from "./automation";

/**
 * The nonce keys ("lanes") of an automation: one for each period, and in each only the sequence 0. So two operations for
 * the same period have the same nonce, whoever makes them, and the EntryPoint takes one of them.
 * @example const { first, count }: LaneRange = automation.lanes;
 */
export interface LaneRange {
  readonly first: number;
  readonly count: number;
}

/** Left to those who send by hand with a `SessionSigner`: it takes lanes from 0 upwards. */
const BY_HAND = 256;

/** Widths of the adapters' nonce keys, in bits. */
const WIDTHS = [32, 24, 16] as const;

/**
 * Where the lanes of an automation are: by its name and session, or from `lane` on. The same for every runner. Raises
 * `TOO_MANY_PERIODS` if the account's nonces have too little room for them, `INTEGER_OUT_OF_RANGE` if `lane` is none.
 * @example laneRange(automation).first // the lane of its first period
 */
export function laneRange({ name, lane, schedule, file, adapter }: Omit<Automation, "lanes">): LaneRange {
  if (lane !== undefined) assertUint(lane, WIDTHS[0], "lane");
  const count = schedule.count(file.session);
  const room = 2 ** widthOf(adapter, file.validator) - BY_HAND - count;
  if (room < 0 || (lane !== undefined && lane > room + BY_HAND)) {
    const message = `${name} has ${count} periods, and the account's nonces have no room for so many`;
    throw new SessionKeyError("TOO_MANY_PERIODS", message, { name, count, lane });
  }
  const first = lane ?? BY_HAND + Number(BigInt(id(`${name}/${sessionId(file.session)}`)) % BigInt(room + 1));
  return { first, count };
}

function widthOf(adapter: Pick<AccountAdapter, "nonceKey">, validator: Address): number {
  return WIDTHS.find((bits) => fits(() => adapter.nonceKey(validator, 2 ** bits - 1))) ?? 0;
}

function fits(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof SessionKeyError && error.code === "INTEGER_OUT_OF_RANGE") return false;
    throw error;
  }
}

/**
 * Raises `SAME_NAME` if two automations of a session are called the same, `LANES_OVERLAP` if two of one account would
 * share a nonce: then the one would take the other's operation for its own.
 */
export function assertApart(automations: readonly Automation[]): void {
  const sorted = [...automations].sort((a, b) => placeOf(a).localeCompare(placeOf(b)) || a.lanes.first - b.lanes.first);
  for (const [i, next] of sorted.entries()) {
    const previous = sorted[i - 1];
    if (previous === undefined || placeOf(previous) !== placeOf(next)) continue;
    const both = { first: previous.name, second: next.name, account: next.file.session.account };
    if (previous.id === next.id) throw new SessionKeyError("SAME_NAME", `${next.name} is there twice`, both);
    if (previous.lanes.first + previous.lanes.count <= next.lanes.first) continue;
    const message = `${both.first} and ${both.second} share nonces of ${both.account}: give one of them another lane`;
    throw new SessionKeyError("LANES_OVERLAP", message, both);
  }
}

function placeOf({ file }: Automation): string {
  return `${file.session.account}/${file.validator}`.toLowerCase();
}
