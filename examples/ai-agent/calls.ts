import { parseUnits, type Provider } from "ethers";
import type { Call } from "../../sdk";
import { AAVE_POOL_ABI, ERC20_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import type { AgentJob } from "./session";

/** What the agent leaves on the account, in units of USDC. */
const RESERVE = parseUnits("1000", 6);
/** Of one supply; the session allows twice as much each day. */
const MOST = parseUnits("1000", 6);

/** Approves and supplies so much to Aave. */
export function supply({ pool, usdc }: AgentJob, amount: bigint, onBehalfOf: string): readonly [Call, Call] {
  return [
    call(usdc, ERC20_ABI, "approve", [pool, amount]),
    call(pool, AAVE_POOL_ABI, "supply", [usdc, amount, onBehalfOf, 0]),
  ];
}

/** The next calls to make, as an agent without ideas would: what lies idle above the reserve goes to Aave. */
export async function agentCalls(job: AgentJob, account: string, provider: Provider): Promise<readonly Call[]> {
  const idle = (await balanceOf(provider, job.usdc, account)) - RESERVE;
  if (idle <= 0n) return [];
  return supply(job, idle < MOST ? idle : MOST, account);
}
