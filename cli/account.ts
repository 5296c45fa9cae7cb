import { Option } from "commander";
import type { AccountAdapter } from "../sdk/accounts/adapter";
import { ACCOUNT_TYPES, accountTypeOf, adapterOf, type AccountType } from "../sdk/accounts/types";
import { accountIdOf, domainVersionOf, entryPointVersionOf, validatorsOf } from "../sdk/actions/recognize";
import type { EntryPointVersion } from "../sdk/constants";
import { SessionKeyError } from "../sdk/errors";
import { sameAddress, type Address } from "../sdk/hex";
import type { Values } from "./commands/command";
import { addressOf } from "./connection";
import type { Context } from "./context";
import { addressOption } from "./settings";
import { UserError } from "./support/input";

/** A smart account, by its own word. */
export interface Account {
  readonly address: Address;
  readonly type: AccountType;
  /** Its `accountId()`; `undefined` if it does not tell. */
  readonly id: string | undefined;
  /** The EntryPoint that it obeys. */
  readonly version: EntryPointVersion;
}

/** Of accounts that do not say which EntryPoint they obey. */
export const USUAL_VERSION: EntryPointVersion = "0.8";

/**
 * What kind of account is at `address`: what it says itself, and `--account-type` where it does not. Raises
 * `ACCOUNT_MISSING`, `WRONG_ACCOUNT_TYPE`, `UNKNOWN_ACCOUNT_TYPE`, `UNKNOWN_ENTRY_POINT`.
 */
export async function recognize(context: Context, address: Address): Promise<Account> {
  const { provider } = await context.connection();
  if ((await provider.getCode(address)) === "0x") {
    throw new SessionKeyError("ACCOUNT_MISSING", `there is no account at ${address} yet`, { account: address });
  }
  const id = await accountIdOf(provider, address);
  const type = typeOf(context, address, id);
  return { address, type, id, version: (await entryPointVersionOf(provider, address)) ?? USUAL_VERSION };
}

function typeOf({ settings }: Context, address: Address, id: string | undefined): AccountType {
  const found = id === undefined ? undefined : accountTypeOf(id);
  const { accountType: said } = settings;
  const allowed = ACCOUNT_TYPES.join(", ");
  if (found !== undefined && said !== undefined && said !== found) {
    const message = `account ${address} says that it is ${id}: type ${found}, not ${said}, of ${allowed}`;
    throw new UserError(message, "WRONG_ACCOUNT_TYPE");
  }
  const type = said ?? found;
  if (type !== undefined) return type;
  const word = id === undefined ? "does not say what it is" : `says that it is ${id}, which is not known`;
  const message = `account ${address} ${word}: name what it works like by --account-type, one of ${allowed}`;
  throw new UserError(message, "UNKNOWN_ACCOUNT_TYPE");
}

/** An account in one line. */
export function accountLine({ address, type, id, version }: Account): string {
  return `${address}, ${type}${id === undefined ? "" : ` (${id})`}, EntryPoint v${version}`;
}

/** Whether the account is as `deploy` makes them: then the operations of its owner are made here. */
export function isOurs({ type, version }: Account, values: Values = {}): boolean {
  const named = ownerValidatorOption(values);
  return type === "modular" && version === "0.8" && (named === undefined || isOwnValidator(named));
}

/** The option of those commands that sign as the owner. */
export const OWNER_VALIDATOR = new Option(
  "--owner-validator <address>",
  "the account's validator that knows its owner (default: what the account tells)",
);

/** How the owner of the account signs. Raises `NO_OWNER_VALIDATOR`. */
export async function ownerAdapter(context: Context, account: Account, values: Values): Promise<AccountAdapter> {
  const { provider, chainId } = await context.connection();
  const { address, type } = account;
  if (type === "safe7579" && values["ownerValidator"] !== undefined) {
    throw new UserError("--owner-validator: a Safe's owners are its own, and no validator knows them");
  }
  const ownerValidator = ownerValidatorOption(values) ?? (await knownOwnerValidator(context, account));
  const version = type === "nexus" || type === "kernel" ? await domainVersionOf(provider, address) : undefined;
  // Ours takes the digest as it is; K1 and its like want it nested by ERC-7739.
  const signing = ownerValidator !== undefined && isOwnValidator(ownerValidator) ? "plain" : "nested";
  return adapterOf(type, {
    ...{ account: address, chainId, signing },
    ...(ownerValidator === undefined ? {} : { ownerValidator }),
    ...(version === undefined ? {} : { version }),
  });
}

/** `undefined` where the account needs none: Kernel has its root, and a Safe its owners. */
async function knownOwnerValidator(context: Context, { address, type }: Account): Promise<Address | undefined> {
  if (type === "modular") return addressOf("ecdsaOwnerValidator");
  if (type === "kernel" || type === "safe7579") return undefined;
  const { provider } = await context.connection();
  const listed = (await validatorsOf(provider, address)) ?? [];
  const others = listed.filter((validator) => !sameAddress(validator, addressOf("sessionKeyValidator")));
  if (others.length === 1) return others[0];
  const found = others.length === 0 ? "it lists none" : `it has ${others.join(", ")}`;
  const message = `which validator of ${address} knows its owner? ${found}: say it by --owner-validator`;
  throw new UserError(message, "NO_OWNER_VALIDATOR");
}

function ownerValidatorOption(values: Values): Address | undefined {
  const given = values["ownerValidator"] as string | undefined;
  return given === undefined ? undefined : addressOption(given, "owner-validator");
}

function isOwnValidator(address: Address): boolean {
  return sameAddress(address, addressOf("ecdsaOwnerValidator"));
}
