import { FunctionFragment, isError, ParamType } from "ethers";
import {
  allow,
  allowTransfer,
  count,
  dangerouslyAllow,
  dangerouslyAllowAnyCall,
  dangerouslyUnlimitedFees,
  every,
  oneOf,
  sponsoredBy,
  stream,
  total,
  type Address,
  type Budget,
  type CallOptions,
  type Fees,
  type Numeric,
  type PermissionPlans,
} from "../../sdk";
import type { Condition } from "../../sdk/builder/condition";
import { complaint, invalid } from "../../sdk/handover/complaint";
import { UserError } from "../support/input";
import { amountOf, periodOf, unitsOf, type Units } from "./amounts";
import { conditionOf, rulesOf } from "./conditions";
import { POLICY_FORMAT, type PermissionJson, type PolicyJson } from "./format";

/** What a session allows, as `defineSession` takes it, and what the policy calls things. */
export interface Policy {
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly fees: string | Fees;
  readonly permissions: PermissionPlans;
  readonly label?: string;
  readonly days?: number;
  readonly validAfter?: number;
  readonly validUntil?: number;
  /** Functions of the contracts, by address. */
  readonly contracts: Readonly<Record<Address, readonly string[]>>;
}

/**
 * Reads the JSON of a policy. Nothing is guessed. Raises `NOT_JSON`, `UNKNOWN_FIELD`, `MISSING_FIELD`, `WRONG_FIELD`,
 * `WRONG_UNIT`, `WRONG_CONDITION`, `MILLISECONDS`, each naming the field, and what the builder raises.
 */
export function parsePolicyJson(text: string, name: string): Policy {
  const document = parseJson(text, name);
  const result = POLICY_FORMAT.safeParse(document);
  if (!result.success) throw complaint(document, result.error.issues[0]!);
  const { data } = result;
  const units = unitsOf(data);
  const { label, days, validAfter, validUntil } = data;
  return {
    budgets: Object.fromEntries(
      Object.entries(data.budgets ?? {}).map(([key, budget]) => [key, budgetOf(budget, `budgets.${key}`, units)]),
    ),
    fees: feesOf(data.fees, data.budgets ?? {}),
    permissions: data.permissions.map((permission, index) => planOf(permission, `permissions[${index}]`, units)),
    contracts: contractsOf(data.permissions),
    ...(label === undefined ? {} : { label }),
    ...(days === undefined ? {} : { days }),
    ...(validAfter === undefined ? {} : { validAfter }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${name} is not JSON`, "NOT_JSON");
  }
}

function budgetOf(json: NonNullable<PolicyJson["budgets"]>[string], where: string, units: Units): Budget {
  const limit = amountOf(json.limit, `${where}.limit`, units);
  if (json.every === undefined) {
    if (json.stream === true) throw invalid("MISSING_FIELD", `${where} has no every: over how long?`, where, "every");
    return total(limit);
  }
  const period = periodOf(json.every, `${where}.every`);
  return json.stream === true ? stream(limit, period) : every(period, limit);
}

function feesOf(fees: PolicyJson["fees"], budgets: Readonly<Record<string, unknown>>): string | Fees {
  if (typeof fees !== "string")
    return sponsoredBy(fees.paymaster, fees.otherwise === undefined ? {} : { otherwise: fees.otherwise });
  return fees === "unlimited" && !(fees in budgets) ? dangerouslyUnlimitedFees() : fees;
}

function planOf(json: PermissionJson, where: string, units: Units): PermissionPlans {
  const options = optionsOf(json, where, units);
  if (json.to !== undefined) return transferOf(json, json.to, options, where);
  if (json.target === undefined) throw invalid("MISSING_FIELD", `${where} has neither target nor to`, where);
  if (json.function !== undefined) return [callOf(json, json.target, json.function, options, where, units)];
  if (json.rules !== undefined) throw invalid("MISSING_FIELD", `${where} has rules and no function`, where, "function");
  if (json.dangerous === true) return [dangerouslyAllowAnyCall(json.target, options)];
  throw invalid(
    "DANGEROUS",
    `${where} names no function: any call of ${json.target}. If you mean it, say "dangerous": true`,
    where,
  );
}

function optionsOf({ value, count: budget }: PermissionJson, where: string, units: Units): CallOptions {
  const place = { type: ParamType.from("uint256"), units, where: `${where}.value` };
  return {
    ...(value === undefined ? {} : { value: conditionOf(value, place) as Condition<Numeric> }),
    ...(budget === undefined ? {} : { calls: count(budget) }),
  };
}

function transferOf(json: PermissionJson, to: Address | readonly Address[], options: CallOptions, where: string) {
  if (json.target !== undefined || json.function !== undefined || json.rules !== undefined) {
    throw invalid(
      "WRONG_FIELD",
      `${where} has to, which sends native value, and therefore no target, function or rules`,
      where,
    );
  }
  const { value, ...calls } = options;
  if (value === undefined) throw invalid("MISSING_FIELD", `${where} has no value: how much?`, where, "value");
  return allowTransfer(typeof to === "string" ? to : oneOf(...to), value, calls);
}

function callOf(
  json: PermissionJson,
  address: Address,
  text: string,
  options: CallOptions,
  where: string,
  units: Units,
) {
  const fragment = fragmentOf(text, `${where}.function`);
  const rules = rulesOf(json.rules ?? {}, fragment.inputs, units, `${where}.rules`);
  const how = json.dangerous === true ? dangerouslyAllow : allow;
  return how({ address, abi: [fragment.format("full")] }, fragment.name, rules, options);
}

function fragmentOf(text: string, where: string): FunctionFragment {
  try {
    return FunctionFragment.from(text);
  } catch (error) {
    if (!isError(error, "INVALID_ARGUMENT")) throw error;
    const message = `${where} is ${JSON.stringify(text)}, expected one like "transfer(address to, uint256 amount)"`;
    throw invalid("WRONG_FIELD", message, where, text);
  }
}

function contractsOf(permissions: readonly PermissionJson[]): Policy["contracts"] {
  const contracts: Record<Address, string[]> = {};
  for (const { target, function: text } of permissions) {
    if (target === undefined || text === undefined) continue;
    const known = (contracts[target] ??= []);
    const full = FunctionFragment.from(text).format("full");
    if (!known.includes(full)) known.push(full);
  }
  return contracts;
}
