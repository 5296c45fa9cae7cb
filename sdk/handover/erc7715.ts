import { hexlify, toUtf8Bytes, toUtf8String, Utf8ErrorFuncs } from "ethers";
import { allow, allowTransfer } from "../builder/allow";
import { stream, total, every } from "../builder/budgets";
import { all, oneOf, spend, type AddressCondition } from "../builder/condition";
import { defineSession, type Fees, type PermissionPlans, type SessionDefinition } from "../builder/define";
import { nowInSeconds } from "../builder/input";
import { shortestPeriod, type Budget } from "../budget";
import { SessionKeyError } from "../errors";
import { asHex, sameAddress, type Address, type Hex } from "../hex";
import type { Session } from "../session";
import { planContractCall } from "./contractCall";
import { DATA, read, readRequest, type PermissionRequest } from "./permissionRequest";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "./sessionFile";

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
 * answered by {@link permissionResponse}.
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
  const now = terms.now ?? nowInSeconds();
  const plan = planOf(permission, limits, Number(now));
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

// -------------------------------------------------------------------------------------------------------------- budgets

interface Plan {
  readonly validAfter?: number;
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly permissions: PermissionPlans;
}

function planOf({ type, data }: PermissionRequest["permission"], limits: Limits, now: number): Plan {
  const where = "permission.data";
  if (type === CONTRACT_CALL) return planContractCall(read(DATA.call, data, where));
  const kind = type.slice(type.lastIndexOf("-") + 1) as keyof typeof PLANS;
  const { tokenAddress } = read(DATA[kind], data, where);
  const plan = PLANS[kind](data, limits.validUntil, now);
  const permissions = [transfers(type, tokenAddress, limits.payees, Object.keys(plan.budgets))];
  return { ...plan, permissions };
}

type BudgetPlan = Pick<Plan, "validAfter" | "budgets">;

const PLANS = {
  allowance(data: unknown): BudgetPlan {
    const { allowance, allowanceAmount, startTime } = read(DATA.allowance, data, "permission.data");
    if ((allowance === undefined) === (allowanceAmount === undefined)) {
      throw new SessionKeyError("MISSING_FIELD", "permission.data has to have either allowance or allowanceAmount");
    }
    return { ...starting(startTime), budgets: { amount: total(BigInt(allowance ?? allowanceAmount!)) } };
  },
  periodic(data: unknown, _until: number, now: number): BudgetPlan {
    const { periodAmount, periodDuration, startTime } = read(DATA.periodic, data, "permission.data");
    return { validAfter: startTime ?? now, budgets: { amount: every(periodDuration, BigInt(periodAmount)) } };
  },
  stream(data: unknown, validUntil: number, now: number): BudgetPlan {
    const { amountPerSecond, initialAmount, maxAmount, startTime } = read(DATA.stream, data, "permission.data");
    if (initialAmount !== undefined && BigInt(initialAmount) > 0n) {
      const why = "a stream of a session begins with nothing";
      throw new SessionKeyError("UNSUPPORTED_PERMISSION", `initialAmount: ${why}`, { type: "initialAmount", why });
    }
    const validAfter = startTime ?? now;
    const period = shortestPeriod({ validAfter, validUntil });
    const amount = stream(BigInt(amountPerSecond) * BigInt(period), period);
    return { validAfter, budgets: maxAmount === undefined ? { amount } : { amount, most: total(BigInt(maxAmount)) } };
  },
} as const;

function starting(validAfter: number | undefined): { readonly validAfter?: number } {
  return validAfter === undefined ? {} : { validAfter };
}

const TOKEN = ["function transfer(address to, uint256 amount)"] as const;

function transfers(
  type: string,
  token: Address | undefined,
  payees: AddressCondition | undefined,
  names: readonly string[],
) {
  const amount = all(...names.map(spend));
  if (type.startsWith("native")) {
    if (token !== undefined)
      throw new SessionKeyError("UNKNOWN_FIELD", `permission.data of ${type} has the unknown tokenAddress`);
    if (payees !== undefined) return allowTransfer(payees, amount);
    const why = "a session names the recipients of native transfers, and the request has no payee rule";
    throw new SessionKeyError("UNSUPPORTED_PERMISSION", `${type}: ${why}`, { type, why });
  }
  if (token === undefined) throw new SessionKeyError("MISSING_FIELD", "permission.data has no tokenAddress");
  return [
    allow({ address: token, abi: TOKEN }, "transfer", payees === undefined ? { amount } : { to: payees, amount }),
  ];
}

// ------------------------------------------------------------------------------------------------------------- answers

/**
 * What a wallet answers (`wallet_requestExecutionPermissions`).
 * @example const { context }: PermissionResponse = permissionResponse(request, file);
 */
export interface PermissionResponse extends PermissionRequest {
  /** The session file, its UTF-8 bytes in hex: read it by {@link readPermissionContext}. */
  readonly context: Hex;
  /** What must be deployed before: nothing, or the account. */
  readonly dependencies: readonly { readonly factory: Address; readonly factoryData: Hex }[];
  /** The session key validator. It redeems no ERC-7710 delegations: a session is used by operations of its key. */
  readonly delegationManager: Address;
}

/**
 * The answer to a request that was granted. Raises `WRONG_RESPONSE` if the file is of another chain, account or key than
 * the request, or has no grant, and what `stringifySessionFile` raises. The file's private key is left out.
 * @example
 * const grant = await grantSession(owner, session);
 * const response = permissionResponse(request, { validator: grant.validator, session, grant: proofFor(grant, 0) });
 */
export function permissionResponse(
  request: PermissionRequest,
  file: SessionFile,
  dependencies: PermissionResponse["dependencies"] = [],
): PermissionResponse {
  const { chainId, from, to } = readRequest(request);
  const { session, validator, grant } = file;
  const { account } = session;
  const fits =
    BigInt(chainId) === session.chainId && sameAddress(from ?? account, account) && sameAddress(to, session.signer);
  if (!fits || grant === undefined) {
    const message = grant === undefined ? "the file has no grant" : "the file is of another chain, account or key";
    throw new SessionKeyError("WRONG_RESPONSE", message);
  }
  const context = hexlify(toUtf8Bytes(stringifySessionFile(file)));
  return { ...request, from: account, context, dependencies, delegationManager: validator };
}

/**
 * The session behind a permission context: for the app that got it, and for the wallet that is to revoke it. Raises
 * `INVALID_HEX` and what `parseSessionFile` raises; ask the chain by `importSession`.
 * @example const { session } = readPermissionContext(response.context)
 */
export function readPermissionContext(context: Hex): SessionFile {
  return parseSessionFile(toUtf8String(asHex(context, "context"), Utf8ErrorFuncs.replace));
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
