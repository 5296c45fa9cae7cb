import { oneOf, type AddressCondition } from "../builder/condition";
import { defineSession, type Fees, type SessionDefinition } from "../builder/define";
import { nowInSeconds, toSeconds } from "../builder/input";
import type { Budget } from "../budget";
import { SessionKeyError } from "../errors";
import type { Address } from "../hex";
import type { Session } from "../session";
import { planContractCall } from "./contractCall";
import type { PermissionRequest } from "./permissionRequest";
import { DATA, read, readRequest } from "./requestFormat";
import { planTokens, type Plan } from "./tokenPlans";

/**
 * Our own type of permission: calls of one function, with conditions on its arguments.
 * @example const permission = { type: CONTRACT_CALL, isAdjustmentAllowed: false, data: { address: game, function: "function move(uint8 to)" } };
 */
export const CONTRACT_CALL = "session-keys:contract-call";

/** The types of ERC-7715 that a session says exactly, and the rules that they take besides `expiry`. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  "native-token-allowance": ["payee"],
  "native-token-periodic": ["payee"],
  "native-token-stream": ["payee"],
  "erc20-token-allowance": ["payee"],
  "erc20-token-periodic": ["payee"],
  "erc20-token-stream": ["payee"],
  [CONTRACT_CALL]: [],
};

/** Known types and rules that a session cannot say, and why. */
const INEXACT: Readonly<Record<string, string>> = {
  "token-approval-revocation":
    "approve(spender, 0) of any contract also approves somebody for token 0 of an ERC-721, and no rule tells them apart",
  redeemer: "operations of a session come through the EntryPoint, whoever sends them",
};

/**
 * What the wallet adds to a request.
 * @example const terms: RequestTerms = { epoch: 1n, fees: sponsoredBy(paymaster) };
 */
export interface RequestTerms extends Pick<SessionDefinition, "epoch" | "salt" | "validator" | "now"> {
  /** The smart account, if the request leaves it open. */
  readonly account?: Address;
  /** Who pays; a `Budget` is the account's for this session. Requests do not say. */
  readonly fees: Budget | Fees;
}

/**
 * The session that a request asks for, exactly: no more, and not a second longer. To be shown (`describe`), granted, and
 * answered by `permissionResponse`.
 *
 * - `native-token-*`: transfers without calldata. Only with a `payee` rule, because a session names its recipients.
 * - `erc20-token-*`: `transfer` of that token; with a `payee` rule to these only.
 * - `…-allowance`: a total budget. `…-periodic`: periods from `startTime` (or now), of at least 60 seconds. `…-stream`: accrues
 *   from `startTime` (or now), at most `maxAmount` in all; without `initialAmount`.
 * - `expiry` is mandatory; the session ends in the second before its `timestamp`.
 * - {@link CONTRACT_CALL}: `{ address, function, rules?, maxValue?, calls? }`, see `planContractCall`.
 *
 * Raises `UNSUPPORTED_PERMISSION` and `UNSUPPORTED_RULE`, which name what it is and why; `EXPIRY_MISSING`,
 * `ACCOUNT_MISSING`; for the request's shape `UNKNOWN_FIELD`, `MISSING_FIELD`, `WRONG_FIELD`, `WRONG_UNIT`, `MILLISECONDS`;
 * and what {@link defineSession} raises.
 * @example
 * const session = sessionOfRequest(request, { account, fees: total(parseEther("0.02")) });
 */
export function sessionOfRequest(request: PermissionRequest, terms: RequestTerms): Session {
  const { chainId, from, to, permission, rules = [] } = readRequest(request);
  const types = TYPES[permission.type];
  if (types === undefined) throw unsupported("UNSUPPORTED_PERMISSION", permission.type);
  const limits = readRules(rules, permission.type, types);
  const account = from ?? terms.account;
  if (account === undefined)
    throw new SessionKeyError("ACCOUNT_MISSING", "neither request nor wallet names the account");
  const now = toSeconds(terms.now ?? nowInSeconds(), "now");
  const plan = planOf(permission, { ...limits, now });
  const { fees, ...common } = terms;
  const own = "kind" in fees ? { budgets: { ...plan.budgets, fees }, fees: "fees" } : { budgets: plan.budgets, fees };
  const validAfter = plan.validAfter === undefined ? {} : { validAfter: plan.validAfter };
  const window = { ...validAfter, validUntil: limits.validUntil, now };
  return defineSession({
    ...common,
    account,
    chainId: BigInt(chainId),
    key: to,
    ...window,
    ...own,
    permissions: plan.permissions,
  });
}

// --------------------------------------------------------------------------------------------------------------- rules

interface Limits {
  readonly validUntil: number;
  readonly payees?: AddressCondition;
}

function readRules(rules: NonNullable<PermissionRequest["rules"]>, type: string, known: readonly string[]): Limits {
  let limits: Partial<Limits> = {};
  for (const [index, rule] of rules.entries()) {
    const where = `rules[${index}].data`;
    if (rule.type === "expiry") limits = { ...limits, validUntil: read(DATA.expiry, rule.data, where).timestamp - 1 };
    else if (known.includes(rule.type))
      limits = { ...limits, payees: payeesOf(read(DATA.payee, rule.data, where).addresses) };
    else throw unsupported("UNSUPPORTED_RULE", rule.type, `on ${type}`);
  }
  if (new Set(rules.map((rule) => rule.type)).size < rules.length) {
    throw new SessionKeyError("UNSUPPORTED_RULE", "two rules of one type", { rules: rules.map((rule) => rule.type) });
  }
  const { validUntil, payees } = limits;
  if (validUntil === undefined) {
    throw new SessionKeyError("EXPIRY_MISSING", "a session has an end, and the request has no expiry rule");
  }
  return payees === undefined ? { validUntil } : { validUntil, payees };
}

function payeesOf([first, ...rest]: readonly Address[]): AddressCondition {
  return oneOf(first!, ...rest);
}

function unsupported(code: string, type: string, where = ""): SessionKeyError {
  const why = INEXACT[type] ?? `known are ${Object.keys(TYPES).join(", ")}`;
  return new SessionKeyError(code, `${type}${where === "" ? "" : ` ${where}`}: ${why}`, { type, why });
}

function planOf({ type, data }: PermissionRequest["permission"], terms: Limits & { readonly now: number }): Plan {
  if (type === CONTRACT_CALL) return planContractCall(read(DATA.call, data, "permission.data"));
  return planTokens(type, data, terms);
}

/**
 * The answer to `wallet_getSupportedExecutionPermissions`.
 * @example supportedPermissions([1n, 8453n])["erc20-token-stream"] // { chainIds: ["0x1", "0x2105"], ruleTypes: ["expiry", "payee"] }
 */
export function supportedPermissions(chainIds: readonly bigint[]) {
  const chains = chainIds.map((chainId) => `0x${chainId.toString(16)}`);
  const entries = Object.entries(TYPES).map(
    ([type, rules]) => [type, { chainIds: chains, ruleTypes: ["expiry", ...rules] }] as const,
  );
  return Object.fromEntries(entries);
}
