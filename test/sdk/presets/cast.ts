import { parseEther, parseUnits } from "ethers";
import { inDays, total, type DescribeContext } from "../../../sdk";
import { AAVE_POOL_ABI, POSITIONS_ABI, SWAP_ROUTER_ABI, type PresetTerms } from "../../../sdk/presets";

const at = (digit: string): string => `0x${digit.repeat(40)}`;

export const [USDC, WETH] = [at("a"), at("b")];
export const [ROUTER, AAVE, POSITIONS] = [at("c"), at("d"), at("e")];
export const [ALICE, BOB, MALLORY] = [at("4"), at("5"), at("6")];
export const ACCOUNT = at("1");

const NOW = Date.UTC(2030, 0, 1) / 1000;

/** What every preset of the tests is made with: a week from 2030 on, fees of at most 0.1 ether. */
export const TERMS: PresetTerms = {
  account: ACCOUNT,
  chainId: 1,
  key: at("2"),
  salt: 1n,
  now: NOW,
  validAfter: NOW,
  validUntil: inDays(7, NOW),
  fees: total(parseEther("0.1")),
};

export const FLOOR = { price: "0.0003", decimals: 18, otherDecimals: 6 };

export const usd = (dollars: string): bigint => parseUnits(dollars, 6);

export const NAMES: DescribeContext = {
  labels: { "the account": ACCOUNT, "the bot": at("2"), Alice: ALICE, Bob: BOB },
  tokens: { USDC: { address: USDC, decimals: 6 }, WETH: { address: WETH, decimals: 18 } },
  contracts: {
    Router: { address: ROUTER, abi: SWAP_ROUTER_ABI },
    Aave: { address: AAVE, abi: AAVE_POOL_ABI },
    Positions: { address: POSITIONS, abi: POSITIONS_ABI },
  },
};
