import { hexlify, randomBytes, ZeroAddress } from "ethers";
import type { Budget } from "../budget";
import { argumentCharge, countCharge, valueCharge, type Charge } from "../charge";
import {
  ANY_PAYMASTER,
  BUDGET_KINDS,
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_CHARGES,
  MAX_RULES,
  MAX_SPENT,
  MAX_TREE_HEIGHT,
} from "../constants";
import { SessionKeyError } from "../errors";
import { asHex, isZeroAddress, type Address, type Hex } from "../hex";
import { isForbiddenTarget, type Permission } from "../permission";
import type { Rule } from "../rule";
import { normalizeSession, type Session } from "../session";
import type { PermissionPlan } from "./allow";
import type { Draft, RuleDraft } from "./compile";
import {
  nowInSeconds,
  print,
  toAddress,
  toBigInt,
  toSeconds,
  type AddressInput,
  type HasAddress,
  type Numeric,
  type TimeInput,
} from "./input";

// --------------------------------------------------------------------------------------------------------------- fees

/**
 * Who pays for the operations; made by {@link sponsoredBy} and the two `dangerously…` functions.
 * @example const fees: Fees = sponsoredBy(paymaster, { otherwise: "fees" });
 */
export interface Fees {
  readonly paymaster: Address;
  /** What pays when no paymaster does: a budget by name, without limit, or nothing. */
  readonly otherwise: { readonly budget: string } | "unlimited" | "nothing";
}

/**
 * Options of {@link sponsoredBy}.
 * @example const options: SponsorOptions = { otherwise: "fees" };
 */
export interface SponsorOptions {
  /** The budget that pays when the paymaster does not; without it the account never pays. */
  readonly otherwise?: string;
}

/**
 * This paymaster pays, and no other.
 * @example const fees = sponsoredBy(paymaster, { otherwise: "fees" }); // as `fees` of defineSession
 */
export function sponsoredBy(paymaster: AddressInput, { otherwise }: SponsorOptions = {}): Fees {
  const address = toAddress(paymaster, "paymaster");
  if (address === ANY_PAYMASTER || isZeroAddress(address)) {
    const message = `${address} is no paymaster; for any of them say dangerouslySponsoredByAnyone()`;
    throw new SessionKeyError("DANGEROUS", message, { found: address });
  }
  return { paymaster: address, otherwise: otherwise === undefined ? "nothing" : { budget: otherwise } };
}

/**
 * Any paymaster may pay. Dangerous: one that takes tokens for its service may take them from the account, past every
 * budget, if the account has approved it.
 * @example const fees = dangerouslySponsoredByAnyone(); // as `fees` of defineSession
 */
export function dangerouslySponsoredByAnyone({ otherwise }: SponsorOptions = {}): Fees {
  return { paymaster: ANY_PAYMASTER, otherwise: otherwise === undefined ? "nothing" : { budget: otherwise } };
}

/**
 * The account pays whatever the key asks. Dangerous: a stolen key can burn the whole balance as gas.
 * @example const fees = dangerouslyUnlimitedFees(); // as `fees` of defineSession
 */
export function dangerouslyUnlimitedFees(): Fees {
  return { paymaster: ZeroAddress, otherwise: "unlimited" };
}

// ------------------------------------------------------------------------------------------------------- the session

/**
 * A list of permissions, or lists of lists.
 * @example const plans: PermissionPlans = [allowTransfer(alice, lte(5n)), allow(usdc, "transfer", { to: eq(alice) })];
 */
export type PermissionPlans = readonly (PermissionPlan | PermissionPlans)[];

/**
 * What {@link defineSession} makes a session of.
 * @example const common = { account, chainId: 1, key: bot.address, validUntil: inDays(30) } satisfies Partial<SessionDefinition>;
 */
export interface SessionDefinition<Name extends string = string> {
  /** The smart account. */
  readonly account: AddressInput;
  readonly chainId: Numeric;
  /** A session key, its `signer` bytes, or an address (a `Wallet` has one). */
  readonly key: Hex | { readonly signer: Hex } | HasAddress;
  /** Mandatory: `inDays(30)`, a `Date`, or unix seconds. Inclusive. */
  readonly validUntil: TimeInput;
  /** A minute ago by default: bundlers refuse what is not valid yet. Periods of budgets count from it. */
  readonly validAfter?: TimeInput;
  /** The account's epoch, `epochOf(account)`; 1 by default: that of a module installed once and never reset. */
  readonly epoch?: Numeric;
  /** Random by default, so that the same permissions can be granted twice. */
  readonly salt?: bigint;
  /** By name: `{ usdc: weekly(…), fees: total(…) }`. */
  readonly budgets?: Readonly<Record<Name, Budget>>;
  /** Who pays: the account, from the budget of that name, or {@link sponsoredBy}. Mandatory: a session that nobody pays for cannot be used. */
  readonly fees: NoInfer<Name> | Fees;
  /** From {@link allow}, {@link allowTransfer}, … */
  readonly permissions: PermissionPlans;
  /** If known, the validator: no session may call it. */
  readonly validator?: AddressInput;
  /** The present, for the defaults and to refuse what has expired; the clock by default. */
  readonly now?: TimeInput;
}

const DEFAULT_AGE = 60;

/**
 * A session from what it allows. The result is the document that the owner signs: look at it with `describe` and `lint`
 * before.
 *
 * Raises `EMPTY_PERMISSIONS`, `DUPLICATE_PERMISSION`, `TOO_MANY_PERMISSIONS`, `UNKNOWN_BUDGET`, `UNUSED_BUDGET`,
 * `ALREADY_EXPIRED`, `EXPIRY_MISSING`, `NOBODY_PAYS`, `MILLISECONDS`, `FORBIDDEN_TARGET`, and what `validateSession` raises.
 *
 * @example
 * const session = defineSession({
 *   account, chainId: 1, key: bot.address,
 *   validUntil: inDays(30),
 *   budgets: { usdc: weekly(parseUnits("100", 6)), fees: total(parseEther("0.02")) },
 *   fees: "fees",
 *   permissions: [allow(usdc, "transfer", { to: oneOf(alice, bob), amount: spend("usdc") })],
 * });
 */
export function defineSession<const Name extends string = never>(definition: SessionDefinition<Name>): Session {
  const budgets = namedBudgets(definition.budgets ?? {});
  const account = toAddress(definition.account, "account");
  const plans = flatten(definition.permissions);
  const { paymaster, feeBudget } = feesOf(definition.fees, budgets);
  const resolver: Resolver = { account, budgets, used: new Set(feeBudget < budgets.size ? [feeBudget] : []) };
  const permissions = plans.flatMap((plan) => resolve(plan, resolver));
  refuseDuplicates(permissions, plans);
  refuseUnused(resolver);
  refuseValidator(permissions, account, definition.validator);
  return normalizeSession({
    account,
    chainId: toBigInt(definition.chainId, "chainId"),
    epoch: toBigInt(definition.epoch ?? 1n, "epoch"),
    salt: definition.salt ?? BigInt(hexlify(randomBytes(8))),
    signer: signerOf(definition.key),
    ...windowOf(definition),
    paymaster,
    feeBudget,
    budgets: [...budgets.values()].map(({ budget }) => budget),
    permissions,
  });
}

function signerOf(key: SessionDefinition["key"]): Hex {
  const { signer, address } = (typeof key === "object" ? key : { signer: key }) as { signer?: Hex; address?: Hex };
  const found = asHex(signer ?? address, "key");
  if (!/[1-9a-f]/.test(found.slice(2, 42))) {
    throw new SessionKeyError("INVALID_KEY", "the key is the zero address", { found });
  }
  return found;
}

function windowOf({ validAfter, validUntil, now }: SessionDefinition): Pick<Session, "validAfter" | "validUntil"> {
  if (validUntil === undefined) {
    const message = "a session without an end is a second owner: say validUntil, such as inDays(30)";
    throw new SessionKeyError("EXPIRY_MISSING", message);
  }
  const present = now === undefined ? nowInSeconds() : toSeconds(now, "now");
  const until = toSeconds(validUntil, "validUntil");
  if (until <= present) {
    const hint =
      until < 50 * 365 * 86_400 && present > until * 2
        ? "; is it a duration? inDays() and inHours() add it to now"
        : "";
    const message = `validUntil is ${until}, and now is ${present}: the session would be over before it begins${hint}`;
    throw new SessionKeyError("ALREADY_EXPIRED", message, { found: until, now: present });
  }
  return {
    validAfter: validAfter === undefined ? present - DEFAULT_AGE : toSeconds(validAfter, "validAfter"),
    validUntil: until,
  };
}

function flatten(plans: PermissionPlans): readonly PermissionPlan[] {
  return plans.flatMap((plan) => (isPlans(plan) ? flatten(plan) : [plan]));
}

function isPlans(plan: PermissionPlan | PermissionPlans): plan is PermissionPlans {
  return Array.isArray(plan);
}

// ------------------------------------------------------------------------------------------------------------ budgets

interface NamedBudget {
  readonly index: number;
  readonly budget: Budget;
}

type NamedBudgets = ReadonlyMap<string, NamedBudget>;

interface Resolver {
  readonly account: Address;
  readonly budgets: NamedBudgets;
  /** Indexes of the budgets that something draws on. */
  readonly used: Set<number>;
}

function namedBudgets(budgets: Readonly<Record<string, Budget>>): NamedBudgets {
  return new Map(Object.entries(budgets).map(([name, budget], index) => [name, { index, budget }]));
}

function feesOf(fees: string | Fees | undefined, budgets: NamedBudgets): Pick<Session, "paymaster" | "feeBudget"> {
  if (fees === undefined) {
    const message = 'nobody pays, so every operation would be refused: say fees: "budget", or sponsoredBy(paymaster)';
    throw new SessionKeyError("NOBODY_PAYS", message);
  }
  if (typeof fees === "string") return { paymaster: ZeroAddress, feeBudget: budgetNamed(fees, budgets, "fees").index };
  const { paymaster, otherwise } = fees;
  if (otherwise === "nothing") return { paymaster, feeBudget: FEES_SPONSORED };
  if (otherwise === "unlimited") return { paymaster, feeBudget: FEES_UNLIMITED };
  return { paymaster, feeBudget: budgetNamed(otherwise.budget, budgets, "fees").index };
}

function budgetNamed(name: string, budgets: NamedBudgets, where: string): NamedBudget {
  const found = budgets.get(name);
  if (found !== undefined) return found;
  const allowed = [...budgets.keys()];
  const message = `${where} names the budget ${print(name)}; there are: ${allowed.join(", ") || "none"}`;
  throw new SessionKeyError("UNKNOWN_BUDGET", message, { found: name, allowed });
}

function refuseUnused({ budgets, used }: Resolver): void {
  for (const [name, { index }] of budgets) {
    if (used.has(index)) continue;
    const message = `nothing draws on the budget ${print(name)}: spend(${print(name)}), count(${print(name)}) or fees: ${print(name)} would`;
    throw new SessionKeyError("UNUSED_BUDGET", message, { found: name });
  }
}

// -------------------------------------------------------------------------------------------------------- permissions

function resolve(plan: PermissionPlan, resolver: Resolver): readonly Permission[] {
  const { kind, target, selector, where } = plan;
  const use = (name: string): NamedBudget => {
    const found = budgetNamed(name, resolver.budgets, where);
    resolver.used.add(found.index);
    return found;
  };
  const valued = plan.value.budgets.map(use);
  const common: readonly Charge[] = [
    ...valued.map(({ index }) => valueCharge(index)),
    ...plan.counts.map((name) => countCharge(use(name).index)),
  ];
  const maxValue = plan.value.cap ?? least(valued.map(({ budget }) => mostAtOnce(budget)));
  return plan.drafts.map((draft) => {
    const rules = draft.rules.map((rule) => ruleOf(rule, resolver.account));
    const charges = [...draft.charges.map(({ budget, path }) => argumentCharge(use(budget).index, path)), ...common];
    refuseExcess(draft, charges, where);
    return { kind, target, selector, maxValue, rules, charges };
  });
}

/** Most that one call can draw on a budget. */
function mostAtOnce({ kind, limit }: Budget): bigint {
  return kind === BUDGET_KINDS.stream ? MAX_SPENT : limit;
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((low, value) => (value < low ? value : low), MAX_SPENT);
}

function ruleOf({ op, path, other, mask, value, self }: RuleDraft, account: Address): Rule {
  return { op, path, other, mask, value: self === true ? BigInt(account) : value };
}

function refuseExcess({ rules }: Draft, charges: readonly Charge[], where: string): void {
  if (rules.length > MAX_RULES) {
    const message = `${where} takes ${rules.length} rules (one for each word it compares), and a permission has at most ${MAX_RULES}`;
    throw new SessionKeyError("TooManyRules", message, { found: BigInt(rules.length), max: BigInt(MAX_RULES) });
  }
  if (charges.length > MAX_CHARGES) {
    const message = `${where} draws on budgets ${charges.length} times, and a permission does at most ${MAX_CHARGES} times`;
    throw new SessionKeyError("TooManyCharges", message, { found: BigInt(charges.length), max: BigInt(MAX_CHARGES) });
  }
}

const MAX_PERMISSIONS = 2 ** MAX_TREE_HEIGHT;

function refuseDuplicates(permissions: readonly Permission[], plans: readonly PermissionPlan[]): void {
  if (permissions.length > MAX_PERMISSIONS) {
    const message = `${permissions.length} permissions, and a session has at most ${MAX_PERMISSIONS}`;
    throw new SessionKeyError("TOO_MANY_PERMISSIONS", message, { found: permissions.length, max: MAX_PERMISSIONS });
  }
  const seen = new Map<string, number>();
  let index = 0;
  for (const plan of plans) {
    for (let i = 0; i < plan.drafts.length; i++, index++) {
      const key = permissionKey(permissions[index]!);
      const twin = seen.get(key);
      if (twin !== undefined) {
        const message = `permission ${index} (${plan.where}) is the same as permission ${twin}`;
        throw new SessionKeyError("DUPLICATE_PERMISSION", message, { found: index, same: twin });
      }
      seen.set(key, index);
    }
  }
}

/** Equal for permissions that allow and charge the same. */
export function permissionKey({ kind, target, selector, maxValue, rules, charges }: Permission): string {
  const ruleKeys = rules.map(({ op, path, other, mask, value }) =>
    [op, path.join(), other.join(), mask, value].join("/"),
  );
  const chargeKeys = charges.map(({ budget, source, path }) => [budget, source, path.join()].join("/"));
  const head = [kind, target.toLowerCase(), selector.toLowerCase(), maxValue].join("/");
  return [head, [...ruleKeys].sort().join(";"), [...chargeKeys].sort().join(";")].join("|");
}

function refuseValidator(
  permissions: readonly Permission[],
  account: Address,
  validator: AddressInput | undefined,
): void {
  if (validator === undefined) return;
  const address = toAddress(validator, "validator");
  for (const { target } of permissions) {
    if (isZeroAddress(target) || !isForbiddenTarget(target, account, address)) continue;
    const message = `no session may call ${target}: the account, an EntryPoint or the validator`;
    throw new SessionKeyError("FORBIDDEN_TARGET", message, { found: target });
  }
}
