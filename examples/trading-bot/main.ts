import { time } from "@nomicfoundation/hardhat-network-helpers";
import { MaxUint256, parseEther } from "ethers";
import { ERC20_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { START } from "../support/stage";
import { fund, usdc } from "../support/world/tokens";
import { buy, sell, tradingCalls } from "./calls";
import { tradingSession, type TradingJob } from "./session";

const MULTICALL = ["function multicall(bytes[] data) payable"];

export const tradingBot: Example = {
  name: "trading-bot",
  title: "Trading bot: swaps on conditions",
  on: "Uniswap V3 and V2 by SwapRouter02",
  async play(stage) {
    const { provider, account, tokens, uniswap, director, mallory } = stage;
    const { router, quoter, fee } = uniswap;
    const places = { router, quoter, fee, usdc: tokens.usdc, weth: tokens.weth };
    const job: TradingJob = { ...places, buyBelow: usdc("2100"), sellAbove: usdc("3000") };
    const waits: TradingJob = { ...job, buyBelow: usdc("1500") };
    const sells: TradingJob = { ...waits, sellAbove: usdc("1900") };
    await fund(director, tokens.usdc, account, usdc("5000"));
    const play = await Play.begin(stage, tradingSession(stage.terms, job));
    play.holds("calls at no price that it waits for", (await tradingCalls(waits, account, provider)).length, 0);

    await play.does("buys WETH on V3 below 2,100 dollars", await tradingCalls(job, account, provider));
    const bought = await balanceOf(provider, tokens.weth, account);
    play.holds("0.297 WETH for 600 USDC at least", bought >= parseEther("0.297"), true);
    await play.does("sells WETH on V2 above 1,900 dollars", await tradingCalls(sells, account, provider));
    play.holds("WETH sold", bought - (await balanceOf(provider, tokens.weth, account)), parseEther("0.2"));

    const [one, fair] = [usdc("1"), parseEther("0.0004")];
    const [, swap] = buy(job, account, one, fair);
    const refuses = (title: string, changes: Readonly<Record<string, unknown>>) =>
      play.refuses(title, buy(job, account, one, fair, changes).slice(1), "RuleNotMet");
    await refuses("another token", { tokenOut: tokens.meme });
    await refuses("another pool", { fee: 3000 });
    await refuses("WETH for somebody else", { recipient: mallory });
    await refuses("a price worse than the floor", { amountOutMinimum: fair - 1n });
    const [, detour] = sell(job, account, 1n, 1n, [tokens.weth, tokens.meme, tokens.usdc]);
    await play.refuses("a detour by another token on V2", [detour], "RuleNotMet");
    const [, away] = sell(job, mallory, 1n, 1n);
    await play.refuses("USDC for somebody else on V2", [away], "RuleNotMet");
    const unlimited = call(tokens.usdc, ERC20_ABI, "approve", [router, MaxUint256]);
    await play.refuses("an unlimited approval", [unlimited], "BudgetExceeded");
    const spender = call(tokens.usdc, ERC20_ABI, "approve", [mallory, 1n]);
    await play.refuses("an approval of somebody else", [spender], "RuleNotMet");
    const wrapped = call(router, MULTICALL, "multicall", [[swap.data]]);
    await play.refuses("a swap wrapped in a multicall", [wrapped], "SessionNotEnabled");

    const next = await tradingCalls(job, account, provider);
    await play.refuses("more than the day's volume", next, "BudgetExceeded");
    await time.increaseTo(START + 86_400 + 60);
    await play.does("the same on the next day", next);
    play.holds("USDC was sold twice", (await balanceOf(provider, tokens.usdc, account)) < usdc("4300"), true);
    play.holds("and nothing went to Mallory", await balanceOf(provider, tokens.weth, mallory), 0n);
    return [play];
  },
};

runAlone(module, tradingBot);
