import type { Provider } from "ethers";
import type { Call } from "../../sdk";
import { ERC20_ABI } from "../../sdk/presets";
import { call, view } from "../support/calls";
import { ENOUGH, MOST, VESTING_ABI, type TriggerJob } from "./session";

/** Releases what has vested, and sends so much of it to the cold wallet. */
export function collect({ vesting, usdc, coldWallet }: TriggerJob, amount: bigint): readonly [Call, Call] {
  return [
    call(vesting, VESTING_ABI, "release(address)", [usdc]),
    call(usdc, ERC20_ABI, "transfer", [coldWallet, amount]),
  ];
}

/** The next calls to make: none until enough has vested. */
export async function triggerCalls(job: TriggerJob, _account: string, provider: Provider): Promise<readonly Call[]> {
  const vested = await view(provider, job.vesting, VESTING_ABI[2], [job.usdc]);
  if (vested < ENOUGH) return [];
  return collect(job, vested < MOST ? vested : MOST);
}
