import type { Budget } from "../budget";
import { allow } from "../builder/allow";
import { all, atLeastOf, count, eq, exactly, lte, self, spend, type RatioUnits } from "../builder/condition";
import { every } from "../builder/budgets";
import { toAddress, type AddressInput, type Numeric } from "../builder/input";
import { SessionKeyError } from "../errors";
import type { Session } from "../session";
import { ERC20_ABI, SWAP_ROUTER_ABI } from "./abis";
import {
  positive,
  presetSession,
  recurring,
  secondsOf,
  someOf,
  type Part,
  type Period,
  type PresetTerms,
} from "./terms";

/**
 * The worst price: so much of what is bought for one of what is sold, enforced on chain. A decimal with the decimals of both
 * tokens; without these the factor multiplies raw units.
 * @example const floor: presets.Floor = { price: "0.0003", decimals: 18, otherDecimals: 6 }; // 0.0003 WETH for 1 USDC
 */
export interface Floor extends Partial<RatioUnits> {
  readonly price: string | Numeric;
}

/**
 * What is swapped into what, and where.
 * @example
 * const floor = { price: "0.0003", decimals: 18, otherDecimals: 6 };
 * const route: presets.Route = { sell: USDC, buy: WETH, pool: 500, floor };
 */
export interface Route {
  readonly sell: AddressInput;
  readonly buy: AddressInput;
  /** The fee of the V3 pool in hundredths of a basis point (500, 3000, 10000), or `v2` for the pair of V2. */
  readonly pool: number | "v2";
  readonly floor: Floor;
}

/**
 * What {@link dca} makes a session of.
 * @example
 * const terms: presets.DcaTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")),
 *   router: ROUTER, sell: USDC, buy: WETH, pool: 500, amount: parseUnits("50", 6), every: "week",
 *   floor: { price: "0.0001", decimals: 18, otherDecimals: 6 },
 * };
 */
export interface DcaTerms extends PresetTerms, Route {
  /** Uniswap's SwapRouter02. */
  readonly router: AddressInput;
  /** Of what is sold, in each period, in its smallest unit. */
  readonly amount: bigint;
  readonly every: Period;
}

/**
 * Dollar-cost averaging: one purchase in each period, always of the same size and by the same route, not below the floor,
 * home to the account. The approval is as large as the purchase, and counted in the same periods.
 *
 * Raises `NOT_POSITIVE`, `UNKNOWN_PERIOD`, `SAME_TOKEN`, `INVALID_FACTOR`, and what `defineSession` raises.
 * @example
 * const session = presets.dca({
 *   account, chainId: 1, key: bot, validUntil: inDays(365), fees: total(parseEther("0.1")),
 *   router: ROUTER, sell: USDC, buy: WETH, pool: 500, amount: parseUnits("50", 6), every: "week",
 *   floor: { price: "0.0001", decimals: 18, otherDecimals: 6 },
 * });
 */
export function dca(terms: DcaTerms): Session {
  const amount = positive(terms.amount, "amount");
  const approval = { spender: eq(terms.router), amount: all(lte(amount), spend("approved")) };
  return presetSession(terms, {
    budgets: { purchases: every(secondsOf(terms.every), 1n), approved: recurring(amount, terms.every) },
    permissions: [
      allow({ address: terms.sell, abi: ERC20_ABI }, "approve", approval),
      swap(terms.router, terms, eq(amount), count("purchases")),
    ],
  });
}

/**
 * A {@link Route}, and how much may go by it.
 * @example
 * const floor = { price: "0.0003", decimals: 18, otherDecimals: 6 };
 * const market: presets.Market = { sell: USDC, buy: WETH, pool: 500, floor, volume: daily(parseUnits("500", 6)) };
 */
export interface Market extends Route {
  /** How much of what is sold, in its smallest unit: `daily(parseUnits("500", 6))`. */
  readonly volume: Budget;
}

/**
 * What {@link tradingBot} makes a session of.
 * @example
 * const floor = { price: "0.0003", decimals: 18, otherDecimals: 6 };
 * const terms: presets.TradingBotTerms = {
 *   account, chainId: 1, key: bot, validUntil: inDays(30), fees: total(parseEther("0.1")), router: ROUTER,
 *   markets: [{ sell: USDC, buy: WETH, pool: 500, floor, volume: daily(parseUnits("500", 6)) }],
 * };
 */
export interface TradingBotTerms extends PresetTerms {
  /** Uniswap's SwapRouter02. */
  readonly router: AddressInput;
  /** One for each direction; each has two budgets. */
  readonly markets: readonly Market[];
}

/**
 * Swaps whenever the bot likes: on these markets only, home to the account, not below the floor of each, and no more than
 * its volume. Approvals go to the router alone, and are counted against as much.
 *
 * Raises `NO_VALUES`, `SAME_TOKEN`, `INVALID_FACTOR`, `TooManyBudgets`, and what `defineSession` raises.
 * @example
 * const session = presets.tradingBot({
 *   account, chainId: 1, key: bot, validUntil: inDays(7), fees: total(parseEther("0.1")), router: ROUTER,
 *   markets: [{
 *     sell: USDC, buy: WETH, pool: 500, volume: daily(parseUnits("500", 6)),
 *     floor: { price: "0.0003", decimals: 18, otherDecimals: 6 },
 *   }],
 * });
 */
export function tradingBot(terms: TradingBotTerms): Session {
  const parts = someOf(terms.markets, "markets").map((market, index) => trade(terms.router, market, index + 1));
  return presetSession(terms, ...parts);
}

function trade(router: AddressInput, market: Market, number: number): Part {
  const [sold, approved] = [`sold ${number}`, `approved ${number}`];
  const approval = { spender: eq(router), amount: spend(approved) };
  return {
    budgets: { [sold]: market.volume, [approved]: market.volume },
    permissions: [
      allow({ address: market.sell, abi: ERC20_ABI }, "approve", approval),
      swap(router, market, spend(sold)),
    ],
  };
}

type AmountRule = ReturnType<typeof spend>;

/** The permission to swap by that route. */
function swap(router: AddressInput, route: Route, amountIn: AmountRule, calls?: ReturnType<typeof count>) {
  const { sell, buy, pool, floor } = route;
  if (toAddress(sell, "sell") === toAddress(buy, "buy")) {
    throw new SessionKeyError("SAME_TOKEN", "a token is swapped for itself", { found: toAddress(sell, "sell") });
  }
  const contract = { address: router, abi: SWAP_ROUTER_ABI };
  const options = calls === undefined ? {} : { calls };
  if (pool === "v2") {
    const rules = { amountIn, amountOutMin: worst("amountIn", floor), path: exactly([sell, buy]), to: self() };
    return allow(contract, "swapExactTokensForTokens", rules, options);
  }
  const params = {
    ...{ tokenIn: eq(sell), tokenOut: eq(buy), fee: eq(pool), recipient: self(), amountIn },
    // A price limit would stop a swap half-way, with the floor measured against all of it.
    ...{ amountOutMinimum: worst("params.amountIn", floor), sqrtPriceLimitX96: eq(0n) },
  };
  return allow(contract, "exactInputSingle", { params }, options);
}

/** Raises `INVALID_FACTOR`. */
function worst(amountIn: string, { price, decimals, otherDecimals }: Floor) {
  if (decimals === undefined || otherDecimals === undefined) return atLeastOf(amountIn, price);
  return atLeastOf(amountIn, price, { decimals, otherDecimals });
}
