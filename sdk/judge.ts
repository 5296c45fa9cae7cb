import { ZeroAddress } from "ethers";
import { assertRule, readArgument, type Arguments } from "./argument";
import type { Charge } from "./charge";
import { CHARGE_SOURCES, PERMISSION_KINDS } from "./constants";
import { contractError, SessionKeyError } from "./errors";
import { argumentsOf, selectorOf, type Call } from "./execution";
import { byteLength, sameAddress, type Address, type Hex } from "./hex";
import { hasSelector, isForbiddenTarget, NO_SELECTOR, type Permission } from "./permission";

// Is this call allowed? Decides only; what it costs is counted in usage.ts.

/**
 * What a call asks of one budget.
 * @example const costs: readonly Cost[] = new PreparedSession(session).costs(calls[0]!, 0, validator); // 5n of budget 0
 */
export interface Cost {
  /** Index of the budget. */
  readonly budget: number;
  /** In the budget's unit; 0 charges the budget too. */
  readonly amount: bigint;
}

/** Raises `ForbiddenTarget`: no session may call the account, the validator, the zero address or an EntryPoint. */
export function assertTarget(call: Call, index: number, account: Address, validator?: Address): void {
  if (isForbiddenTarget(call.target, account, validator)) {
    throw contractError("ForbiddenTarget", { call: index, target: call.target });
  }
}

/** Raises `CallDataMismatch`: TRANSFER takes no calldata, the other kinds at least 4 bytes. */
export function assertShape(call: Call, index: number, kind: number): void {
  const length = byteLength(call.data);
  const fits = kind === PERMISSION_KINDS.transfer ? length === 0 : length >= 4;
  if (!fits) throw contractError("CallDataMismatch", { call: index, kind, length });
}

/** Raises `ValueTooHigh`. */
export function assertValue(call: Call, index: number, maxValue: bigint): void {
  if (call.value > maxValue) throw contractError("ValueTooHigh", { call: index, found: call.value, max: maxValue });
}

/** What a call costs by one charge: the word, the value or 1. Raises `ArgumentOutOfBounds`. */
export function chargeCost(call: Call, index: number, charge: Charge): Cost {
  return { budget: charge.budget, amount: chargeAmount(call, { call: index, bytes: argumentsOf(call) }, charge) };
}

function chargeAmount(call: Call, args: Arguments, charge: Charge): bigint {
  if (charge.source === CHARGE_SOURCES.count) return 1n;
  if (charge.source === CHARGE_SOURCES.value) return call.value;
  return readArgument(args, charge.path);
}

/**
 * Target and selector that the contract puts into the hash of a permission of that kind, taken from the call.
 * @example coordinates(PERMISSION_KINDS.anyCall, call).selector // "0x00000000"
 */
export function coordinates(kind: number, call: Call): { readonly target: Address; readonly selector: Hex } {
  return {
    target: kind === PERMISSION_KINDS.callAnyTarget ? ZeroAddress : call.target,
    selector: hasSelector(kind) ? (selectorOf(call) ?? NO_SELECTOR) : NO_SELECTOR,
  };
}

/** Whether target, selector and calldata length of the call are those of the permission, whatever its rules. */
export function isFor(permission: Permission, call: Call): boolean {
  const length = byteLength(call.data);
  const fits = permission.kind === PERMISSION_KINDS.transfer ? length === 0 : length >= 4;
  const { target, selector } = coordinates(permission.kind, call);
  return fits && sameAddress(target, permission.target) && selector === permission.selector.toLowerCase();
}

/**
 * What a call that the permission {@link isFor} costs the session's budgets.
 * Raises `ValueTooHigh`, `RuleNotMet`, `ArgumentOutOfBounds`, `ProductTooLarge`.
 */
export function costsOf(permission: Permission, call: Call, index: number): Cost[] {
  assertValue(call, index, permission.maxValue);
  const args = { call: index, bytes: argumentsOf(call) };
  permission.rules.forEach((rule, i) => assertRule(args, rule, i));
  return permission.charges.map((charge) => ({ budget: charge.budget, amount: chargeAmount(call, args, charge) }));
}

/**
 * Why the permission does not allow the call, or `undefined` if it does. Budgets are not looked at.
 * @example refusal(permission, call, 0)?.code // "RuleNotMet"
 */
export function refusal(permission: Permission, call: Call, index: number): SessionKeyError | undefined {
  if (!isFor(permission, call)) {
    const message = "another target, selector or kind of call";
    return new SessionKeyError("PERMISSION_FOR_ANOTHER_CALL", message, { call: index });
  }
  const costs = unlessRefused(() => costsOf(permission, call, index));
  return costs instanceof SessionKeyError ? costs : undefined;
}

/** What `act` returns, or the refusal that it raises. */
export function unlessRefused<Result>(act: () => Result): Result | SessionKeyError {
  try {
    return act();
  } catch (error) {
    if (error instanceof SessionKeyError) return error;
    throw error;
  }
}
