import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ERC20_ABI } from "../../sdk/presets";
import { balanceOf, call } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { START, type Stage } from "../support/stage";
import { deploy } from "../support/world/artifact";
import { fund, usdc } from "../support/world/tokens";
import { collect, triggerCalls } from "./calls";
import { MOST, triggerSession, VESTING_ABI } from "./session";

const DAY = 86_400;

/** 10,000 USDC that vest for the account over 20 days. */
export async function setUpVesting({ director, account, tokens }: Stage): Promise<string> {
  const path = "openzeppelin-4/build/contracts/VestingWallet.json";
  const vesting = await (await deploy(director, path, [account, START, 20 * DAY])).getAddress();
  await fund(director, tokens.usdc, vesting, usdc("10000"));
  return vesting;
}

export const triggers: Example = {
  name: "triggers",
  title: "Contract interactions on triggers",
  on: "OpenZeppelin's VestingWallet and an ERC-20",
  async play(stage) {
    const { provider, account, tokens, alice, mallory } = stage;
    const vesting = await setUpVesting(stage);
    const other = await setUpVesting(stage);
    const job = { vesting, usdc: tokens.usdc, coldWallet: alice };
    const play = await Play.begin(stage, triggerSession(stage.terms, job), {
      contracts: { Vesting: { address: vesting, abi: VESTING_ABI } },
    });
    play.holds("calls before the trigger fires", (await triggerCalls(job, account, provider)).length, 0);

    await time.increaseTo(START + 3 * DAY);
    await play.does("releases what has vested, to the cold wallet", await triggerCalls(job, account, provider));
    const saved = await balanceOf(provider, tokens.usdc, alice);
    play.holds("1,500 USDC saved after 3 days of 20", saved >= usdc("1500") && saved < usdc("1501"), true);
    await play.refuses("a second run on the same day", collect(job, 1n), "BudgetExceeded");

    await time.increaseTo(START + 15 * DAY);
    const [release, send] = collect(job, MOST + 1n);
    await play.refuses("more than a run may move", [send], "RuleNotMet");
    const elsewhere = call(tokens.usdc, ERC20_ABI, "transfer", [mallory, 1n]);
    await play.refuses("to somebody else", [elsewhere], "RuleNotMet");
    const another = call(vesting, VESTING_ABI, "release(address)", [tokens.meme]);
    await play.refuses("release of another token", [another], "RuleNotMet");
    await play.refuses("another function", [call(vesting, VESTING_ABI, "release()", [])], "SessionNotEnabled");
    await play.refuses("another contract", [{ ...release, target: other }], "SessionNotEnabled");
    await play.refuses("native value", [{ target: alice, value: 1n, data: "0x" }], "SessionNotEnabled");
    await play.does("days later: releases at most 5,000", await triggerCalls(job, account, provider));
    play.holds("moved on that day", (await balanceOf(provider, tokens.usdc, alice)) - saved, MOST);
    return [play];
  },
};

runAlone(module, triggers);
