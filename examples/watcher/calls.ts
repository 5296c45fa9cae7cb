import { parseEther, type Provider } from "ethers";
import type { Call } from "../../sdk";
import { AAVE_POOL_ABI, ERC20_ABI } from "../../sdk/presets";
import { balanceOf, call, view } from "../support/calls";
import { CAPS, type WatcherJob } from "./session";

export const ACCOUNT_DATA =
  "function getUserAccountData(address user) view returns (uint256 collateral, uint256 debt, uint256 available, uint256 threshold, uint256 ltv, uint256 health)";
const VARIABLE_RATE = 2;
/** Its place among the account data. */
export const HEALTH = 5;
/** Health below which the watcher acts, and the one that it restores; at 1 anyone may liquidate. */
export const DANGER = parseEther("1.1");
const SAFE = parseEther("1.5");
/** Aave counts in dollars of 8 decimals, USDC in 6. */
const DOLLARS_TO_USDC = 100n;

/** What Aave says of an account; `health` in units of 1e-18, money in dollars of 8 decimals. */
export interface Position {
  readonly collateral: bigint;
  readonly debt: bigint;
  /** In hundredths of a percent. */
  readonly threshold: bigint;
  readonly health: bigint;
}

export function positionOf({ pool }: WatcherJob, account: string, provider: Provider): Promise<Position> {
  return view<Position>(provider, pool, ACCOUNT_DATA, [account]);
}

/** Approves and repays so much. */
export function repay({ pool, usdc }: WatcherJob, amount: bigint, onBehalfOf: string): readonly Call[] {
  return [
    call(usdc, ERC20_ABI, "approve", [pool, amount]),
    call(pool, AAVE_POOL_ABI, "repay", [usdc, amount, VARIABLE_RATE, onBehalfOf]),
  ];
}

/** Takes so much collateral from Aave. */
export function withdraw({ pool, weth }: WatcherJob, amount: bigint, to: string): Call {
  return call(pool, AAVE_POOL_ABI, "withdraw", [weth, amount, to]);
}

/** The next calls to make: none while all is well, else a repayment that makes the position safe, or as much as there is. */
export async function watcherCalls(job: WatcherJob, account: string, provider: Provider): Promise<readonly Call[]> {
  const { collateral, debt, threshold, health } = await positionOf(job, account, provider);
  if (health >= DANGER) return [];
  const bearable = (collateral * threshold * 10n ** 14n) / SAFE;
  const wanted = (debt - bearable) / DOLLARS_TO_USDC + 1n;
  const possible = [wanted, CAPS.repaid, await balanceOf(provider, job.usdc, account)];
  return repay(
    job,
    possible.reduce((least, one) => (one < least ? one : least)),
    account,
  );
}
