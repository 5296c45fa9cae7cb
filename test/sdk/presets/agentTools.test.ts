import { expect } from "chai";
import { Interface, parseEther } from "ethers";
import fc from "fast-check";
import { z } from "zod";
import {
  allow,
  allowTransfer,
  dangerouslyAllowAnyCall,
  defineSession,
  element,
  elements,
  eq,
  length,
  lt,
  lte,
  oneOf,
  prefix,
  SessionKeyError,
  spend,
  stream,
  total,
  type PermissionPlans,
  type Session,
} from "../../../sdk";
import { matchPermissions } from "../../../sdk/use";
import * as presets from "../../../sdk/presets";
import { decimalsUpTo } from "../../../sdk/presets/jsonSchema";
import { expectCode } from "../arbitraries";
import { AAVE, ACCOUNT, ALICE, BOB, MALLORY, NAMES, POSITIONS, ROUTER, TERMS, usd, USDC, WETH } from "./cast";

const LAB = {
  address: ROUTER,
  abi: [
    "function act((bytes4 kind, int24 tick, bool ok) what, uint8[] list, address[2] pair, bytes data, string note)",
    "function pay(uint256) payable",
  ],
} as const;
const names = { ...NAMES, contracts: { Lab: LAB } };

function sessionOf(permissions: PermissionPlans, budgets: Record<string, ReturnType<typeof total>> = {}): Session {
  return defineSession({ ...TERMS, budgets: { ...budgets, fees: total(1n) }, fees: "fees", permissions });
}

function toolsOf(...permissions: PermissionPlans): readonly presets.AgentTool[] {
  return presets.agentTools(sessionOf(permissions), names);
}

/** Whether the schema takes the input, by zod, which reads JSON Schema draft 2020-12. */
function takes(tool: presets.AgentTool, input: unknown): boolean {
  return z.fromJSONSchema(tool.inputSchema).safeParse(input).success;
}

const agent = presets.defiAgent({
  ...TERMS,
  aave: { pool: AAVE, savings: [{ asset: USDC, supplied: total(usd("1000")) }] },
});
const supply = { asset: USDC, amount: "1000000000", onBehalfOf: ACCOUNT, referralCode: "0" };

describe("agentTools", () => {
  it("is a tool for each function, with names that models take", () => {
    const tools = presets.agentTools(agent, NAMES);
    expect(tools.map(({ name }) => name)).to.deep.equal(["approve_USDC", "supply_Aave", "withdraw_Aave"]);
    for (const { name } of tools) expect(name).to.match(/^[\w-]{1,64}$/);
    expect(tools[1]).to.deep.include({
      target: "0xDDdDddDdDdddDDddDDddDDDDdDdDDdDDdDDDDDDd",
      description:
        "May call `supply` on Aave, where asset is USDC and onBehalfOf is the account itself, amount together at most 1000000000 units.",
      signature: "function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)",
    });
    expect(JSON.parse(JSON.stringify(tools))).to.deep.equal(tools);
  });

  it("takes what the session allows, and nothing else", () => {
    const tool = presets.agentTools(agent, NAMES)[1]!;
    const checksummed = { ...supply, asset: "0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa" };
    expect(tool.inputSchema["$schema"]).to.equal("https://json-schema.org/draft/2020-12/schema");
    expect(takes(tool, checksummed)).to.be.true;
    expect(takes(tool, { ...checksummed, asset: WETH })).to.be.false;
    expect(takes(tool, { ...checksummed, onBehalfOf: MALLORY })).to.be.false;
    expect(takes(tool, { ...checksummed, amount: "1000000001" })).to.be.false;
    expect(takes(tool, { ...checksummed, amount: 5 })).to.be.false;
    expect(takes(tool, { ...checksummed, more: "1" })).to.be.false;
    expect(takes(tool, { ...checksummed, amount: undefined })).to.be.false;
  });

  it("enumerates oneOf, and has the type's own bound or the lowest of several", () => {
    const transfer = allow({ address: USDC, abi: presets.ERC20_ABI }, "transfer", {
      to: oneOf(ALICE, BOB),
      amount: lte(usd("5")),
    });
    const [tool] = toolsOf(transfer);
    const properties = tool!.inputSchema["properties"] as Record<string, { enum?: unknown; pattern?: string }>;
    expect(properties["to"]!.enum).to.have.length(2);
    expect(properties["amount"]!.pattern).to.equal(decimalsUpTo(5_000_000n));
    const [strict] = presets.agentTools(
      sessionOf([allow({ address: USDC, abi: presets.ERC20_ABI }, "transfer", { to: eq(ALICE), amount: spend("b") })], {
        b: total(7n),
      }),
      NAMES,
    );
    expect(takes(strict!, { to: (properties["to"]!.enum as string[])[0], amount: "7" })).to.be.true;
    expect(takes(strict!, { to: (properties["to"]!.enum as string[])[0], amount: "8" })).to.be.false;
  });

  it("has no bound for what accrues: it grows", () => {
    const plans = [allow({ address: USDC, abi: presets.ERC20_ABI }, "transfer", { to: eq(ALICE), amount: spend("b") })];
    const [tool] = presets.agentTools(sessionOf(plans, { b: stream(7n, 60) }), NAMES);
    const { amount } = tool!.inputSchema["properties"] as Record<string, { pattern: string; description: string }>;
    expect(amount!.pattern).to.equal("^(0|[1-9][0-9]*)$");
    expect(amount!.description).to.contain("together at most what accrues at");
  });

  it("knows structs, lists, fixed lists, bytes, text, signed numbers and flags", () => {
    const rules = {
      what: { kind: eq("0x12345678"), tick: eq(-5), ok: eq(true) },
      list: length(lte(2)),
      pair: element(0, eq(ALICE)),
      data: prefix("0xabcd"),
    };
    const [tool] = toolsOf(allow(LAB, "act", rules as never));
    const what = { kind: "0x12345678", tick: "-5", ok: true };
    const input = {
      what,
      list: ["1", "255"],
      pair: ["0x4444444444444444444444444444444444444444", BOB],
      data: "0xabcd",
      note: "hi",
    };
    expect(takes(tool!, input)).to.be.true;
    expect(takes(tool!, { ...input, what: { ...what, tick: "5" } })).to.be.false;
    expect(takes(tool!, { ...input, what: { ...what, ok: false } })).to.be.false;
    expect(takes(tool!, { ...input, what: { ...what, kind: "0x12345679" } })).to.be.false;
    expect(takes(tool!, { ...input, list: ["1", "2", "3"] })).to.be.false;
    expect(takes(tool!, { ...input, pair: [BOB, BOB] })).to.be.false;
    expect(takes(tool!, { ...input, data: "0xabc" })).to.be.false;
    expect(
      matchPermissions(sessionOf([allow(LAB, "act", rules as never)]), [presets.toolCall(tool!, input)]),
    ).to.deep.equal([0]);
    const schema = tool!.inputSchema["properties"] as Record<string, { description?: string }>;
    expect(schema["data"]!.description).to.contain("starts with 0xabcd");
  });

  it("fixes the length of a list of which every element is fixed", () => {
    const [tool] = toolsOf(allow(LAB, "act", { list: elements([eq(1), lt(3)]) }));
    const { list } = tool!.inputSchema["properties"] as Record<string, unknown>;
    expect(list).to.deep.include({ minItems: 2, maxItems: 2, items: false });
  });

  it("asks for native value where some is allowed", () => {
    const [pay, send] = toolsOf(allow(LAB, "pay", {}, { value: lte(9n) }), allowTransfer(ALICE, lte(parseEther("1"))));
    expect(takes(pay!, { "#0": "1", nativeValue: "9" })).to.be.true;
    expect(takes(pay!, { "#0": "1", nativeValue: "10" })).to.be.false;
    expect(presets.toolCall(pay!, { "#0": "1", nativeValue: "9" }).value).to.equal(9n);
    expect(presets.toolCall(send!, { nativeValue: "5" })).to.deep.equal({
      target: send!.target,
      value: 5n,
      data: "0x",
    });
    expect(send!.name).to.equal("send_Alice");
  });

  it("tells budgets that several tools share, and numbers namesakes", () => {
    const game = presets.game({
      ...TERMS,
      limit: 5n,
      moves: [allow(LAB, "pay", { "0": eq(1n) }), allow(LAB, "pay", { "0": lt(1n) })],
    });
    const tools = presets.agentTools(game, names);
    expect(tools.map(({ name }) => name)).to.deep.equal(["pay_Lab", "pay_Lab_2"]);
    expect(tools[0]!.description).to.contain("Budget 0: together at most 5 calls.");
  });

  it("refuses what no schema can say", () => {
    expectCode(() => toolsOf(dangerouslyAllowAnyCall(ROUTER)), "NO_SCHEMA");
    expectCode(() => presets.agentTools(agent, {}), "ABI_MISSING");
  });
});

describe("toolCall", () => {
  it("is the call that the input describes", () => {
    const tool = presets.agentTools(agent, NAMES)[1]!;
    const { data, target, value } = presets.toolCall(tool, supply);
    const args = new Interface(presets.AAVE_POOL_ABI).decodeFunctionData("supply", data).toArray() as unknown[];
    expect(args.map(String)).to.deep.equal(["0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa", "1000000000", ACCOUNT, "0"]);
    expect([target, value]).to.deep.equal([tool.target, 0n]);
  });

  it("refuses an input that does not fit", () => {
    const tool = presets.agentTools(agent, NAMES)[1]!;
    expectCode(() => presets.toolCall(tool, {}), "INVALID_INPUT");
    expectCode(() => presets.toolCall(tool, { ...supply, amount: "much" }), "INVALID_INPUT");
    expectCode(() => presets.toolCall(tool, { ...supply, nativeValue: "1 ether" }), "INVALID_INPUT");
  });
});

describe("refusalOf", () => {
  const refused = (...calls: Parameters<typeof matchPermissions>[1]): presets.Refusal => {
    try {
      matchPermissions(agent, calls);
    } catch (error) {
      return presets.refusalOf(error, agent, NAMES);
    }
    throw new Error("it is allowed");
  };
  const tool = presets.agentTools(agent, NAMES)[1]!;

  it("says in words what the session wanted", () => {
    expect(refused(presets.toolCall(tool, { ...supply, onBehalfOf: MALLORY }))).to.deep.equal({
      refused: true,
      code: "NO_PERMISSION",
      cause: "The session allows it only where onBehalfOf is the account itself.",
      remedy: "Change the arguments, or ask the owner for another session.",
    });
    expect(refused({ ...presets.toolCall(tool, supply), value: 1n }).cause).to.equal(
      "The session allows it only where its native value is at most 0 wei.",
    );
  });

  it("says that no permission is for it", () => {
    expect(refused({ target: POSITIONS, value: 0n, data: "0x12345678" }).cause).to.match(
      /^The session is not for this function/,
    );
  });

  it("tells of any other failure what explain does", () => {
    const error = new SessionKeyError("BudgetExceeded", "", { budget: 0n, asked: 2n, remaining: 1n });
    expect(presets.refusalOf(error)).to.deep.include({ refused: true, code: "BudgetExceeded" });
    expect(presets.refusalOf(error).cause).to.contain("asks 2 of budget 0, in which 1 remain");
    expect(presets.refusalOf(error, agent).cause).to.contain("asks 2 units of budget 0, in which 1 unit remain");
    expect(presets.refusalOf("?", agent, NAMES).code).to.equal("UNKNOWN");
  });
});

describe("decimalsUpTo", () => {
  it("is the pattern of the decimals up to there", () => {
    expect(decimalsUpTo(0n)).to.equal("^(0)$");
    expect(decimalsUpTo(250n)).to.equal("^(0|[1-9][0-9]{0,1}|1[0-9]{2}|2[0-4][0-9]|250)$");
    for (const max of [0n, 1n, 9n, 10n, 99n, 100n, 250n, 1_009n]) {
      const pattern = new RegExp(decimalsUpTo(max));
      const taken = Array.from({ length: 1_101 }, (_n, n) => BigInt(n)).filter((n) => pattern.test(String(n)));
      expect(taken.length, String(max)).to.equal(Number(max) + 1);
      expect(taken.at(-1)).to.equal(max);
    }
  });

  it("takes nothing with a sign, a leading zero or a point, whatever the bound", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        (max, n) => {
          const pattern = new RegExp(decimalsUpTo(max));
          const wrong = [`0${n}`, `-${n}`, `+${n}`, `${n}.0`, ` ${n}`, ""];
          return pattern.test(String(n)) === n <= max && !wrong.some((text) => pattern.test(text));
        },
      ),
    );
  });
});
