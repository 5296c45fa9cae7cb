import { parseEther, parseUnits, type Provider } from "ethers";
import type { Call } from "../../sdk";
import { ERC20_ABI, SWAP_ROUTER_ABI } from "../../sdk/presets";
import { call, view } from "../support/calls";
import type { TradingJob } from "./session";

export const QUOTE =
  "function quoteExactInputSingle((address tokenIn, address tokenOut, uint256 amountIn, uint24 fee, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut, uint160 sqrtPriceAfter, uint32 ticksCrossed, uint256 gasEstimate)";
const ETHER = parseEther("1");
/** What is bought and sold at once. */
const DOLLARS = parseUnits("600", 6);
const COINS = parseEther("0.2");

/** Approves and buys WETH on V3; `changes` are for those who want something else. */
export function buy(
  { router, usdc, weth, fee }: TradingJob,
  account: string,
  amountIn: bigint,
  amountOutMinimum: bigint,
  changes: Readonly<Record<string, unknown>> = {},
): readonly [Call, Call] {
  const params = { tokenIn: usdc, tokenOut: weth, fee, recipient: account, amountIn, amountOutMinimum };
  return [
    call(usdc, ERC20_ABI, "approve", [router, amountIn]),
    call(router, SWAP_ROUTER_ABI, "exactInputSingle", [{ ...params, sqrtPriceLimitX96: 0n, ...changes }]),
  ];
}

/** Approves and sells WETH on V2. */
export function sell(
  { router, usdc, weth }: TradingJob,
  account: string,
  amountIn: bigint,
  amountOutMin: bigint,
  path: readonly string[] = [weth, usdc],
): readonly [Call, Call] {
  return [
    call(weth, ERC20_ABI, "approve", [router, amountIn]),
    call(router, SWAP_ROUTER_ABI, "swapExactTokensForTokens", [amountIn, amountOutMin, path, account]),
  ];
}

/** What the quoter is asked: the price of 1 WETH. */
export function priceAsked({ usdc, weth, fee }: TradingJob): Readonly<Record<string, unknown>> {
  return { tokenIn: weth, tokenOut: usdc, amountIn: ETHER, fee, sqrtPriceLimitX96: 0n };
}

/** What 1 WETH brings on the V3 pool, in units of USDC. */
export async function priceOf(job: TradingJob, provider: Provider): Promise<bigint> {
  const { amountOut } = await view<{ amountOut: bigint }>(provider, job.quoter, QUOTE, [priceAsked(job)]);
  return amountOut;
}

/** The next calls to make: a purchase, a sale, or none; a trade must come within 1 % of the price seen. */
export async function tradingCalls(job: TradingJob, account: string, provider: Provider): Promise<readonly Call[]> {
  const price = await priceOf(job, provider);
  if (price < job.buyBelow) return buy(job, account, DOLLARS, (DOLLARS * ETHER * 99n) / (price * 100n));
  if (price > job.sellAbove) return sell(job, account, COINS, (COINS * price * 99n) / (ETHER * 100n));
  return [];
}
