import type { Provider } from "ethers";
import type { Call } from "../../sdk";
import { ERC20_ABI, SWAP_ROUTER_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { PURCHASE, type DcaJob } from "./session";

/** What a purchase looks like; `changes` are for those who want another one. */
export function purchase(
  job: DcaJob,
  account: string,
  changes: Readonly<Record<string, unknown>> = {},
): readonly Call[] {
  const { router, usdc, weth, fee } = job;
  const params = {
    ...{ tokenIn: usdc, tokenOut: weth, fee, recipient: account, amountIn: PURCHASE },
    // As the floor of the session has it.
    ...{ amountOutMinimum: (PURCHASE * 4n * 10n ** 14n) / 10n ** 6n, sqrtPriceLimitX96: 0n },
    ...changes,
  };
  return [
    call(usdc, ERC20_ABI, "approve", [router, PURCHASE]),
    call(router, SWAP_ROUTER_ABI, "exactInputSingle", [params]),
  ];
}

/** The next calls to make: the purchase, if the account can pay for it. Once a week; more often, the chain refuses. */
export async function dcaCalls(job: DcaJob, account: string, provider: Provider): Promise<readonly Call[]> {
  const dollars = await balanceOf(provider, job.usdc, account);
  return dollars < PURCHASE ? [] : purchase(job, account);
}
