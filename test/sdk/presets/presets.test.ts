import { expect } from "chai";
import { parseEther } from "ethers";
import {
  allow,
  daily,
  describe as tell,
  eq,
  lint,
  lt,
  lte,
  sponsoredBy,
  total,
  weekly,
  type Session,
} from "../../../sdk";
import * as presets from "../../../sdk/presets";
import { expectCode } from "../arbitraries";
import { ALICE, AAVE, BOB, FLOOR, NAMES, POSITIONS, ROUTER, TERMS, usd, USDC, WETH } from "./cast";

const QUEST = { address: ROUTER, abi: ["function move(uint8 direction)", "function retire()"] } as const;
const UNTIL = "until 8 Jan 2030 00:00 UTC";
const FEES = "fees up to 0.1 ETH from the account.";
const PERIODS = "Periods count from 1 Jan 2030 00:00 UTC.";

const market = { sell: USDC, buy: WETH, pool: 500, floor: FLOOR };
const subscribed = { ...TERMS, token: USDC, payee: ALICE, amount: usd("9.99"), every: "month" } as const;
const averaged = { ...TERMS, ...market, router: ROUTER, amount: usd("50"), every: "week" } as const;
const traded = { ...TERMS, router: ROUTER, markets: [{ ...market, volume: daily(usd("500")) }] };
const saved = { pool: AAVE, savings: [{ asset: USDC, supplied: weekly(usd("1000")) }] };
const tokens = [
  { token: WETH, provided: daily(parseEther("1")) },
  { token: USDC, provided: daily(usd("2000")) },
] as const;
const liquidity = { positions: POSITIONS, fee: 500, ranges: [[-100, 100]] as const, steps: daily(6n), tokens };

/** The sentences between who may and until when, as `describe` prints them; the lint must find nothing. */
function sentences(session: Session, context = NAMES): readonly string[] {
  expect(lint(session, context)).to.deep.equal([]);
  const [head, ...lines] = tell(session, context).split("\n");
  expect(head).to.equal("For account the account on chain 1, the key the bot");
  return lines;
}

describe("presets.subscription", () => {
  it("is one payment of exactly the amount in each period", () => {
    expect(sentences(presets.subscription(subscribed))).to.deep.equal([
      `may call \`transfer\` on USDC to Alice, where amount is 9.99 USDC, together at most 1 call per 30 days, ${UNTIL}; ${FEES}`,
      PERIODS,
    ]);
  });

  it("accrues by the second, if missed periods are to add up", () => {
    expect(sentences(presets.subscription({ ...subscribed, accumulates: true }))).to.deep.equal([
      `may call \`transfer\` on USDC to Alice, together at most what accrues at 9.99 USDC per 30 days, ${UNTIL}; ${FEES}`,
      PERIODS,
    ]);
  });

  it("is in the native coin without a token", () => {
    const native = { ...TERMS, payee: ALICE, amount: parseEther("0.01"), every: "month" } as const;
    expect(sentences(presets.subscription(native))[0]).to.equal(
      `may send native value to Alice, together at most 0.01 ETH per 30 days, ${UNTIL}; ${FEES}`,
    );
    expect(sentences(presets.subscription({ ...native, accumulates: true }))[0]).to.equal(
      `may send native value to Alice, together at most what accrues at 0.01 ETH per 30 days, ${UNTIL}; ${FEES}`,
    );
  });

  it("may be sponsored, and then has no budget for fees", () => {
    const session = presets.subscription({ ...subscribed, fees: sponsoredBy(BOB) });
    expect(session.budgets).to.have.length(1);
    expect(sentences(session)[0]).to.match(/fees paid by the paymaster Bob only\.$/);
  });

  it("wants an amount, a period that there is, an end, and somebody who pays", () => {
    expectCode(() => presets.subscription({ ...subscribed, amount: 0n }), "NOT_POSITIVE");
    expectCode(() => presets.subscription({ ...subscribed, amount: 5 as never }), "NOT_POSITIVE");
    expectCode(() => presets.subscription({ ...subscribed, every: 59 }), "UNKNOWN_PERIOD");
    expectCode(() => presets.subscription({ ...subscribed, every: "year" as never }), "UNKNOWN_PERIOD");
    expectCode(() => presets.subscription({ ...subscribed, validUntil: undefined as never }), "EXPIRY_MISSING");
    expectCode(() => presets.subscription({ ...subscribed, fees: undefined as never }), "NOBODY_PAYS");
    expectCode(() => presets.subscription({ ...subscribed, payee: "alice.eth" }), "INVALID_ADDRESS");
    presets.subscription({ ...subscribed, every: 60 });
  });
});

describe("presets.payroll", () => {
  const employees = [
    { to: ALICE, salary: usd("3000") },
    { to: BOB, salary: usd("2500") },
  ];

  it("keeps the salaries apart", () => {
    expect(sentences(presets.payroll({ ...TERMS, token: USDC, employees, every: "month" })).slice(1, 3)).to.deep.equal([
      "1. call `transfer` on USDC to Alice, together at most 3000 USDC per 30 days;",
      "2. call `transfer` on USDC to Bob, together at most 2500 USDC per 30 days;",
    ]);
  });

  it("wants at least one employee, and at most 15 beside the fees", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_one, index) => ({ to: `0x${"4".repeat(38)}${index + 10}`, salary: 1n }));
    expectCode(() => presets.payroll({ ...TERMS, employees: [], every: "month" }), "NO_VALUES");
    expectCode(
      () => presets.payroll({ ...TERMS, employees: [{ to: ALICE, salary: -1n }], every: "day" }),
      "NOT_POSITIVE",
    );
    expectCode(() => presets.payroll({ ...TERMS, employees: many(16), every: "month" }), "TooManyBudgets");
    expect(presets.payroll({ ...TERMS, employees: many(15), every: "month" }).budgets).to.have.length(16);
  });
});

describe("presets.dca", () => {
  it("is one purchase of that size by that route in each period, and its approval", () => {
    expect(sentences(presets.dca(averaged)).slice(1, 3)).to.deep.equal([
      "1. call `approve` on USDC, where spender is Router and amount at most 50 USDC, together at most 50 USDC per week;",
      "2. call `exactInputSingle` on Router, where params.tokenIn is USDC, params.tokenOut is WETH, params.fee is 500, params.recipient is the account itself, params.amountIn is 50000000, params.amountOutMinimum at least 300000000 × params.amountIn (both in their smallest units) and params.sqrtPriceLimitX96 is 0, together at most 1 call per week;",
    ]);
  });

  it("goes by Uniswap V2 too", () => {
    expect(sentences(presets.dca({ ...averaged, pool: "v2" }))[2]).to.equal(
      "2. call `swapExactTokensForTokens` on Router to the account itself, where amountIn is 50000000, amountOutMin at least 300000000 × amountIn (both in their smallest units), path.length is 2, path[0] is USDC and path[1] is WETH, together at most 1 call per week;",
    );
  });

  it("wants an amount, two tokens, a price", () => {
    expectCode(() => presets.dca({ ...averaged, amount: 0n }), "NOT_POSITIVE");
    expectCode(() => presets.dca({ ...averaged, buy: USDC }), "SAME_TOKEN");
    expectCode(() => presets.dca({ ...averaged, floor: { price: "0" } }), "INVALID_FACTOR");
    expectCode(() => presets.dca({ ...averaged, pool: 2 ** 24 }), "VALUE_OUT_OF_RANGE");
  });
});

describe("presets.tradingBot", () => {
  it("has a volume and as large an approval for each market", () => {
    const session = presets.tradingBot(traded);
    expect(sentences(session).slice(1, 3)).to.deep.equal([
      "1. call `approve` on USDC, where spender is Router, together at most 500 USDC per day;",
      "2. call `exactInputSingle` on Router, where params.tokenIn is USDC, params.tokenOut is WETH, params.fee is 500, params.recipient is the account itself, params.amountOutMinimum at least 300000000 × params.amountIn (both in their smallest units) and params.sqrtPriceLimitX96 is 0, params.amountIn together at most 500000000 units per day;",
    ]);
    const two = {
      ...traded,
      markets: [...traded.markets, { ...traded.markets[0]!, pool: "v2" as const, sell: WETH, buy: USDC }],
    };
    expect(presets.tradingBot(two).budgets).to.have.length(5);
  });

  it("takes a factor of raw units for a floor", () => {
    const [one] = traded.markets;
    const raw = presets.tradingBot({ ...traded, markets: [{ ...one!, floor: { price: 300_000_000 } }] });
    expect(raw.permissions).to.deep.equal(presets.tradingBot(traded).permissions);
  });

  it("wants markets of two tokens", () => {
    expectCode(() => presets.tradingBot({ ...traded, markets: [] }), "NO_VALUES");
    expectCode(() => presets.tradingBot({ ...traded, markets: [{ ...traded.markets[0]!, buy: USDC }] }), "SAME_TOKEN");
  });
});

describe("presets.game", () => {
  const contracts = { Quest: QUEST };
  const played = { ...TERMS, moves: [allow(QUEST, "move", { direction: lt(4) })], limit: 100n };

  it("counts all moves together", () => {
    expect(sentences(presets.game(played), { ...NAMES, contracts })).to.deep.equal([
      `may call \`move\` on Quest, where direction below 4, together at most 100 calls, ${UNTIL}; ${FEES}`,
    ]);
    const more = presets.game({ ...played, moves: [played.moves, [allow(QUEST, "retire")]] });
    expect(sentences(more, { ...NAMES, contracts })).to.include("Budget 0: together at most 100 calls.");
  });

  it("wants moves, and a limit", () => {
    expectCode(() => presets.game({ ...played, moves: [] }), "NO_VALUES");
    expectCode(() => presets.game({ ...played, limit: 0n }), "NOT_POSITIVE");
  });
});

describe("presets.trigger", () => {
  const send = allow({ address: USDC, abi: presets.ERC20_ABI }, "transfer", {
    to: eq(ALICE),
    amount: lte(usd("5000")),
  });

  it("counts the runs of each action", () => {
    const actions = [allow(QUEST, "retire"), send];
    const context = { ...NAMES, contracts: { Quest: QUEST } };
    expect(sentences(presets.trigger({ ...TERMS, actions, runs: daily(1n) }), context).slice(1, 3)).to.deep.equal([
      "1. call `retire` on Quest, together at most 1 call per day;",
      "2. call `transfer` on USDC to Alice, where amount at most 5000 USDC, together at most 1 call per day;",
    ]);
  });

  it("wants actions", () => {
    expectCode(() => presets.trigger({ ...TERMS, actions: [[]], runs: daily(1n) }), "NO_VALUES");
  });
});

describe("presets.aaveManager and presets.defiAgent", () => {
  it("supply for the account, and withdraw to it", () => {
    const session = presets.aaveManager({ ...TERMS, ...saved });
    expect(sentences(session).slice(1, 4)).to.deep.equal([
      "1. call `approve` on USDC, where spender is Aave, together at most 1000 USDC per week;",
      "2. call `supply` on Aave, where asset is USDC and onBehalfOf is the account itself, amount together at most 1000000000 units per week;",
      "3. call `withdraw` on Aave to the account itself, where asset is USDC;",
    ]);
    expect(presets.defiAgent({ ...TERMS, aave: saved })).to.deep.equal(session);
  });

  it("open positions in their ranges, and bring them home", () => {
    expect(sentences(presets.defiAgent({ ...TERMS, liquidity })).slice(1, 7)).to.deep.equal([
      "1. call `approve` on USDC, where spender is Positions, together at most 2000 USDC per day;",
      "2. call `approve` on WETH, where spender is Positions, together at most 1 WETH per day;",
      "3. call `mint` on Positions, where params.token0 is USDC, params.token1 is WETH, params.fee is 500, params.recipient is the account itself, params.tickLower is -100 and params.tickUpper is 100, params.amount0Desired together at most 2000000000 units per day, params.amount1Desired together at most 1000000000000000000 units per day, each call counted against budget 2;",
      "4. call `decreaseLiquidity` on Positions, each call counted against budget 2;",
      "5. call `collect` on Positions, where params.recipient is the account itself, each call counted against budget 2;",
      "Budget 2: together at most 6 calls per day.",
    ]);
  });

  it("want something to do, and two tokens", () => {
    expectCode(() => presets.defiAgent(TERMS), "NO_VALUES");
    expectCode(() => presets.aaveManager({ ...TERMS, pool: AAVE, savings: [] }), "NO_VALUES");
    expectCode(() => presets.defiAgent({ ...TERMS, liquidity: { ...liquidity, ranges: [] } }), "NO_VALUES");
    const same = { ...liquidity, tokens: [tokens[0], tokens[0]] as const };
    expectCode(() => presets.defiAgent({ ...TERMS, liquidity: same }), "SAME_TOKEN");
  });
});

describe("presets.watcher", () => {
  const watched = { ...TERMS, pool: AAVE, debt: { asset: USDC, repaid: total(usd("5000")) } };

  it("repays the account's own debt, and no more", () => {
    expect(sentences(presets.watcher(watched)).slice(1, 3)).to.deep.equal([
      "1. call `approve` on USDC, where spender is Aave, together at most 5000 USDC;",
      "2. call `repay` on Aave, where asset is USDC and onBehalfOf is the account itself, amount together at most 5000000000 units;",
    ]);
  });

  it("takes collateral home, if it may", () => {
    const collateral = { asset: WETH, withdrawn: total(parseEther("2")) };
    expect(sentences(presets.watcher({ ...watched, collateral }))[3]).to.equal(
      "3. call `withdraw` on Aave to the account itself, where asset is WETH, amount together at most 2000000000000000000 units;",
    );
  });

  it("wants addresses", () => {
    expectCode(() => presets.watcher({ ...watched, pool: "0x12" }), "INVALID_ADDRESS");
  });
});
