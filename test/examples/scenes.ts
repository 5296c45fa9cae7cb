import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { Session } from "../../sdk";
import { setUpBoard } from "../../examples/game/board";
import { agentSession } from "../../examples/ai-agent/session";
import { dcaSession } from "../../examples/dca/session";
import { gameSession, QUEST_ABI } from "../../examples/game/session";
import { payrollSession, subscriptionSession } from "../../examples/payroll/session";
import { balanceOf, view } from "../../examples/support/calls";
import { START, type Stage } from "../../examples/support/stage";
import { fund, usdc } from "../../examples/support/world/tokens";
import { tradingSession } from "../../examples/trading-bot/session";
import { setUpVesting } from "../../examples/triggers/main";
import { triggerSession } from "../../examples/triggers/session";
import { openPosition } from "../../examples/watcher/main";
import { positionOf } from "../../examples/watcher/calls";
import { watcherSession } from "../../examples/watcher/session";

/** What an automation is run on. */
interface Set {
  readonly job: object;
  /** By the names of their files. */
  readonly sessions: Readonly<Record<string, Session>>;
  /** What its work shows in. */
  readonly holdings: () => Promise<Record<string, bigint>>;
  /** How many actions are due. */
  readonly done: number;
  /** What its condition waits for. */
  readonly waits?: () => Promise<void>;
}

export type Scene = (stage: Stage) => Promise<Set>;

const DAY = 86_400;

/** Balances of the account, in tokens by name. */
function ofAccount({ provider, account }: Stage, tokens: Readonly<Record<string, string>>): Set["holdings"] {
  return async () => {
    const held = Object.entries(tokens).map(async ([name, token]) => [name, await balanceOf(provider, token, account)]);
    return Object.fromEntries(await Promise.all(held)) as Record<string, bigint>;
  };
}

const game: Scene = async (stage) => {
  const board = await setUpBoard(stage);
  const { quest, hero, items } = board;
  const found = "function balanceOf(address account, uint256 id) view returns (uint256)";
  return {
    job: { quest, hero },
    sessions: { game: gameSession(stage.terms, board) },
    holdings: async () => ({
      steps: await view(stage.provider, quest, QUEST_ABI[2], [hero]),
      items: await view(stage.provider, items, found, [stage.account, 2]),
    }),
    done: 1,
  };
};

const tradingBot: Scene = async (stage) => {
  const { account, tokens, uniswap, director, terms } = stage;
  const { router, quoter, fee } = uniswap;
  const prices = { buyBelow: usdc("2100"), sellAbove: usdc("3000") };
  const job = { router, quoter, fee, usdc: tokens.usdc, weth: tokens.weth, ...prices };
  await fund(director, tokens.usdc, account, usdc("5000"));
  const holdings = ofAccount(stage, { usdc: tokens.usdc, weth: tokens.weth });
  return { job, sessions: { "trading-bot": tradingSession(terms, job) }, holdings, done: 1 };
};

const aiAgent: Scene = async (stage) => {
  const { account, tokens, uniswap, aave, director, terms } = stage;
  const { positions, fee } = uniswap;
  const job = { pool: aave.pool, positions, usdc: tokens.usdc, weth: tokens.weth, fee };
  await fund(director, tokens.usdc, account, usdc("5000"));
  const holdings = ofAccount(stage, { usdc: tokens.usdc, supplied: aave.aUsdc });
  return { job, sessions: { "ai-agent": agentSession(terms, job) }, holdings, done: 1 };
};

const dca: Scene = async (stage) => {
  const { account, tokens, uniswap, director, terms } = stage;
  const job = { router: uniswap.router, usdc: tokens.usdc, weth: tokens.weth, fee: uniswap.fee };
  await fund(director, tokens.usdc, account, usdc("1000"));
  const holdings = ofAccount(stage, { usdc: tokens.usdc, weth: tokens.weth });
  return { job, sessions: { dca: dcaSession(terms, job) }, holdings, done: 1 };
};

const payroll: Scene = async (stage) => {
  const { provider, account, tokens, director, merchant, alice, bob, terms } = stage;
  const job = { usdc: tokens.usdc, merchant, alice, bob };
  await fund(director, tokens.usdc, account, usdc("100"));
  return {
    job,
    sessions: { subscription: subscriptionSession(terms, job), payroll: payrollSession(terms, job) },
    holdings: async () => ({
      merchant: await balanceOf(provider, tokens.usdc, merchant),
      alice: await provider.getBalance(alice),
      bob: await provider.getBalance(bob),
    }),
    done: 2,
  };
};

const triggers: Scene = async (stage) => {
  const { provider, tokens, alice, terms } = stage;
  const job = { vesting: await setUpVesting(stage), usdc: tokens.usdc, coldWallet: alice };
  return {
    job,
    sessions: { triggers: triggerSession(terms, job) },
    holdings: async () => ({ saved: await balanceOf(provider, tokens.usdc, alice) }),
    done: 1,
    waits: () => time.increaseTo(START + 3 * DAY),
  };
};

const watcher: Scene = async (stage) => {
  const { provider, account, aave, tokens, terms } = stage;
  const job = { pool: aave.pool, usdc: tokens.usdc, weth: tokens.weth };
  await openPosition(stage, job);
  return {
    job,
    sessions: { watcher: watcherSession(terms, job) },
    holdings: async () => ({
      usdc: await balanceOf(provider, tokens.usdc, account),
      debt: (await positionOf(job, account, provider)).debt,
    }),
    done: 1,
    waits: () => aave.setWethPrice(1250n),
  };
};

/** By the folders of the use cases. */
export const scenes: Readonly<Record<string, Scene>> = {
  ...{ game, "trading-bot": tradingBot, "ai-agent": aiAgent, dca, payroll, triggers, watcher },
};
