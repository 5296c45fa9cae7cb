import { ZeroAddress } from "ethers";
import { validateCharge, type Charge } from "./charge";
import { ENTRY_POINTS, MAX_CHARGES, MAX_RULES, PERMISSION_KINDS } from "./constants";
import { contractError, SessionKeyError } from "./errors";
import { asAddress, asHex, isZeroAddress, sameAddress, type Address, type Hex } from "./hex";
import { assertBigUint, isOneOf } from "./integer";
import { validateRule, type Rule } from "./rule";

/**
 * The part of a permission that an envelope carries; target and selector are those of the call.
 * @example const { rules, charges }: PermissionBody = session.permissions[0]!;
 */
export interface PermissionBody {
  /** One of {@link PERMISSION_KINDS}. */
  readonly kind: number;
  /** Cap of the native value of each call, in wei (inclusive); below 2^128. */
  readonly maxValue: bigint;
  /** All must hold, at most 16. */
  readonly rules: readonly Rule[];
  /** At most 8. */
  readonly charges: readonly Charge[];
}

/**
 * One thing that the key may do. Alternatives are further permissions.
 * Mirrors `Permission(uint8 kind,address target,bytes4 selector,uint128 maxValue,Rule[] rules,Charge[] charges)`.
 * @example const permission: Permission = transferPermission(alice, parseEther("0.1"));
 */
export interface Permission extends PermissionBody {
  /** The contract or recipient; the zero address for (and only for) ANY_TARGET. */
  readonly target: Address;
  /** 4 bytes; `0x00000000` unless the kind is CALL. */
  readonly selector: Hex;
}

/**
 * What most permissions leave out.
 * @example
 * const options: PermissionOptions = { rules: [rule("eq", [0], BigInt(alice))], charges: [argumentCharge(0, [32])] };
 * const payAlice = callPermission(USDC, "0xa9059cbb", options);
 */
export type PermissionOptions = Partial<Pick<Permission, "maxValue" | "rules" | "charges">>;

/** The selector of a permission that has none. */
export const NO_SELECTOR: Hex = "0x00000000";

/**
 * Calls of one function of one contract.
 *
 * @example
 * const rules = [rule("eq", [0], BigInt(alice))];
 * const payAlice = callPermission(USDC, "0xa9059cbb", { rules, charges: [argumentCharge(0, [32])] });
 */
export function callPermission(target: Address, selector: Hex, options: PermissionOptions = {}): Permission {
  return { ...blank(options), kind: PERMISSION_KINDS.call, target, selector };
}

/**
 * Calls of one function of any contract. Dangerous: it reaches whatever answers to the selector, installed modules
 * included.
 * @example const claim = callAnyTargetPermission("0x1e83409a", { rules: [rule("eq", [0], BigInt(account))] });
 */
export function callAnyTargetPermission(selector: Hex, options: PermissionOptions = {}): Permission {
  return { ...blank(options), kind: PERMISSION_KINDS.callAnyTarget, target: ZeroAddress, selector };
}

/**
 * Native transfers without calldata.
 * @example transferPermission(alice, parseEther("0.1"))
 */
export function transferPermission(target: Address, maxValue: bigint, options: PermissionOptions = {}): Permission {
  return { ...blank(options), kind: PERMISSION_KINDS.transfer, target, maxValue, selector: NO_SELECTOR };
}

/**
 * Any function of one contract (calldata of at least 4 bytes).
 * @example const play = anyCallPermission(game, { charges: [countCharge(0)] });
 */
export function anyCallPermission(target: Address, options: PermissionOptions = {}): Permission {
  return { ...blank(options), kind: PERMISSION_KINDS.anyCall, target, selector: NO_SELECTOR };
}

function blank(options: PermissionOptions): Omit<Permission, "kind" | "target" | "selector"> {
  return { maxValue: options.maxValue ?? 0n, rules: options.rules ?? [], charges: options.charges ?? [] };
}

/** Whether the kind has a selector: CALL and CALL | ANY_TARGET. */
export function hasSelector(kind: number): boolean {
  return kind === PERMISSION_KINDS.call || kind === PERMISSION_KINDS.callAnyTarget;
}

/** Raises `UnknownPermissionKind`. `index` is that of the call or, in a session, of the permission. */
export function checkPermissionKind(kind: number, index: number): void {
  if (!isOneOf(kind, PERMISSION_KINDS)) throw contractError("UnknownPermissionKind", { call: index, kind });
}

/** Raises `TooManyRules`. */
export function checkRuleCount(found: number): void {
  if (found > MAX_RULES) throw contractError("TooManyRules", { found, max: MAX_RULES });
}

/** Raises `TooManyCharges`. */
export function checkChargeCount(found: number): void {
  if (found > MAX_CHARGES) throw contractError("TooManyCharges", { found, max: MAX_CHARGES });
}

/** Whether no session of `account` may call `target`: the account, the zero address, an EntryPoint, the validator. */
export function isForbiddenTarget(target: Address, account: Address, validator?: Address): boolean {
  const forbidden = [account, ZeroAddress, ...Object.values(ENTRY_POINTS), ...(validator ? [validator] : [])];
  return forbidden.some((address) => sameAddress(address, target));
}

/**
 * Refuses a permission that the contract would refuse whenever it is used.
 * Raises `UnknownPermissionKind`, `TooManyRules`, `TooManyCharges`, what rules and charges raise, and
 * `UNEXPECTED_TARGET`, `FORBIDDEN_TARGET`, `UNEXPECTED_SELECTOR`, `INVALID_ADDRESS`, `INVALID_HEX`.
 */
export function validatePermission(
  permission: Permission,
  index: number,
  session: { readonly account: Address; readonly budgets: readonly unknown[] },
): void {
  const name = `permissions[${index}]`;
  checkPermissionKind(permission.kind, index);
  validateTarget(permission, name, session.account);
  validateSelector(permission, name);
  assertBigUint(permission.maxValue, 128, `${name}.maxValue`);
  checkRuleCount(permission.rules.length);
  permission.rules.forEach((rule, i) => validateRule(rule, `${name}.rules[${i}]`));
  checkChargeCount(permission.charges.length);
  permission.charges.forEach((charge, i) => validateCharge(charge, session.budgets.length, `${name}.charges[${i}]`));
}

function validateTarget(permission: Permission, name: string, account: Address): void {
  const target = asAddress(permission.target, `${name}.target`);
  if (permission.kind === PERMISSION_KINDS.callAnyTarget) {
    if (isZeroAddress(target)) return;
    const message = `${name} is ANY_TARGET and names ${target}: the target must be the zero address`;
    throw new SessionKeyError("UNEXPECTED_TARGET", message, { name, found: target, allowed: ZeroAddress });
  }
  if (isForbiddenTarget(target, account)) {
    const message = `${name} names ${target}: no session may call the account, the zero address or an EntryPoint`;
    throw new SessionKeyError("FORBIDDEN_TARGET", message, { name, found: target });
  }
}

function validateSelector(permission: Permission, name: string): void {
  const selector = asHex(permission.selector, `${name}.selector`, 4);
  if (hasSelector(permission.kind) || selector === NO_SELECTOR) return;
  const message = `${name} has selector ${selector}: only CALL has one, the others have ${NO_SELECTOR}`;
  throw new SessionKeyError("UNEXPECTED_SELECTOR", message, { name, found: selector, allowed: NO_SELECTOR });
}
