import {
  ANY_PAYMASTER,
  BUDGET_KINDS,
  CHARGE_SOURCES,
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_UINT128,
  MAX_UINT256,
  OPS,
  PERMISSION_KINDS,
} from "./constants";
import type { Charge } from "./charge";
import { dangerOf } from "./danger";
import { SessionKeyError } from "./errors";
import { isZeroAddress, sameAddress } from "./hex";
import type { Permission } from "./permission";
import type { Rule } from "./rule";
import { validateSession, type Session } from "./session";
import { permissionKey } from "./builder/define";
import { bookOf, type Book, type DescribeContext } from "./describe/context";

/**
 * How bad a finding is: `high` can empty the account, `medium` lets more through than it seems, `low` is worth a look.
 * @example const worst: Severity | undefined = lint(session)[0]?.severity;
 */
export type Severity = "high" | "medium" | "low";

/**
 * Something in a session that its owner should know before signing.
 * @example const findings: readonly Finding[] = lint(session);
 */
export interface Finding {
  /** For programs; `LINT_CODES` has them all. */
  readonly code: LintCode;
  readonly severity: Severity;
  /** The part of the session: `permissions[3].rules[0]`, `feeBudget`. */
  readonly where: string;
  readonly message: string;
  /** What could happen. */
  readonly why: string;
}

/**
 * Every code of {@link lint}, with its severity.
 * @example const severity = LINT_CODES.ANY_CALL; // "high"
 */
export const LINT_CODES = {
  INVALID_SESSION: "high",
  ANY_CALL: "high",
  ANY_TARGET: "high",
  UNLIMITED_FEES: "high",
  ANY_PAYMASTER: "medium",
  NOBODY_PAYS: "medium",
  APPROVE_WITHOUT_BUDGET: "high",
  UNBOUNDED_TRANSFER: "high",
  DANGEROUS_FUNCTION: "high",
  UNCOUNTED_AMOUNT: "medium",
  UNCOUNTED_VALUE: "medium",
  UNBOUNDED_VALUE: "high",
  FREE_ARGUMENTS: "low",
  BLOCKLIST: "low",
  DIRTY_UPPER_BITS: "medium",
  NEVER_HOLDS: "medium",
  ALWAYS_HOLDS: "medium",
  MIXED_UNITS: "medium",
  EMPTY_BUDGET: "low",
  UNUSED_BUDGET: "low",
  DUPLICATE_PERMISSION: "low",
  LONG_LIFE: "medium",
} as const satisfies Readonly<Record<string, Severity>>;

/**
 * A code of {@link lint}.
 * @example const code: LintCode = "ANY_CALL";
 */
export type LintCode = keyof typeof LINT_CODES;

/** A year and a day: longer sessions tend to be forgotten. */
const LONG_LIFE = 366 * 86_400;

/**
 * Everything in a session that its owner should know before signing, whoever made it; the worst first. Empty is no
 * promise that a session is harmless: contracts differ. With ABIs in the context, functions are known by their names too.
 * Raises nothing, not even for an invalid session; but `INVALID_ADDRESS` or `INVALID_ABI` for a wrong context.
 * @example
 * for (const { severity, where, message } of lint(session)) console.log(severity, where, message);
 */
export function lint(session: Session, context: DescribeContext = {}): readonly Finding[] {
  const order: readonly Severity[] = ["high", "medium", "low"];
  const book = bookOf(context);
  try {
    validateSession(session);
    const findings = [
      ...lintHeader(session),
      ...session.permissions.flatMap((permission, index) => lintPermission(permission, index, book)),
      ...lintBudgets(session),
      ...lintDuplicates(session.permissions),
    ];
    return findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      finding("INVALID_SESSION", error instanceof SessionKeyError ? "session" : "session (not one)", message, {
        why: "the contract refuses it, or would enforce something else than it seems",
      }),
    ];
  }
}

function finding(code: LintCode, where: string, message: string, { why }: { readonly why: string }): Finding {
  return { code, severity: LINT_CODES[code], where, message, why };
}

// ------------------------------------------------------------------------------------------------------------ header

function lintHeader(session: Session): Finding[] {
  const { paymaster, feeBudget, validAfter, validUntil } = session;
  const found: Finding[] = [];
  if (feeBudget === FEES_UNLIMITED) {
    const why = "a stolen key can burn the account's whole balance as gas, to a bundler of its own";
    found.push(finding("UNLIMITED_FEES", "feeBudget", "the account pays fees without limit", { why }));
  }
  if (sameAddress(paymaster, ANY_PAYMASTER)) {
    const why = "a paymaster that the account once approved tokens to may take them, past every budget";
    found.push(finding("ANY_PAYMASTER", "paymaster", "any paymaster may pay", { why }));
  }
  if (feeBudget === FEES_SPONSORED && isZeroAddress(paymaster)) {
    const why = "every operation is refused: name a fee budget or a paymaster";
    found.push(finding("NOBODY_PAYS", "feeBudget", "neither the account nor a paymaster pays fees", { why }));
  }
  if (validUntil - validAfter > LONG_LIFE) {
    const days = Math.floor((validUntil - validAfter) / 86_400);
    const why = "a forgotten key stays valid; a new session is one signature";
    found.push(finding("LONG_LIFE", "validUntil", `it lives for ${days} days`, { why }));
  }
  return found;
}

// ------------------------------------------------------------------------------------------------------- permissions

function lintPermission(permission: Permission, index: number, book: Book): Finding[] {
  const where = `permissions[${index}]`;
  return [
    ...lintKind(permission, where),
    ...lintFunction(permission, where, book),
    ...lintValue(permission, where),
    ...permission.rules.flatMap((rule, i) => lintRule(rule, `${where}.rules[${i}]`)),
    ...lintContradictions(permission.rules, where),
  ];
}

function lintKind({ kind, target, selector }: Permission, where: string): Finding[] {
  if (kind === PERMISSION_KINDS.anyCall) {
    const why = "approvals, permits, upgrades: all that the contract has, now or later";
    return [finding("ANY_CALL", where, `any function of ${target}, with any arguments`, { why })];
  }
  if (kind !== PERMISSION_KINDS.callAnyTarget) return [];
  const why =
    "whatever answers to the selector: every token, and the account's installed modules, which obey the account";
  return [finding("ANY_TARGET", where, `function ${selector} of any contract`, { why })];
}

function lintFunction(permission: Permission, where: string, book: Book): Finding[] {
  const { kind, selector, rules, charges, target } = permission;
  if (kind !== PERMISSION_KINDS.call && kind !== PERMISSION_KINDS.callAnyTarget) return [];
  const charged = charges.filter(({ source }) => source === CHARGE_SOURCES.argument).map(({ path }) => path);
  const fragment = book.functionAt(target, selector);
  const danger = dangerOf({ selector, rules, charged }, fragment?.name);
  if (danger !== undefined) return [finding(danger.code, where, danger.message, danger)];
  if (charges.length === 0 && moneyAt(selector) && !isPinnedToZero(rules)) {
    const why = "a cap bounds one call, and calls repeat: together they take everything, if only to that recipient";
    return [finding("UNCOUNTED_AMOUNT", where, "sends tokens, and no budget counts them", { why })];
  }
  const takesNothing = fragment?.inputs.length === 0;
  if (rules.length > 0 || charges.length > 0 || takesNothing) return [];
  const why = "the key chooses every argument, as often as it likes";
  return [
    finding("FREE_ARGUMENTS", where, `function ${fragment?.name ?? selector} without a rule or a budget`, { why }),
  ];
}

const MONEY: readonly string[] = ["0xa9059cbb", "0x23b872dd"];

function moneyAt(selector: string): boolean {
  return MONEY.includes(selector.toLowerCase());
}

function isPinnedToZero(rules: readonly Rule[]): boolean {
  return rules.some(
    ({ op, other, value, path }) => op === OPS.eq && other.length === 0 && value === 0n && path.length === 1,
  );
}

function lintValue({ maxValue, charges }: Permission, where: string): Finding[] {
  if (maxValue === 0n || charges.some(({ source }) => source === CHARGE_SOURCES.value)) return [];
  if (maxValue === MAX_UINT128) {
    const why = "a stolen key empties the account in one operation";
    return [finding("UNBOUNDED_VALUE", `${where}.maxValue`, "native value without a cap or a budget", { why })];
  }
  const counted = charges.some(({ source }) => source === CHARGE_SOURCES.count);
  if (counted) return [];
  const why = "a cap bounds one call, and calls repeat: spend from a budget, or count the calls";
  return [
    finding("UNCOUNTED_VALUE", `${where}.maxValue`, `${maxValue} wei in each call, and no budget counts them`, { why }),
  ];
}

// -------------------------------------------------------------------------------------------------------------- rules

function lintRule(rule: Rule, where: string): Finding[] {
  const { op, mask, value, other } = rule;
  if (other.length > 0) {
    if (value > 0n || op !== OPS.gte) return [];
    return [finding("ALWAYS_HOLDS", where, "at least nothing of another argument", { why: ALWAYS_WHY })];
  }
  if (neverHolds(rule)) {
    const why = "the permission allows nothing";
    return [finding("NEVER_HOLDS", where, "no argument can meet the rule", { why })];
  }
  if (alwaysHolds(rule)) return [finding("ALWAYS_HOLDS", where, "every argument meets the rule", { why: ALWAYS_WHY })];
  const found: Finding[] = [];
  if (op === OPS.neq && mask === MAX_UINT256 && value > 0n && value < 2n ** 160n) {
    const why =
      "if the argument has fewer than 256 bits, some contracts cut off the rest: dirty bits then pass the rule, and the " +
      "contract sees the forbidden value; mask the bits that the type has";
    found.push(finding("DIRTY_UPPER_BITS", where, "NOT EQUAL compares all 256 bits", { why }));
  }
  if (op === OPS.neq) {
    const why = "what nobody thought of is allowed: a list of what may be is safer than one of what may not";
    found.push(finding("BLOCKLIST", where, "everything but one value", { why }));
  }
  return found;
}

const ALWAYS_WHY = "it looks like a bound and is none";
const SIGN = 1n << 255n;

function neverHolds({ op, mask, value }: Rule): boolean {
  if (op === OPS.eq) return (value & ~mask) !== 0n;
  if (op === OPS.gt) return value >= mask;
  if (op === OPS.gte) return value > mask;
  if (op === OPS.lt) return value === 0n;
  if (op === OPS.slt) return value === SIGN;
  return op === OPS.sgt && value === SIGN - 1n;
}

function alwaysHolds({ op, mask, value }: Rule): boolean {
  if (op === OPS.eq) return mask === 0n;
  if (op === OPS.neq) return (value & ~mask) !== 0n;
  if (op === OPS.gte) return value === 0n;
  if (op === OPS.lte) return value >= mask;
  if (op === OPS.lt) return value > mask;
  if (op === OPS.sgte) return value === SIGN;
  return op === OPS.slte && value === SIGN - 1n;
}

function lintContradictions(rules: readonly Rule[], where: string): Finding[] {
  const seen = new Map<string, bigint>();
  for (const { op, path, other, mask, value } of rules) {
    if (op !== OPS.eq || other.length > 0) continue;
    const key = `${path.join()}|${mask}`;
    const before = seen.get(key);
    if (before !== undefined && before !== value) {
      const why = "the permission allows nothing";
      return [finding("NEVER_HOLDS", where, "two rules want different values of the same argument", { why })];
    }
    seen.set(key, value);
  }
  return [];
}

// ------------------------------------------------------------------------------------------------------------ budgets

function lintBudgets({ budgets, permissions, feeBudget }: Session): Finding[] {
  const all = permissions.flatMap(({ charges }) => charges);
  return budgets.flatMap(({ limit, kind }, index) => {
    const where = `budgets[${index}]`;
    const charges = all.filter(({ budget }) => budget === index);
    const found: Finding[] = [];
    if (charges.length === 0 && feeBudget !== index) {
      const why = "nothing draws on it: a spend is missing somewhere";
      found.push(finding("UNUSED_BUDGET", where, "no permission and no fee is counted against it", { why }));
    }
    if (limit === 0n) {
      const what = kind === BUDGET_KINDS.stream ? "nothing ever accrues" : "only amounts of 0 pass";
      found.push(finding("EMPTY_BUDGET", where, "its limit is 0", { why: what }));
    }
    const units = unitsOf(charges, feeBudget === index);
    if (units.length > 1) {
      const why = "it adds up what cannot be added: a limit that means one unit bounds the other by accident";
      found.push(finding("MIXED_UNITS", where, `it counts ${units.join(" and ")}`, { why }));
    }
    return found;
  });
}

function unitsOf(charges: readonly Charge[], paysFees: boolean): readonly string[] {
  const has = (source: number) => charges.some((charge) => charge.source === source);
  return [
    ...(has(CHARGE_SOURCES.count) ? ["calls"] : []),
    ...(has(CHARGE_SOURCES.argument) ? ["amounts in arguments"] : []),
    ...(has(CHARGE_SOURCES.value) || paysFees ? ["wei"] : []),
  ];
}

function lintDuplicates(permissions: readonly Permission[]): Finding[] {
  const seen = new Map<string, number>();
  return permissions.flatMap((permission, index) => {
    const key = permissionKey(permission);
    const twin = seen.get(key);
    if (twin === undefined) {
      seen.set(key, index);
      return [];
    }
    const why = "it allows nothing more, and makes the tree higher";
    return [finding("DUPLICATE_PERMISSION", `permissions[${index}]`, `the same as permissions[${twin}]`, { why })];
  });
}
