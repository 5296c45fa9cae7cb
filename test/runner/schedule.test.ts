import { expect } from "chai";
import { cron, every, everyPeriod, eventSeen, price, viewResult } from "../../runner";
import { parseAutomation } from "../../runner/document";
import { periodicBudget, totalBudget } from "../../sdk";
import { codeOf } from "./parts";

const AT = "0x1111111111111111111111111111111111111111";
/** Monday, 1 March 2027, noon UTC, for ten days. */
const START = Date.UTC(2027, 2, 1, 12) / 1000;
const session = { validAfter: START, validUntil: START + 10 * 86_400, budgets: [periodicBudget(1n, 86_400)] };

describe("Schedules", () => {
  it("every so many seconds: from validAfter on, both ends inclusive, and nothing outside", () => {
    const hourly = every(3_600);
    expect(hourly.periodAt(START, session)).to.deep.equal({ index: 0, starts: START, ends: START + 3_599 });
    expect(hourly.periodAt(START + 3_599, session)!.index).to.equal(0);
    expect(hourly.periodAt(START + 3_600, session)!.index).to.equal(1);
    expect(hourly.periodAt(START - 1, session)).to.equal(undefined);
    expect(hourly.periodAt(session.validUntil + 1, session)).to.equal(undefined);
    expect(hourly.periodAt(session.validUntil, session)!.index).to.equal(hourly.count(session) - 1);
    expect(codeOf(() => every(0))).to.equal("INVALID_SCHEDULE");
  });

  it("every period of the shortest periodic budget", () => {
    expect(everyPeriod().periodAt(START + 86_400, session)!.index).to.equal(1);
    const budgets = [totalBudget(1n)];
    expect(codeOf(() => everyPeriod().count({ ...session, budgets }))).to.equal("NO_PERIODIC_BUDGET");
  });

  it("cron: in UTC, from one occurrence to the next, or within so many seconds of it", () => {
    const nine = cron("0 9 * * *");
    const tuesday = Date.UTC(2027, 2, 2, 9) / 1000;
    expect(nine.periodAt(tuesday - 1, session), "none since the session began").to.equal(undefined);
    expect(nine.periodAt(tuesday, session)).to.include({ starts: tuesday, ends: tuesday + 86_399 });
    expect(nine.periodAt(tuesday + 86_399, session)!.starts).to.equal(tuesday);
    const next = nine.periodAt(tuesday + 86_400, session)!;
    expect(next.index).to.equal(nine.periodAt(tuesday, session)!.index + 1_440);
    expect(nine.before(next, session)!.starts).to.equal(tuesday);
    expect(cron("0 9 * * *", { within: 60 }).periodAt(tuesday + 59, session)!.ends).to.equal(tuesday + 59);
    expect(cron("0 9 * * *", { within: 60 }).periodAt(tuesday + 60, session)).to.equal(undefined);
    expect(codeOf(() => cron("at nine"))).to.equal("INVALID_SCHEDULE");
  });
});

describe("Conditions", () => {
  const answer = (...words: (number | bigint)[]) =>
    `0x${words.map((each) => each.toString(16).padStart(64, "0")).join("")}`;

  it("a view's number, both bounds inclusive", () => {
    const view = viewResult(AT, "function total() view returns (uint256)", [], { atLeast: 5n, atMost: 6n });
    expect([4, 5, 6, 7].map((n) => view.holds(answer(n), 0))).to.deep.equal([false, true, true, false]);
    expect(codeOf(() => viewResult(AT, "function total() view returns (uint256)", [], {}))).to.equal(
      "INVALID_CONDITION",
    );
    expect(codeOf(() => viewResult(AT, "nonsense", [], { atLeast: 1n }))).to.equal("INVALID_CONDITION");
  });

  it("a number that is not the first one", () => {
    const pair = "function pair() view returns (uint256, uint256)";
    const [first, second] = [0, 1].map((place) => viewResult(AT, pair, [], { atLeast: 5n }, place));
    expect([first, second].map((view) => view!.holds(answer(5, 4), 0))).to.deep.equal([true, false]);
    expect([first, second].map((view) => view!.holds(answer(4, 5), 0))).to.deep.equal([false, true]);
    expect(codeOf(() => viewResult(AT, pair, [], { atLeast: 5n }, 2))).to.equal("INVALID_CONDITION");
    const named = "function named() view returns (string, bool)";
    expect(codeOf(() => viewResult(AT, named, [], { atLeast: 1n }))).to.equal("INVALID_CONDITION");
    expect(viewResult(AT, named, [], { atLeast: 1n }, 1).kind).to.equal("view");
  });

  it("a price that is within bounds, positive, and fresh by the chain's clock", () => {
    const cheap = price(AT, { atMost: 100n }, { maxAge: 60 });
    const told = (value: number, updated: number) => answer(1, value, updated, updated, 1);
    expect(cheap.holds(told(100, 940), 1_000)).to.equal(true);
    expect(cheap.holds(told(101, 940), 1_000)).to.equal(false);
    expect(cheap.holds(told(100, 939), 1_000)).to.equal(false);
    expect(cheap.holds(told(0, 1_000), 1_000)).to.equal(false);
  });

  it("an event, by its indexed arguments", () => {
    const transfer = "event Transfer(address indexed from, address indexed to, uint256 value)";
    const { topics } = eventSeen(AT, transfer, [null, AT]);
    expect(topics.slice(1)).to.deep.equal([null, `0x${"00".repeat(12)}${"11".repeat(20)}`]);
    expect(codeOf(() => eventSeen(AT, "event nonsense("))).to.equal("INVALID_CONDITION");
  });
});

describe("An automation as JSON", () => {
  const call = { to: AT, function: "transfer(address,uint256)", args: [AT, "5"] };
  const document = { version: 1, name: "pay", session: "s.json", schedule: { every: "period" }, calls: [call] };
  const parse = (changes: object) => () => parseAutomation(JSON.stringify({ ...document, ...changes }));

  it("is read, and refused when something is wrong, missing or unknown", () => {
    const { calls, account } = parse({})();
    expect(calls[0]).to.include({ target: AT, value: 0n });
    expect(account).to.equal(undefined);
    expect(parse({ account: "referenceMsa" })().account).to.equal("referenceMsa");
    expect(codeOf(parse({ schedule: { cron: "0 9 * * 1", within: 60 } }))).to.equal("none");
    for (const wrong of [
      { calls: [] },
      { version: 2 },
      { schedule: { every: -1 } },
      { extra: 1 },
      { account: "metamask" },
    ]) {
      expect(codeOf(parse(wrong)), JSON.stringify(wrong)).to.equal("WRONG_AUTOMATION");
    }
    const view = { view: "function pair() view returns (uint256, uint256)", target: AT, atLeast: "5" };
    for (const [place, code] of [
      [1, "none"],
      [2, "INVALID_CONDITION"],
      [-1, "WRONG_AUTOMATION"],
      [0.5, "WRONG_AUTOMATION"],
    ]) {
      expect(codeOf(parse({ when: [{ ...view, place }] })), `${place}`).to.equal(code);
    }
    expect(codeOf(parse({ calls: [{ ...call, args: ["nobody", "5"] }] }))).to.equal("INVALID_CALL");
    expect(codeOf(() => parseAutomation("{"))).to.equal("NOT_JSON");
  });
});
