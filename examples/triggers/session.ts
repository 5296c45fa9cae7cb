import { parseUnits } from "ethers";
import { allow, daily, eq, lte, type Session } from "../../sdk";
import { ERC20_ABI, trigger, type PresetTerms } from "../../sdk/presets";

/** Tokens vest; when enough of them can be released, they are, and go to the cold wallet. */
export interface TriggerJob {
  /** OpenZeppelin's VestingWallet, of which the account is the beneficiary. */
  readonly vesting: string;
  readonly usdc: string;
  readonly coldWallet: string;
}

/** What the session calls of a VestingWallet, and what the trigger looks at. */
export const VESTING_ABI = [
  "function release(address token)",
  "function release()",
  "function releasable(address token) view returns (uint256)",
] as const;

/** It fires at so much. */
export const ENOUGH = parseUnits("1000", 6);
/** Of each run. */
export const MOST = parseUnits("5000", 6);

export function triggerSession(terms: PresetTerms, { vesting, usdc, coldWallet }: TriggerJob): Session {
  const release = allow({ address: vesting, abi: VESTING_ABI }, "release(address)", { token: eq(usdc) });
  const send = allow({ address: usdc, abi: ERC20_ABI }, "transfer", { to: eq(coldWallet), amount: lte(MOST) });
  return trigger({ ...terms, actions: [release, send], runs: daily(1n) });
}
