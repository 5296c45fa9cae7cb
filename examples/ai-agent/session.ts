import { parseEther, parseUnits } from "ethers";
import { daily, type Session } from "../../sdk";
import { defiAgent, type PresetTerms } from "../../sdk/presets";

/** Yield at Aave V3, and liquidity for one pool of Uniswap V3. */
export interface AgentJob {
  /** Aave's Pool. */
  readonly pool: string;
  /** NonfungiblePositionManager. */
  readonly positions: string;
  readonly usdc: string;
  readonly weth: string;
  /** Of the Uniswap pool, in hundredths of a basis point. */
  readonly fee: number;
}

/** All prices that the pool knows. */
export const RANGE = [-887_270, 887_270] as const;

/** Each day: 2,000 USDC into Aave, 1,000 USDC and 0.5 WETH into positions, six steps with these. */
export function agentSession(terms: PresetTerms, { pool, positions, usdc, weth, fee }: AgentJob): Session {
  return defiAgent({
    ...terms,
    aave: { pool, savings: [{ asset: usdc, supplied: daily(parseUnits("2000", 6)) }] },
    liquidity: {
      positions,
      fee,
      ranges: [RANGE],
      steps: daily(6n),
      tokens: [
        { token: usdc, provided: daily(parseUnits("1000", 6)) },
        { token: weth, provided: daily(parseEther("0.5")) },
      ],
    },
  });
}
