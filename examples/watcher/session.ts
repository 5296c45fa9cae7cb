import { parseEther, parseUnits } from "ethers";
import { total, type Session } from "../../sdk";
import { watcher, type PresetTerms } from "../../sdk/presets";

/** A position at Aave V3: WETH is the collateral, USDC is owed. */
export interface WatcherJob {
  readonly pool: string;
  readonly usdc: string;
  readonly weth: string;
}

/** What the owner entrusts: of all repayments, and of all collateral taken home. */
export const CAPS = { repaid: parseUnits("6000", 6), withdrawn: parseEther("2") } as const;

export function watcherSession(terms: PresetTerms, { pool, usdc, weth }: WatcherJob): Session {
  return watcher({
    ...terms,
    pool,
    debt: { asset: usdc, repaid: total(CAPS.repaid) },
    collateral: { asset: weth, withdrawn: total(CAPS.withdrawn) },
  });
}
