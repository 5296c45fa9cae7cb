import { ZeroAddress, type FunctionFragment, type Interface } from "ethers";
import { MAX_UINT128, PERMISSION_KINDS } from "../constants";
import { dangerOf } from "../danger";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import { NO_SELECTOR } from "../permission";
import type { Abi, FunctionName, FunctionSource, RulesFor } from "./abiTypes";
import { compileArguments, type Draft } from "./compile";
import {
  isCondition,
  nodeOf,
  type AddressCondition,
  type CallCount,
  type Condition,
  type RuleInput,
} from "./condition";
import { findFunction } from "./functions";
import { print, toAddress, type AddressInput, type Numeric } from "./input";

/**
 * What is not in the arguments of a call.
 * @example const options: CallOptions = { value: lte(parseEther("0.1")), calls: count("mints") };
 */
export interface CallOptions {
  /** The native value of the calls: `lte(cap of each)`, `spend(budget)`, or `all` of both. None by default. */
  readonly value?: Condition<Numeric>;
  /** Counts the calls: `count("mints")`. */
  readonly calls?: CallCount;
}

/**
 * For an ABI or Interface, which have no address.
 * @example const options: TargetedOptions = { target: USDC };
 */
export interface TargetedOptions extends CallOptions {
  readonly target: AddressInput;
}

/**
 * The cap of native value, and the budgets that count it.
 * @example const plan: ValuePlan = allow(nft, "mint", {}, { value: lte(5n) }).value; // { cap: 5n, budgets: [] }
 */
export interface ValuePlan {
  /** Wei of each call; `undefined`: as much as the budgets have. */
  readonly cap: bigint | undefined;
  readonly budgets: readonly string[];
}

/**
 * Permissions that still wait for their session: for its account and the numbers of its budgets.
 * @example const plan: PermissionPlan = allow(usdc, "transfer", { to: eq(alice) });
 */
export interface PermissionPlan {
  /** One of {@link PERMISSION_KINDS}. */
  readonly kind: number;
  readonly target: Address;
  readonly selector: Hex;
  /** One for each alternative. */
  readonly drafts: readonly Draft[];
  readonly value: ValuePlan;
  /** Budgets that each call counts 1 against. */
  readonly counts: readonly string[];
  /** What the user wrote, for errors. */
  readonly where: string;
}

/**
 * Where the address is not in the source, the options must name it.
 * @example const options: OptionsFor<Interface> = [{ target: USDC }];
 */
export type OptionsFor<Source> = Source extends Abi | Interface ? [options: TargetedOptions] : [options?: CallOptions];

/**
 * Lets the key call one function of one contract, with a condition on each argument that you name; those that you do not
 * name are free. From a contract, from `{ address, abi }`, or from an ABI or Interface with `target` in the options.
 *
 * With an ABI that is `as const` (a typechain factory's `abi`, too) TypeScript checks function, names and types; with a
 * typechain contract the function; everything is checked again at run time.
 *
 * Raises `DANGEROUS` for what needs {@link dangerouslyAllow}, `UNKNOWN_FUNCTION`, `AMBIGUOUS_FUNCTION`,
 * `UNKNOWN_ARGUMENT`, `WRONG_CONDITION`, `TOO_MANY_ALTERNATIVES`, `NOT_PAYABLE`, …
 *
 * @example
 * allow(usdc, "transfer", { to: oneOf(alice, bob), amount: spend("usdc") })
 * allow({ address: ROUTER, abi: ROUTER_ABI }, "swap", { params: { tokenIn: eq(USDC), recipient: self() } })
 */
export function allow<const Source extends FunctionSource, const Name extends FunctionName<Source>>(
  source: Source,
  name: Name,
  rules?: RulesFor<Source, Name>,
  ...options: OptionsFor<Source>
): PermissionPlan {
  const plan = planCall(source, name, rules, options[0]);
  refuseDanger(plan);
  return plan;
}

/**
 * {@link allow} for what it refuses: approvals without a budget, permits, multicalls, operators, transfers to anyone without a
 * budget. `lint` lists it all the same.
 * @example dangerouslyAllow(nft, "setApprovalForAll", { operator: eq(market), approved: eq(true) })
 */
export function dangerouslyAllow<const Source extends FunctionSource, const Name extends FunctionName<Source>>(
  source: Source,
  name: Name,
  rules?: RulesFor<Source, Name>,
  ...options: OptionsFor<Source>
): PermissionPlan {
  return planCall(source, name, rules, options[0]);
}

/**
 * Lets the key send native value, without calldata, to one address or `oneOf` several: at most so much each time
 * (`lte`), or together (`spend`).
 * @example allowTransfer(alice, spend("eth"))
 */
export function allowTransfer(
  to: AddressInput | AddressCondition,
  value: Condition<Numeric>,
  options: Pick<CallOptions, "calls"> = {},
): readonly PermissionPlan[] {
  const where = "allowTransfer";
  return recipients(to).map((target) => ({
    kind: PERMISSION_KINDS.transfer,
    target: toAddress(target, `${where}: recipient`),
    selector: NO_SELECTOR,
    drafts: [{ rules: [], charges: [] }],
    value: planValue(value, where),
    counts: options.calls?.budgets ?? [],
    where,
  }));
}

/**
 * Lets the key call **any** function of a contract with **any** arguments. Only the native value is bounded.
 * @example dangerouslyAllowAnyCall(game, { calls: count("moves") })
 */
export function dangerouslyAllowAnyCall(target: AddressInput, options: CallOptions = {}): PermissionPlan {
  const where = "dangerouslyAllowAnyCall";
  return {
    kind: PERMISSION_KINDS.anyCall,
    target: toAddress(target, `${where}: target`),
    selector: NO_SELECTOR,
    drafts: [{ rules: [], charges: [] }],
    value: planValue(options.value, where),
    counts: options.calls?.budgets ?? [],
    where,
  };
}

/**
 * Lets the key call one function of **any** contract: whatever answers to the selector, the account's installed modules
 * included.
 * @example dangerouslyAllowAnyTarget(["function claim(address to)"] as const, "claim", { to: self() })
 */
export function dangerouslyAllowAnyTarget<
  const Source extends Abi | Interface,
  const Name extends FunctionName<Source>,
>(abi: Source, name: Name, rules?: RulesFor<Source, Name>, options: CallOptions = {}): PermissionPlan {
  const plan = planCall(abi, name, rules, { ...options, target: ZeroAddress });
  return { ...plan, kind: PERMISSION_KINDS.callAnyTarget };
}

// --------------------------------------------------------------------------------------------------------- the plan

type PlanRules = Readonly<Record<string, RuleInput | undefined>>;

function planCall(
  source: FunctionSource,
  name: string,
  rules: PlanRules = {},
  options: Partial<TargetedOptions> = {},
): PermissionPlan {
  const { fragment, target } = findFunction(source, name);
  const where = `allow ${fragment.name}`;
  return {
    kind: PERMISSION_KINDS.call,
    target: theTarget(target, options.target, where),
    selector: fragment.selector,
    drafts: compileArguments(fragment.inputs, rules, fragment.name),
    value: planPayment(fragment, options.value, where),
    counts: options.calls?.budgets ?? [],
    where,
  };
}

function theTarget(own: Address | undefined, named: AddressInput | undefined, where: string): Address {
  if (own !== undefined && named !== undefined) {
    const message = `${where}: the contract has an address already, and the options name a target too`;
    throw new SessionKeyError("UNEXPECTED_TARGET", message, { found: named, allowed: own });
  }
  if (own !== undefined) return own;
  if (named !== undefined) return toAddress(named, `${where}: target`);
  const message = `${where}: an ABI has no address; pass { address, abi }, or a target in the options`;
  throw new SessionKeyError("TARGET_MISSING", message);
}

function planPayment(fragment: FunctionFragment, value: Condition<Numeric> | undefined, where: string): ValuePlan {
  if (value !== undefined && !fragment.payable) {
    throw new SessionKeyError("NOT_PAYABLE", `${where}: the function takes no native value`, { found: fragment.name });
  }
  return planValue(value, where);
}

/** The contract has a cap for each call, and charges: nothing else can be said of the value. */
function planValue(value: Condition<Numeric> | undefined, where: string): ValuePlan {
  if (value === undefined) return { cap: 0n, budgets: [] };
  const caps: bigint[] = [];
  const budgets: string[] = [];
  collectValue(value, caps, budgets, where);
  const cap = caps.reduce<bigint | undefined>(
    (least, one) => (least === undefined || one < least ? one : least),
    undefined,
  );
  if (cap === undefined || (cap >= 0n && cap <= MAX_UINT128)) return { cap, budgets };
  const message = `${where}: a cap of ${cap} wei: expected 0 to 2^128 - 1`;
  throw new SessionKeyError("VALUE_OUT_OF_RANGE", message, { where, found: cap, max: MAX_UINT128 });
}

function collectValue(value: Condition<unknown>, caps: bigint[], budgets: string[], where: string): void {
  const node = isCondition(value) ? nodeOf(value) : undefined;
  if (node?.kind === "all") node.conditions.forEach((one) => collectValue(one, caps, budgets, where));
  else if (node?.kind === "spend") budgets.push(node.budget);
  else if (node?.kind === "order" && node.order === "lte") caps.push(node.value);
  else if (node?.kind === "order" && node.order === "lt") caps.push(node.value - 1n);
  else {
    const message = `${where}: native value takes lte(cap), spend(budget) or all of them, not ${node?.kind ?? print(value)}`;
    throw new SessionKeyError("WRONG_CONDITION", message, { where, found: node?.kind ?? value });
  }
}

function recipients(to: AddressInput | AddressCondition): readonly unknown[] {
  if (!isCondition(to)) return [to];
  const node = nodeOf(to);
  if (node.kind === "oneOf") return node.values;
  if (node.kind === "eq") return [node.value];
  const message = `allowTransfer to ${node.kind}: expected an address, or oneOf several`;
  throw new SessionKeyError("WRONG_CONDITION", message, { found: node.kind });
}

function refuseDanger({ selector, drafts, where }: PermissionPlan): void {
  const name = where.slice("allow ".length);
  for (const { rules, charges } of drafts) {
    const danger = dangerOf({ selector, rules, charged: charges.map(({ path }) => path) }, name);
    if (danger === undefined) continue;
    const message = `${where}: it ${danger.message}: ${danger.why}. If you mean it, say dangerouslyAllow`;
    throw new SessionKeyError("DANGEROUS", message, { danger: danger.code, why: danger.why });
  }
}
