import type { Budget } from "../budget";
import { allow } from "../builder/allow";
import { count, eq, self, spend } from "../builder/condition";
import { toAddress, type AddressInput } from "../builder/input";
import { SessionKeyError } from "../errors";
import type { Session } from "../session";
import { AAVE_POOL_ABI, ERC20_ABI, POSITIONS_ABI } from "./abis";
import { presetSession, someOf, type Part, type PresetTerms } from "./terms";

/**
 * An asset of Aave, and how much of it may be supplied.
 * @example const saving: presets.Saving = { asset: USDC, supplied: weekly(parseUnits("1000", 6)) };
 */
export interface Saving {
  readonly asset: AddressInput;
  /** In the asset's smallest unit. */
  readonly supplied: Budget;
}

/**
 * Aave V3.
 * @example const aave: presets.AaveTerms = { pool: ROUTER, savings: [{ asset: USDC, supplied: weekly(parseUnits("1000", 6)) }] };
 */
export interface AaveTerms {
  /** Aave's Pool. */
  readonly pool: AddressInput;
  /** Each has two budgets. */
  readonly savings: readonly Saving[];
}

/**
 * What {@link aaveManager} makes a session of.
 * @example
 * const terms: presets.AaveManagerTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   pool: ROUTER, savings: [{ asset: USDC, supplied: weekly(parseUnits("1000", 6)) }],
 * };
 */
export interface AaveManagerTerms extends PresetTerms, AaveTerms {}

/**
 * Supplies to Aave V3 for the account, and withdraws to the account: these assets only. It cannot borrow, lend to others, or
 * change what is collateral.
 *
 * Raises `NO_VALUES`, `TooManyBudgets`, and what `defineSession` raises.
 * @example
 * const session = presets.aaveManager({
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   pool: ROUTER, savings: [{ asset: USDC, supplied: weekly(parseUnits("1000", 6)) }],
 * });
 */
export function aaveManager(terms: AaveManagerTerms): Session {
  return presetSession(terms, ...save(terms));
}

function save({ pool, savings }: AaveTerms): readonly Part[] {
  const contract = { address: pool, abi: AAVE_POOL_ABI };
  return someOf(savings, "savings").map(({ asset, supplied }, index) => {
    const [into, approved] = [`supplied ${index + 1}`, `approved ${index + 1}`];
    return {
      budgets: { [into]: supplied, [approved]: supplied },
      permissions: [
        allow({ address: asset, abi: ERC20_ABI }, "approve", { spender: eq(pool), amount: spend(approved) }),
        allow(contract, "supply", { asset: eq(asset), amount: spend(into), onBehalfOf: self() }),
        allow(contract, "withdraw", { asset: eq(asset), to: self() }),
      ],
    };
  });
}

/**
 * Positions of Uniswap V3 on one pool.
 * @example
 * const liquidity: presets.LiquidityTerms = {
 *   positions: ROUTER, fee: 500, ranges: [[-887_270, 887_270]], steps: daily(6n),
 *   tokens: [{ token: USDC, provided: weekly(10n ** 9n) }, { token: WETH, provided: weekly(10n ** 18n) }],
 * };
 */
export interface LiquidityTerms {
  /** NonfungiblePositionManager. */
  readonly positions: AddressInput;
  /** Both tokens of the pool, in any order; `provided` in each one's smallest unit. */
  readonly tokens: readonly [LiquidityToken, LiquidityToken];
  /** Of the pool, in hundredths of a basis point. */
  readonly fee: number;
  /** Ticks, lower and upper, of the positions that may be opened. */
  readonly ranges: readonly (readonly [lower: number, upper: number])[];
  /** How many positions may be opened, reduced and collected from, together: `daily(6n)`. */
  readonly steps: Budget;
}

/**
 * A token of a pool, and how much of it may be put into positions.
 * @example const token: presets.LiquidityToken = { token: USDC, provided: weekly(parseUnits("1000", 6)) };
 */
export interface LiquidityToken {
  readonly token: AddressInput;
  readonly provided: Budget;
}

/**
 * What {@link defiAgent} makes a session of: one of the two, or both.
 * @example
 * const terms: presets.DefiAgentTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   aave: { pool: ROUTER, savings: [{ asset: USDC, supplied: weekly(parseUnits("1000", 6)) }] },
 * };
 */
export interface DefiAgentTerms extends PresetTerms {
  readonly aave?: AaveTerms;
  readonly liquidity?: LiquidityTerms;
}

/**
 * Yield and liquidity for an agent whose next idea nobody knows: it supplies to Aave and withdraws, opens, reduces and
 * collects positions of one Uniswap pool; whatever it does, everything comes home. `agentTools` describes the session to
 * the agent. What a bad trade in the pool's own range may cost is bounded by what is provided.
 *
 * Raises `NO_VALUES`, `SAME_TOKEN`, `TooManyBudgets`, and what `defineSession` raises.
 * @example
 * const session = presets.defiAgent({
 *   account, chainId: 1, key: bot, validUntil: inDays(7), fees: total(parseEther("0.1")),
 *   aave: { pool: alice, savings: [{ asset: USDC, supplied: weekly(parseUnits("1000", 6)) }] },
 *   liquidity: {
 *     positions: ROUTER, fee: 500, ranges: [[-887_270, 887_270]], steps: daily(6n),
 *     tokens: [{ token: USDC, provided: weekly(10n ** 9n) }, { token: WETH, provided: weekly(10n ** 18n) }],
 *   },
 * });
 */
export function defiAgent(terms: DefiAgentTerms): Session {
  const aave = terms.aave === undefined ? [] : save(terms.aave);
  const liquidity = terms.liquidity === undefined ? [] : [provide(terms.liquidity)];
  return presetSession(terms, ...someOf([...aave, ...liquidity], "aave and liquidity"));
}

function provide({ positions, tokens, fee, ranges, steps }: LiquidityTerms): Part {
  const [first, second] = inOrder(tokens);
  const contract = { address: positions, abi: POSITIONS_ABI };
  const calls = { calls: count("steps") };
  const approve = ({ token }: LiquidityToken, budget: string) =>
    allow({ address: token, abi: ERC20_ABI }, "approve", { spender: eq(positions), amount: spend(budget) });
  const pool = { token0: eq(first.token), token1: eq(second.token), fee: eq(fee), recipient: self() };
  const amounts = { amount0Desired: spend("provided 1"), amount1Desired: spend("provided 2") };
  const mints = someOf(ranges, "ranges").map(([lower, upper]) =>
    allow(contract, "mint", { params: { ...pool, tickLower: eq(lower), tickUpper: eq(upper), ...amounts } }, calls),
  );
  return {
    budgets: {
      ...{ "provided 1": first.provided, "provided 2": second.provided, steps },
      ...{ "liquidity approved 1": first.provided, "liquidity approved 2": second.provided },
    },
    permissions: [
      ...[approve(first, "liquidity approved 1"), approve(second, "liquidity approved 2")],
      ...mints,
      // Only who owns a position can reduce it, so any number will do.
      allow(contract, "decreaseLiquidity", {}, calls),
      allow(contract, "collect", { params: { recipient: self() } }, calls),
    ],
  };
}

/** As the pool has them: the lower address first. Raises `SAME_TOKEN`. */
function inOrder([one, other]: LiquidityTerms["tokens"]): LiquidityTerms["tokens"] {
  const [left, right] = [one, other].map(({ token }) => BigInt(toAddress(token, "token"))) as [bigint, bigint];
  if (left !== right) return left < right ? [one, other] : [other, one];
  throw new SessionKeyError("SAME_TOKEN", "both tokens of the pool are the same", {
    found: toAddress(one.token, "token"),
  });
}

/**
 * What {@link watcher} makes a session of.
 * @example
 * const terms: presets.WatcherTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   pool: ROUTER, debt: { asset: USDC, repaid: total(parseUnits("5000", 6)) },
 * };
 */
export interface WatcherTerms extends PresetTerms {
  /** Aave's Pool. */
  readonly pool: AddressInput;
  /** What is owed, and how much of it may be repaid in all, in its smallest unit. */
  readonly debt: { readonly asset: AddressInput; readonly repaid: Budget };
  /** What may be taken back from Aave to the account, to close the position. Left out, it may only repay. */
  readonly collateral?: { readonly asset: AddressInput; readonly withdrawn: Budget };
}

/**
 * Repays the account's own debt at Aave V3 from what the account has, and takes its collateral home. Acting when all is well
 * is pointless and does no harm; both are capped.
 *
 * Raises what `defineSession` raises.
 * @example
 * const session = presets.watcher({
 *   account, chainId: 1, key: bot, validUntil: inDays(90), fees: total(parseEther("0.1")), pool: ROUTER,
 *   debt: { asset: USDC, repaid: total(parseUnits("5000", 6)) },
 *   collateral: { asset: WETH, withdrawn: total(parseEther("2")) },
 * });
 */
export function watcher(terms: WatcherTerms): Session {
  const { pool, debt, collateral } = terms;
  const contract = { address: pool, abi: AAVE_POOL_ABI };
  const repay: Part = {
    budgets: { repaid: debt.repaid, approved: debt.repaid },
    permissions: [
      allow({ address: debt.asset, abi: ERC20_ABI }, "approve", { spender: eq(pool), amount: spend("approved") }),
      allow(contract, "repay", { asset: eq(debt.asset), amount: spend("repaid"), onBehalfOf: self() }),
    ],
  };
  if (collateral === undefined) return presetSession(terms, repay);
  const rules = { asset: eq(collateral.asset), amount: spend("withdrawn"), to: self() };
  return presetSession(terms, repay, {
    budgets: { withdrawn: collateral.withdrawn },
    permissions: [allow(contract, "withdraw", rules)],
  });
}
