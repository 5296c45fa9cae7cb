import { FunctionFragment, isError } from "ethers";
import { allow, type CallOptions } from "../builder/allow";
import { total } from "../builder/budgets";
import * as conditions from "../builder/condition";
import type { RuleInput } from "../builder/condition";
import type { PermissionPlans } from "../builder/define";
import type { Budget } from "../budget";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";

/**
 * The data of a permission of type `session-keys:contract-call`, as JSON has it.
 * @example const call: ContractCall = { address: game, function: "function move(uint8 to)", rules: { to: { lt: "0x4" } }, calls: 10 };
 */
export interface ContractCall {
  readonly address: Address;
  /** Human-readable: `function move(uint8 direction, address player)`. */
  readonly function: string;
  /** Conditions by argument: `{ eq }`, `{ not }`, `{ oneOf: […] }`, `{ lt }`, `{ lte }`, `{ gt }`, `{ gte }`, `{ self: true }`. */
  readonly rules?: Readonly<Record<string, unknown>> | undefined;
  /** Cap of the native value of each call, a quantity; none by default. */
  readonly maxValue?: Hex | undefined;
  /** How often it may be called in all. */
  readonly calls?: number | undefined;
}

/**
 * The permission and the budget of a `contract-call`. What `allow` calls dangerous is refused, as there.
 * Raises `WRONG_RULE` for a condition that is none of the known ones, and what `allow` raises.
 * @example const { budgets, permissions } = planContractCall({ address: game, function: "function move(uint8 to)" });
 */
export function planContractCall(call: ContractCall): {
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly permissions: PermissionPlans;
} {
  const fragment = fragmentOf(call.function);
  const rules = Object.entries(call.rules ?? {}).map(
    ([name, rule]) => [name, conditionOf(name, rule, fragment)] as const,
  );
  const options: CallOptions = {
    ...(call.maxValue === undefined ? {} : { value: conditions.lte(BigInt(call.maxValue)) }),
    ...(call.calls === undefined ? {} : { calls: conditions.count("calls") }),
  };
  const source = { address: call.address, abi: [call.function] };
  const permissions = [allow(source, fragment.name, Object.fromEntries(rules), options)];
  return { budgets: call.calls === undefined ? {} : { calls: total(BigInt(call.calls)) }, permissions };
}

function fragmentOf(text: string): FunctionFragment {
  try {
    return FunctionFragment.from(text);
  } catch (error) {
    if (!isError(error, "INVALID_ARGUMENT")) throw error;
    throw new SessionKeyError(
      "WRONG_FIELD",
      `permission.data.function is ${JSON.stringify(text)}, expected a function`,
    );
  }
}

const ORDERS = ["lt", "lte", "gt", "gte"] as const;

function conditionOf(name: string, rule: unknown, { inputs }: FunctionFragment): RuleInput {
  const type = inputs.find((input) => input.name === name)?.type ?? "";
  const [[kind, value] = [], ...more] = Object.entries(rule ?? {}) as [string?, unknown?][];
  const order = ORDERS.find((known) => known === kind);
  if (more.length > 0) throw wrong(name, rule);
  if (order !== undefined) return conditions[order](numberOf(name, value));
  if (kind === "self" && value === true) return conditions.self();
  if (kind === "eq") return conditions.eq(valueOf(name, value, type));
  if (kind === "not") return conditions.not(valueOf(name, value, type));
  if (kind === "oneOf" && Array.isArray(value) && value.length > 0) {
    const [first, ...rest] = value.map((item: unknown) => valueOf(name, item, type));
    return conditions.oneOf(first!, ...rest);
  }
  throw wrong(name, rule);
}

/** JSON has no bigint: integers come as quantities. Addresses, bytes, text and booleans are what they are. */
function valueOf(name: string, value: unknown, type: string): bigint | string | boolean {
  if (/^u?int\d*$/.test(type)) return numberOf(name, value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  throw wrong(name, value);
}

function numberOf(name: string, value: unknown): bigint {
  if (typeof value === "string" && /^0x(0|[1-9a-f][0-9a-f]{0,63})$/i.test(value)) return BigInt(value);
  const message = `permission.data.rules.${name} is ${JSON.stringify(value)}, expected a number in hex without leading zeros`;
  throw new SessionKeyError("WRONG_UNIT", message, { where: name, found: value });
}

function wrong(name: string, found: unknown): SessionKeyError {
  const message = `permission.data.rules.${name} is ${JSON.stringify(found)}, expected one of eq, not, oneOf, lt, lte, gt, gte, self`;
  return new SessionKeyError("WRONG_RULE", message, { where: name, found });
}
