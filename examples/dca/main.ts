import { time } from "@nomicfoundation/hardhat-network-helpers";
import { MaxUint256 } from "ethers";
import { ERC20_ABI, SWAP_ROUTER_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { START } from "../support/stage";
import { fund, usdc } from "../support/world/tokens";
import { dcaCalls, purchase } from "./calls";
import { dcaSession, PURCHASE } from "./session";

const WEEK = 7 * 86_400;

export const dca: Example = {
  name: "dca",
  title: "Dollar-cost averaging",
  on: "Uniswap V3",
  async play(stage) {
    const { provider, account, tokens, uniswap, director, mallory } = stage;
    const job = { router: uniswap.router, usdc: tokens.usdc, weth: tokens.weth, fee: uniswap.fee };
    await fund(director, tokens.usdc, account, usdc("1000"));
    const play = await Play.begin(stage, dcaSession(stage.terms, job));
    const [approve] = purchase(job, account);
    const swap = (changes: Readonly<Record<string, unknown>>) => purchase(job, account, changes).slice(1);

    await play.does("buys WETH for 50 USDC", await dcaCalls(job, account, provider));
    const bought = await balanceOf(provider, tokens.weth, account);
    play.holds("WETH for 50 USDC at 2,000 dollars, less 0.05 %", bought > 24n * 10n ** 15n, true);
    await play.refuses("a second purchase in the same week", swap({}), "BudgetExceeded");
    await play.refuses("another approval in the same week", [approve!], "BudgetExceeded");

    await time.increaseTo(START + 3 * WEEK + 60);
    await play.refuses("a bigger purchase", swap({ amountIn: PURCHASE + 1n }), "RuleNotMet");
    await play.refuses("another pool", swap({ fee: 3000 }), "RuleNotMet");
    await play.refuses("another token", swap({ tokenOut: tokens.meme }), "RuleNotMet");
    await play.refuses("WETH for somebody else", swap({ recipient: mallory }), "RuleNotMet");
    await play.refuses("at any price", swap({ amountOutMinimum: 0n }), "RuleNotMet");
    const path = [PURCHASE, 10n ** 18n, [tokens.usdc, tokens.weth], account];
    await play.refuses(
      "by Uniswap V2",
      [call(job.router, SWAP_ROUTER_ABI, "swapExactTokensForTokens", path)],
      "SessionNotEnabled",
    );
    const unlimited = call(tokens.usdc, ERC20_ABI, "approve", [job.router, MaxUint256]);
    await play.refuses("an unlimited approval", [unlimited], "RuleNotMet");

    await play.does("two missed weeks later: buys once", await dcaCalls(job, account, provider));
    await play.refuses("a missed purchase on top", swap({}), "BudgetExceeded");
    play.holds("USDC spent", usdc("1000") - (await balanceOf(provider, tokens.usdc, account)), 2n * PURCHASE);
    return [play];
  },
};

runAlone(module, dca);
