import { parseEther } from "ethers";
import { AAVE_POOL_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { asOwner, type Stage } from "../support/stage";
import { fundWeth, usdc } from "../support/world/tokens";
import { positionOf, repay, watcherCalls, withdraw } from "./calls";
import { CAPS, watcherSession, type WatcherJob } from "./session";

const POOL = [
  "function borrow(address asset, uint256 amount, uint256 rateMode, uint16 referralCode, address onBehalfOf)",
];
const APPROVE = ["function approve(address spender, uint256 amount)"];

/** The owner supplies 10 WETH and borrows 10,000 USDC. */
export async function openPosition(stage: Stage, { pool, weth, usdc: dollars }: WatcherJob): Promise<void> {
  const { account, director } = stage;
  const collateral = parseEther("10");
  await fundWeth(director, weth, account, "10");
  await asOwner(stage, [
    call(weth, APPROVE, "approve", [pool, collateral]),
    call(pool, AAVE_POOL_ABI, "supply", [weth, collateral, account, 0]),
    call(pool, POOL, "borrow", [dollars, usdc("10000"), 2, 0, account]),
  ]);
}

export const watcher: Example = {
  name: "watcher",
  title: "Delegated transactions: a watcher of a loan",
  on: "Aave V3 with a price that moves",
  async play(stage) {
    const { provider, account, aave, tokens, mallory } = stage;
    const job = { pool: aave.pool, usdc: tokens.usdc, weth: tokens.weth };
    await openPosition(stage, job);
    const play = await Play.begin(stage, watcherSession(stage.terms, job));
    play.holds("calls while all is well", (await watcherCalls(job, account, provider)).length, 0);
    await play.does("repays 100 USDC while all is well: pointless, harmless", repay(job, usdc("100"), account));

    await aave.setWethPrice(1250n);
    const before = await positionOf(job, account, provider);
    play.holds("in danger at 1,250 dollars", before.health < parseEther("1.1"), true);
    await play.does("repays when WETH falls to 1,250 dollars", await watcherCalls(job, account, provider));
    const { health } = await positionOf(job, account, provider);
    play.holds("safe again", health > parseEther("1.49"), true);
    await play.does("takes 1 WETH of collateral home", [withdraw(job, parseEther("1"), account)]);
    play.holds("WETH at home", await balanceOf(provider, tokens.weth, account), parseEther("1"));

    await play.refuses("collateral for somebody else", [withdraw(job, parseEther("1"), mallory)], "RuleNotMet");
    await play.refuses("more collateral than entrusted", [withdraw(job, parseEther("1.1"), account)], "BudgetExceeded");
    const [, forMallory] = repay(job, 1n, mallory);
    await play.refuses("repaying somebody else's loan", [forMallory!], "RuleNotMet");
    await play.refuses("repaying more than entrusted", repay(job, CAPS.repaid, account), "BudgetExceeded");
    const borrow = call(job.pool, POOL, "borrow", [tokens.usdc, 1n, 2, 0, account]);
    await play.refuses("borrowing", [borrow], "SessionNotEnabled");
    const otherAsset = call(job.pool, AAVE_POOL_ABI, "withdraw", [tokens.usdc, 1n, account]);
    await play.refuses("withdrawing another asset", [otherAsset], "RuleNotMet");
    const approve = call(tokens.usdc, APPROVE, "approve", [mallory, 1n]);
    await play.refuses("an approval of somebody else", [approve], "RuleNotMet");
    return [play];
  },
};

runAlone(module, watcher);
