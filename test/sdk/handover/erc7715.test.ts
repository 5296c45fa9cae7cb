import { expect } from "chai";
import { hexlify, toUtf8Bytes } from "ethers";
import {
  checkCalls,
  describe as say,
  FEES_SPONSORED,
  periodicBudget,
  sponsoredBy,
  STATUSES,
  total,
  totalBudget,
  type Call,
  type Session,
} from "../../../sdk";
import {
  CONTRACT_CALL,
  permissionResponse,
  readPermissionContext,
  sessionOfRequest,
  supportedPermissions,
  type PermissionRequest,
  type RequestTerms,
} from "../../../sdk/handover";
import { ACCOUNT, ALICE, expectCode, TOKEN, VALIDATOR } from "../arbitraries";
import { TOKEN as ERC20 } from "../../../scripts/support/token";

const KEY = "0x1111111111111111111111111111111111111111";
const NOW = 1_800_000_000;
const END = NOW + 30 * 86_400;
const EXPIRY = { type: "expiry", data: { timestamp: END } };
const PAYEES = { type: "payee", data: { addresses: [ALICE, KEY] } };
const FEES = total(10n ** 16n);
const TERMS: RequestTerms = { fees: FEES, now: NOW, salt: 1n };

type Data = Record<string, unknown>;

function request(type: string, data: Data, rules: PermissionRequest["rules"] = [EXPIRY]): PermissionRequest {
  const permission = { type, isAdjustmentAllowed: false, data };
  return { chainId: "0x1", from: ACCOUNT, to: KEY, permission, rules };
}

const token = (data: Data): Data => ({ tokenAddress: TOKEN, ...data });
const transfer = (to: string, amount: bigint): Call => {
  return { target: TOKEN, value: 0n, data: ERC20.encodeFunctionData("transfer", [to, amount]) };
};

/** Whether the session allows the calls at `time`, or why not. */
function verdict(session: Session, calls: Call[], time: number): string {
  const state = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };
  const result = checkCalls({ session, calls, mode: "use", validator: VALIDATOR, state, now: time, time });
  return result.outcome === "refused" ? result.name : result.outcome;
}

/** Refused as `code`, with these words; the twin is accepted. */
function refuses(code: string, words: string, wrong: unknown, twin: PermissionRequest, terms = TERMS): void {
  expect(expectCode(() => sessionOfRequest(wrong as PermissionRequest, terms), code).message).to.include(words);
  sessionOfRequest(twin, TERMS);
}

describe("erc7715: requests in", () => {
  it("an allowance of a token is a total budget, to anybody or to the payees", () => {
    const free = sessionOfRequest(request("erc20-token-allowance", token({ allowanceAmount: "0x64" })), TERMS);
    expect(free).to.deep.include({ account: ACCOUNT, chainId: 1n, signer: KEY, validUntil: END - 1, feeBudget: 1 });
    expect(free.budgets).to.deep.equal([totalBudget(100n), FEES]);
    expect(verdict(free, [transfer(TOKEN, 100n)], NOW + 1)).to.equal("accepted");
    expect(verdict(free, [transfer(TOKEN, 101n)], NOW + 1)).to.equal("BudgetExceeded");
    const paid = request("erc20-token-allowance", token({ allowance: "0x64" }), [EXPIRY, PAYEES]);
    const bound = sessionOfRequest(paid, TERMS);
    expect(verdict(bound, [transfer(ALICE, 60n), transfer(KEY, 40n)], NOW + 1)).to.equal("accepted");
    expect(verdict(bound, [transfer(TOKEN, 1n)], NOW + 1)).to.equal("NO_PERMISSION");
    expect(say(bound)).to.include("together at most 100");
  });

  it("a periodic one counts its periods from startTime", () => {
    const open = token({ periodAmount: "0x64", periodDuration: 86_400 });
    const data = { ...open, startTime: NOW - 5_000 };
    const session = sessionOfRequest(request("erc20-token-periodic", data), TERMS);
    expect([session.validAfter, session.budgets[0]]).to.deep.equal([NOW - 5_000, periodicBudget(100n, 86_400)]);
    expect(sessionOfRequest(request("erc20-token-periodic", open), TERMS).validAfter).to.equal(NOW);
    const dated = { ...TERMS, now: new Date(NOW * 1000) };
    expect(sessionOfRequest(request("erc20-token-periodic", open), dated).validAfter).to.equal(NOW);
  });

  it("a stream accrues exactly amountPerSecond, up to maxAmount", () => {
    const data = token({ amountPerSecond: "0x7", startTime: NOW, maxAmount: "0x64", initialAmount: "0x0" });
    const session = sessionOfRequest(request("erc20-token-stream", data), TERMS);
    for (const [after, least] of [
      [1, 7n],
      [13, 91n],
      [14, 98n],
      [100, 100n],
    ] as const) {
      expect(verdict(session, [transfer(ALICE, least)], NOW + after), `${after} s`).to.equal("accepted");
      expect(verdict(session, [transfer(ALICE, least + 1n)], NOW + after), `${after} s`).to.equal("BudgetExceeded");
    }
  });

  it("native ones need payees", () => {
    const pay = (value: bigint): Call => ({ target: ALICE, value, data: "0x" });
    for (const [type, data] of [
      ["native-token-allowance", { allowanceAmount: "0x64" }],
      ["native-token-periodic", { periodAmount: "0x64", periodDuration: 60 }],
      ["native-token-stream", { amountPerSecond: "0xa", startTime: NOW - 9 }],
    ] as const) {
      const paid = request(type, data, [PAYEES, EXPIRY]);
      const session = sessionOfRequest(paid, TERMS);
      expect(verdict(session, [pay(60n), pay(40n)], NOW + 1), type).to.equal("accepted");
      expect(verdict(session, [pay(60n), pay(41n)], NOW + 1), type).to.equal("BudgetExceeded");
      refuses("UNSUPPORTED_PERMISSION", `${type}: a session names the recipients`, request(type, data), paid);
    }
  });

  it("a contract call has conditions on its arguments", () => {
    const data = {
      address: TOKEN,
      function: "function move(uint8 direction, address player, string note) payable",
      rules: { direction: { lt: "0x4" }, player: { oneOf: [ALICE, KEY] }, note: { eq: "hi" } },
      maxValue: "0x5",
      calls: 2,
    };
    const session = sessionOfRequest(request(CONTRACT_CALL, data), TERMS);
    expect(session.permissions).to.have.length(2);
    expect(session.permissions[0]).to.include({ maxValue: 5n });
    expect(session.budgets).to.deep.equal([totalBudget(2n), FEES]);
    const twin = request(CONTRACT_CALL, data);
    const ruled = (rules: Data) => request(CONTRACT_CALL, { ...data, rules });
    for (const rule of [{ direction: { not: "0x0" } }, { direction: { gte: "0x1" } }, { player: { self: true } }]) {
      expect(sessionOfRequest(ruled(rule), TERMS).permissions[0]!.rules).to.have.length(1);
    }
    refuses("WRONG_RULE", "permission.data.rules.direction is", ruled({ direction: { above: "0x4" } }), twin);
    refuses("WRONG_RULE", "expected one of eq", ruled({ direction: { lt: "0x4", gt: "0x1" } }), twin);
    refuses("WRONG_RULE", "expected one of eq", ruled({ player: { oneOf: [] } }), twin);
    refuses("WRONG_RULE", "expected one of eq", ruled({ note: { eq: 5 } }), twin);
    refuses("WRONG_UNIT", "expected a number in hex", ruled({ direction: { lt: 4 } }), twin);
    refuses("UNKNOWN_ARGUMENT", "speed", ruled({ speed: { lt: "0x4" } }), twin);
    refuses("WRONG_FIELD", "expected a function", request(CONTRACT_CALL, { ...data, function: "go!" }), twin);
    const approve = { address: TOKEN, function: "function approve(address spender, uint256 amount)" };
    refuses("DANGEROUS", "approve", request(CONTRACT_CALL, approve), twin);
    refuses("UNSUPPORTED_RULE", `payee on ${CONTRACT_CALL}`, request(CONTRACT_CALL, data, [EXPIRY, PAYEES]), twin);
  });
});

describe("erc7715: refusals", () => {
  const data = token({ allowanceAmount: "0x64" });
  const twin = request("erc20-token-allowance", data);

  it("types and rules that a session cannot say exactly, by name", () => {
    refuses(
      "UNSUPPORTED_PERMISSION",
      "token-approval-revocation: approve(spender, 0)",
      request("token-approval-revocation", {}),
      twin,
    );
    refuses(
      "UNSUPPORTED_PERMISSION",
      "erc721-token-allowance: known are",
      request("erc721-token-allowance", data),
      twin,
    );
    const redeemer = { type: "redeemer", data: { addresses: [KEY] } };
    refuses("UNSUPPORTED_RULE", "redeemer on erc20", request("erc20-token-allowance", data, [EXPIRY, redeemer]), twin);
    refuses(
      "UNSUPPORTED_RULE",
      "two rules of one type",
      request("erc20-token-allowance", data, [EXPIRY, EXPIRY]),
      twin,
    );
    const stream = token({ amountPerSecond: "0x7", initialAmount: "0x1" });
    refuses("UNSUPPORTED_PERMISSION", "initialAmount", request("erc20-token-stream", stream), twin);
  });

  it("what has no end, no account, no payer", () => {
    refuses("EXPIRY_MISSING", "no expiry rule", request("erc20-token-allowance", data, []), twin);
    const open = { chainId: twin.chainId, to: KEY, permission: twin.permission, rules: [EXPIRY] };
    refuses("ACCOUNT_MISSING", "neither request nor wallet", open, twin);
    expect(sessionOfRequest(open, { ...TERMS, account: ACCOUNT }).account).to.equal(ACCOUNT);
    const sponsored = sessionOfRequest(twin, { ...TERMS, fees: sponsoredBy(ALICE) });
    expect(sponsored).to.include({ paymaster: ALICE, feeBudget: FEES_SPONSORED });
  });

  it("shapes and units, by the name of the field", () => {
    const changed = (change: Data) => request("erc20-token-allowance", { ...data, ...change });
    refuses("UNKNOWN_FIELD", "the document has the unknown signer", { ...twin, signer: {} }, twin);
    refuses("UNKNOWN_FIELD", "permission.data has the unknown limit", changed({ limit: "0x1" }), twin);
    refuses("WRONG_UNIT", "permission.data.allowanceAmount is 100", changed({ allowanceAmount: 100 }), twin);
    refuses("WRONG_UNIT", 'allowanceAmount is "0x064"', changed({ allowanceAmount: "0x064" }), twin);
    refuses("WRONG_UNIT", "chainId is 1", { ...twin, chainId: 1 }, twin);
    refuses("MILLISECONDS", "permission.data.startTime", changed({ startTime: NOW * 1000 }), twin);
    const late = { type: "expiry", data: { timestamp: END * 1000 } };
    refuses("MILLISECONDS", "rules[0].data.timestamp", { ...twin, rules: [late] }, twin);
    refuses("MISSING_FIELD", "either allowance or allowanceAmount", changed({ allowance: "0x64" }), twin);
    refuses("MISSING_FIELD", "has no tokenAddress", request("erc20-token-allowance", { allowance: "0x1" }), twin);
    refuses(
      "UNKNOWN_FIELD",
      "the unknown tokenAddress",
      request("native-token-allowance", data, [EXPIRY, PAYEES]),
      twin,
    );
    const short = token({ periodAmount: "0x1", periodDuration: 59 });
    refuses("InvalidBudgetPeriod", "min 60", request("erc20-token-periodic", short), twin);
  });
});

describe("erc7715: responses out", () => {
  const asked = request("erc20-token-allowance", token({ allowanceAmount: "0x64" }));
  const session = sessionOfRequest(asked, TERMS);
  const file = { validator: VALIDATOR, session, grant: { proof: { index: 0, siblings: [] }, signature: "0x1234" } };

  it("carry the session file, which the app reads and the wallet finds again", () => {
    const response = permissionResponse(asked, file);
    expect(response).to.deep.include({ ...asked, dependencies: [], delegationManager: VALIDATOR });
    expect(readPermissionContext(response.context)).to.deep.equal(file);
    const deploy = [{ factory: ALICE, factoryData: "0x1234" }];
    expect(permissionResponse(asked, file, deploy).dependencies).to.deep.equal(deploy);
  });

  it("are not given for another chain, account or key, or without a grant", () => {
    expectCode(() => permissionResponse({ ...asked, chainId: "0x2" }, file), "WRONG_RESPONSE");
    expectCode(() => permissionResponse({ ...asked, from: ALICE }, file), "WRONG_RESPONSE");
    expectCode(() => permissionResponse({ ...asked, to: ALICE }, file), "WRONG_RESPONSE");
    expectCode(() => permissionResponse(asked, { validator: VALIDATOR, session }), "WRONG_RESPONSE");
    permissionResponse(asked, file);
  });

  it("contexts of others are refused", () => {
    expectCode(() => readPermissionContext("0xff00"), "NOT_JSON");
    expectCode(() => readPermissionContext("delegation"), "INVALID_HEX");
    expectCode(() => readPermissionContext(hexlify(toUtf8Bytes("{}"))), "MISSING_FIELD");
  });

  it("the wallet says what it supports", () => {
    const supported = supportedPermissions([1n, 8453n]);
    expect(Object.keys(supported)).to.have.length(7);
    expect(supported["erc20-token-stream"]).to.deep.equal({
      chainIds: ["0x1", "0x2105"],
      ruleTypes: ["expiry", "payee"],
    });
    expect(supported[CONTRACT_CALL]?.ruleTypes).to.deep.equal(["expiry"]);
  });
});
