import { parseEther, parseUnits } from "ethers";
import { daily, type Session } from "../../sdk";
import { tradingBot, type PresetTerms } from "../../sdk/presets";

/** Buys WETH when it is cheap, on Uniswap V3, and sells it when it is dear, on V2. */
export interface TradingJob {
  /** Uniswap's SwapRouter02 and QuoterV2. */
  readonly router: string;
  readonly quoter: string;
  readonly usdc: string;
  readonly weth: string;
  /** Of the V3 pool, in hundredths of a basis point. */
  readonly fee: number;
  /** Prices of 1 WETH in units of USDC. */
  readonly buyBelow: bigint;
  readonly sellAbove: bigint;
}

/** What may be sold each day. */
export const VOLUME = { usdc: parseUnits("1000", 6), weth: parseEther("0.5") } as const;

/** No purchase above 2,500 dollars, no sale below 1,500. */
export function tradingSession(terms: PresetTerms, { router, usdc, weth, fee }: TradingJob): Session {
  return tradingBot({
    ...terms,
    router,
    markets: [
      {
        ...{ sell: usdc, buy: weth, pool: fee, volume: daily(VOLUME.usdc) },
        floor: { price: "0.0004", decimals: 18, otherDecimals: 6 },
      },
      {
        ...{ sell: weth, buy: usdc, pool: "v2", volume: daily(VOLUME.weth) },
        floor: { price: "1500", decimals: 6, otherDecimals: 18 },
      },
    ],
  });
}
