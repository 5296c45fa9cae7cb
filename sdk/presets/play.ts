import type { Budget } from "../budget";
import { total } from "../builder/budgets";
import type { PermissionPlan } from "../builder/allow";
import type { PermissionPlans } from "../builder/define";
import type { Session } from "../session";
import { positive, presetSession, someOf, type PresetTerms } from "./terms";

/**
 * What {@link game} makes a session of.
 * @example
 * const terms: presets.GameTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   moves: [allow({ address: game, abi: ["function move(uint8 direction)"] }, "move", { direction: lt(4) })], limit: 100n,
 * };
 */
export interface GameTerms extends PresetTerms {
  /** From `allow`: the functions that playing needs. */
  readonly moves: PermissionPlans;
  /** Moves of the whole session. */
  readonly limit: bigint;
  /** What the moves spend from, if they do. */
  readonly budgets?: Readonly<Record<string, Budget>>;
}

/**
 * A player's (or a social app's) key in the page: so many moves until the session ends, without a confirmation, and nothing
 * but moves.
 *
 * Raises `NO_VALUES`, `NOT_POSITIVE`, and what `defineSession` raises.
 * @example
 * const session = presets.game({
 *   account, chainId: 1, key: bot, validUntil: inHours(2), fees: sponsoredBy(paymaster),
 *   moves: [allow({ address: game, abi: ["function move(uint8 direction)"] }, "move", { direction: lt(4) })], limit: 100n,
 * });
 */
export function game(terms: GameTerms): Session {
  const moves = counted(terms.moves, "moves", () => "moves");
  const budgets = { ...terms.budgets, moves: total(positive(terms.limit, "limit")) };
  return presetSession(terms, { budgets, permissions: moves });
}

/**
 * What {@link trigger} makes a session of.
 * @example
 * const terms: presets.TriggerTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   actions: [allow({ address: ROUTER, abi: ["function harvest(address to)"] }, "harvest", { to: self() })], runs: daily(1n),
 * };
 */
export interface TriggerTerms extends PresetTerms {
  /** From `allow`: what is done when the trigger fires. */
  readonly actions: PermissionPlans;
  /** How often, of each action: `daily(1n)`. */
  readonly runs: Budget;
  /** What the actions spend from, if they do. */
  readonly budgets?: Readonly<Record<string, Budget>>;
}

/**
 * Calls that a machine makes when something has happened. The chain cannot see the trigger: it sees that nothing else is
 * called, and how often. So make the actions such that one at the wrong moment does no harm.
 *
 * Raises `NO_VALUES`, `TooManyBudgets`, and what `defineSession` raises.
 * @example
 * const vault = { address: ROUTER, abi: ["function harvest(address to)"] as const };
 * const session = presets.trigger({
 *   account, chainId: 1, key: bot, validUntil: inDays(90), fees: total(parseEther("0.05")),
 *   actions: [allow(vault, "harvest", { to: self() })], runs: daily(1n),
 * });
 */
export function trigger(terms: TriggerTerms): Session {
  const nameOf = (index: number) => `runs ${index + 1}`;
  const actions = counted(terms.actions, "actions", nameOf);
  const runs = Object.fromEntries(actions.map((_action, index) => [nameOf(index), terms.runs]));
  return presetSession(terms, { budgets: { ...terms.budgets, ...runs }, permissions: actions });
}

/** The same plans, with each call counted against a budget more. */
function counted(plans: PermissionPlans, name: string, budgetOf: (index: number) => string): readonly PermissionPlan[] {
  return someOf(flatten(plans), name).map((plan, index) => ({ ...plan, counts: [...plan.counts, budgetOf(index)] }));
}

function flatten(plans: PermissionPlans): readonly PermissionPlan[] {
  return plans.flatMap((plan) => (Array.isArray(plan) ? flatten(plan as PermissionPlans) : [plan as PermissionPlan]));
}
