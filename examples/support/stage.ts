import { time } from "@nomicfoundation/hardhat-network-helpers";
import { parseEther, type Provider, type Signer } from "ethers";
import { inDays, total, type Call, type DescribeContext } from "../../sdk";
import { callAsOwner } from "../../sdk/actions/owner";
import { AAVE_POOL_ABI, POSITIONS_ABI, SWAP_ROUTER_ABI, type PresetTerms } from "../../sdk/presets";
import { buildLocalAccount, type LocalAccount } from "../../scripts/support/localAccount";
import { deployAave, type Aave } from "./world/aave";
import { deployTokens, type Tokens } from "./world/tokens";
import { deployUniswap, type Uniswap } from "./world/uniswap";

/** Every run begins here, so that what it prints is the same each time. */
export const START = Date.UTC(2030, 0, 1) / 1000;

type People = Readonly<Record<"alice" | "bob" | "mallory" | "merchant", string>>;

/** What the examples play on: a local chain with real protocols, and somebody's smart account. */
export interface Stage extends LocalAccount, People {
  readonly provider: Provider;
  /** Deploys, mints, moves prices: everything that is not the account's. */
  readonly director: Signer;
  readonly account: string;
  readonly tokens: Tokens;
  readonly uniswap: Uniswap;
  readonly aave: Aave;
  /** Of every session: 30 days from {@link START}, fees of at most 0.1 ether from the account. */
  readonly terms: PresetTerms;
  /** Names for `describe`. */
  readonly names: DescribeContext;
}

/** Deploys everything. */
export async function buildStage(): Promise<Stage> {
  const local = await buildLocalAccount("an example");
  const { chain, common, installed } = local;
  const { provider, bundler: director } = chain;
  const tokens = await deployTokens(director);
  const uniswap = await deployUniswap(director, tokens);
  const aave = await deployAave(director, tokens);
  const [alice, bob, mallory, merchant] = await Promise.all(
    [3, 4, 5, 6].map(async (index) => (await provider.getSigner(index)).address),
  );
  await time.increaseTo(START);
  const people = { alice: alice!, bob: bob!, mallory: mallory!, merchant: merchant! };
  const { account } = installed;
  return {
    ...local,
    ...people,
    ...{ provider, director, account, tokens, uniswap, aave },
    terms: { ...common, now: START, validAfter: START, validUntil: inDays(30, START), fees: total(parseEther("0.1")) },
    names: namesOf({ tokens, uniswap, aave }, { "the account": account, "the bot": common.key, ...capitals(people) }),
  };
}

function capitals({ alice, bob, mallory, merchant }: People): Record<string, string> {
  return { Alice: alice, Bob: bob, Mallory: mallory, "the merchant": merchant };
}

function namesOf(
  { tokens, uniswap, aave }: Pick<Stage, "tokens" | "uniswap" | "aave">,
  labels: Readonly<Record<string, string>>,
): DescribeContext {
  return {
    labels,
    tokens: {
      USDC: { address: tokens.usdc, decimals: 6 },
      WETH: { address: tokens.weth, decimals: 18 },
      MEME: { address: tokens.meme, decimals: 18 },
    },
    contracts: {
      SwapRouter02: { address: uniswap.router, abi: SWAP_ROUTER_ABI },
      Positions: { address: uniswap.positions, abi: POSITIONS_ABI },
      Aave: { address: aave.pool, abi: AAVE_POOL_ABI },
    },
  };
}

/** The owner has the account do something, without a session. */
export async function asOwner({ installed, chain, account }: Stage, calls: readonly Call[]): Promise<void> {
  const gas = { callGasLimit: 2_000_000n, verificationGasLimit: 200_000n };
  const { success } = await callAsOwner(installed, { account, owner: chain.owner }, calls, { gas });
  if (!success) throw new Error("the owner's calls reverted");
}
