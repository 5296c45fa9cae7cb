import type { Provider } from "ethers";
import type { Call } from "../../sdk";
import { ERC20_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { PRICE, SALARIES, type PaymentsJob } from "./session";

/** Pays in USDC. */
export function payDollars({ usdc }: PaymentsJob, to: string, amount: bigint): Call {
  return call(usdc, ERC20_ABI, "transfer", [to, amount]);
}

/** Pays in ether. */
export function payEther(to: string, amount: bigint): Call {
  return { target: to, value: amount, data: "0x" };
}

/** The subscription's next payment, if the account has as much. Once a month; more often, the chain refuses. */
export async function subscriptionCalls(
  job: PaymentsJob,
  account: string,
  provider: Provider,
): Promise<readonly Call[]> {
  const dollars = await balanceOf(provider, job.usdc, account);
  return dollars < PRICE ? [] : [payDollars(job, job.merchant, PRICE)];
}

/** The month's salaries in one operation: both or none. */
export async function payrollCalls(job: PaymentsJob, account: string, provider: Provider): Promise<readonly Call[]> {
  const due = SALARIES.alice + SALARIES.bob;
  if ((await provider.getBalance(account)) < due) return [];
  return [payEther(job.alice, SALARIES.alice), payEther(job.bob, SALARIES.bob)];
}
