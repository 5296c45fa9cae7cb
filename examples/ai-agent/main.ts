import { parseEther } from "ethers";
import { AAVE_POOL_ABI, agentTools, ERC20_ABI, refusalOf } from "../../sdk/presets";
import { balanceOf, call, view } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import type { Stage } from "../support/stage";
import { fund, fundWeth, usdc } from "../support/world/tokens";
import { agentCalls, supply } from "./calls";
import { agentSession, RANGE, type AgentJob } from "./session";
import { callsOf, type Idea } from "./tools";

const POOL = [
  "function borrow(address asset, uint256 amount, uint256 rateMode, uint16 referralCode, address onBehalfOf)",
  "function setUserUseReserveAsCollateral(address asset, bool useAsCollateral)",
  "function flashLoanSimple(address receiver, address asset, uint256 amount, bytes params, uint16 referralCode)",
];
const OWNED = "function tokenOfOwnerByIndex(address owner, uint256 index) view returns (uint256)";
const POSITION =
  "function positions(uint256 tokenId) view returns (uint96 nonce, address operator, address token0, address token1, uint24 fee, int24 tickLower, int24 tickUpper, uint128 liquidity, uint256 inside0, uint256 inside1, uint128 owed0, uint128 owed1)";
const MOST = String(2n ** 128n - 1n);
const LATER = String(2n ** 40n);

/** The arguments of a position of 500 USDC and 0.25 WETH, as the tools have them. */
function position({ usdc: dollars, weth, fee }: AgentJob, recipient: string): Readonly<Record<string, unknown>> {
  const reserves = { [dollars]: String(usdc("500")), [weth]: String(parseEther("0.25")) };
  const [token0, token1] = [dollars, weth].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)) as [string, string];
  return {
    ...{ token0, token1, fee: String(fee), tickLower: String(RANGE[0]), tickUpper: String(RANGE[1]) },
    ...{ amount0Desired: reserves[token0], amount1Desired: reserves[token1], amount0Min: "0", amount1Min: "0" },
    ...{ recipient, deadline: LATER },
  };
}

/** Half of the position comes home. */
async function rebalance({ provider, account }: Stage, { positions }: AgentJob): Promise<readonly Idea[]> {
  const id = await view(provider, positions, OWNED, [account, 0]);
  const { liquidity } = await view<{ liquidity: bigint }>(provider, positions, POSITION, [id]);
  const tokenId = String(id);
  const less = { tokenId, liquidity: String(liquidity / 2n), amount0Min: "0", amount1Min: "0", deadline: LATER };
  const all = { tokenId, recipient: account, amount0Max: MOST, amount1Max: MOST };
  return [
    { tool: "decreaseLiquidity_Positions", input: { params: less } },
    { tool: "collect_Positions", input: { params: all } },
  ];
}

export const aiAgent: Example = {
  name: "ai-agent",
  title: "AI agent in DeFi: yield, liquidity, rebalancing",
  on: "Aave V3 and Uniswap V3 positions",
  async play(stage) {
    const { provider, account, tokens, uniswap, aave, director, mallory } = stage;
    const { positions, fee } = uniswap;
    const job: AgentJob = { pool: aave.pool, positions, usdc: tokens.usdc, weth: tokens.weth, fee };
    await fund(director, tokens.usdc, account, usdc("5000"));
    await fundWeth(director, tokens.weth, account, "1");
    const play = await Play.begin(stage, agentSession(stage.terms, job));
    const tools = agentTools(play.session, play.context);

    await play.does("supplies idle USDC to Aave", await agentCalls(job, account, provider));
    play.holds("at Aave", (await balanceOf(provider, aave.aUsdc, account)) >= usdc("1000"), true);
    const open: readonly Idea[] = [
      { tool: "approve_USDC_2", input: { spender: positions, amount: String(usdc("500")) } },
      { tool: "approve_WETH", input: { spender: positions, amount: String(parseEther("0.25")) } },
      { tool: "mint_Positions", input: { params: position(job, account) } },
    ];
    await play.does("opens a position on Uniswap, by its tools", callsOf(tools, open));
    const before = await balanceOf(provider, tokens.usdc, account);
    await play.does("takes half of it home, by its tools", callsOf(tools, await rebalance(stage, job)));
    play.holds("USDC came home", (await balanceOf(provider, tokens.usdc, account)) > before + usdc("249"), true);
    const home: Idea = { tool: "withdraw_Aave", input: { asset: job.usdc, amount: String(usdc("400")), to: account } };
    await play.does("withdraws 400 USDC from Aave, home", callsOf(tools, [home]));

    await refuseLending(play, job, mallory);
    const mint = (changes: object, of = account) =>
      callsOf(tools, [{ tool: "mint_Positions", input: { params: { ...position(job, of), ...changes } } }]);
    await play.refuses("a position for somebody else", mint({}, mallory), "RuleNotMet");
    await play.refuses("a position in another pool", mint({ fee: "3000" }), "RuleNotMet");
    await play.refuses("a position of another token", mint({ token0: tokens.meme }), "RuleNotMet");
    const collect = { tokenId: "0", recipient: mallory, amount0Max: MOST, amount1Max: MOST };
    const away = callsOf(tools, [{ tool: "collect_Positions", input: { params: collect } }]);
    await play.refuses("collecting for somebody else", away, "RuleNotMet");
    const meme = call(tokens.meme, ERC20_ABI, "approve", [job.pool, 1n]);
    await play.refuses("an approval of another asset", [meme], "SessionNotEnabled");

    const theft: Idea = { ...home, input: { ...home.input, to: mallory } };
    const answer = await play.signer.sendCalls(callsOf(tools, [theft])).catch((error: unknown) => error);
    const { cause } = refusalOf(answer, play.session, play.context);
    play.holds("what the agent is told", cause, "The session allows it only where to the account itself.");
    return [play];
  },
};

async function refuseLending(play: Play, job: AgentJob, mallory: string): Promise<void> {
  const { account } = play.session;
  const { pool, usdc: dollars, weth } = job;
  const inPool = (name: string, args: readonly unknown[]) => [call(pool, POOL, name, args)];
  const withdraw = call(pool, AAVE_POOL_ABI, "withdraw", [dollars, 1n, mallory]);
  await play.refuses("withdrawing to somebody else", [withdraw], "RuleNotMet");
  await play.refuses("borrowing", inPool("borrow", [dollars, 1n, 2, 0, account]), "SessionNotEnabled");
  const flash = inPool("flashLoanSimple", [mallory, dollars, 1n, "0x", 0]);
  await play.refuses("leverage: a flash loan", flash, "SessionNotEnabled");
  const collateral = inPool("setUserUseReserveAsCollateral", [dollars, true]);
  await play.refuses("leverage: what is collateral", collateral, "SessionNotEnabled");
  const other = call(pool, AAVE_POOL_ABI, "supply", [weth, 1n, account, 0]);
  await play.refuses("supplying another asset", [other], "RuleNotMet");
  await play.refuses("supplying for somebody else", supply(job, 1n, mallory).slice(1), "RuleNotMet");
  await play.refuses("supplying more than the day's", supply(job, usdc("1001"), account), "BudgetExceeded");
}

runAlone(module, aiAgent);
