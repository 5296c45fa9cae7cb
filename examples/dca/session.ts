import { parseUnits } from "ethers";
import type { Session } from "../../sdk";
import { dca, type PresetTerms } from "../../sdk/presets";

/** A purchase of 50 USDC's worth of WETH each week. */
export interface DcaJob {
  /** Uniswap's SwapRouter02. */
  readonly router: string;
  readonly usdc: string;
  readonly weth: string;
  /** Of the V3 pool, in hundredths of a basis point. */
  readonly fee: number;
}

/** Of each purchase, in units of USDC. */
export const PURCHASE = parseUnits("50", 6);

/** The worst price that the owner takes: 0.0004 WETH for 1 USDC, or 2,500 dollars for 1 WETH. */
export const FLOOR = { price: "0.0004", decimals: 18, otherDecimals: 6 } as const;

export function dcaSession(terms: PresetTerms, { router, usdc, weth, fee }: DcaJob): Session {
  return dca({ ...terms, router, sell: usdc, buy: weth, pool: fee, amount: PURCHASE, every: "week", floor: FLOOR });
}
