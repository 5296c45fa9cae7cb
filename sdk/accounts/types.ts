import { SessionKeyError } from "../errors";
import type { Address } from "../hex";
import type { Session } from "../session";
import type { AccountAdapter } from "./adapter";
import { kernelAccount } from "./kernel";
import { modularAccount } from "./modular";
import { nexusAccount, type NexusSigning } from "./nexus";
import { referenceMsaAccount } from "./referenceMsa";
import { safe7579Account } from "./safe7579";

// The adapters by name, for whoever is told the kind of an account in a word; not exported by the SDK.

/**
 * A kind of account that there is an adapter for: the name of the adapter without `Account`.
 * @example const accountType = (): Promise<AccountType> => Promise.resolve("kernel");
 */
export type AccountType = "modular" | "nexus" | "kernel" | "safe7579" | "referenceMsa";

/** Every {@link AccountType}. */
export const ACCOUNT_TYPES: readonly AccountType[] = ["modular", "nexus", "kernel", "safe7579", "referenceMsa"];

/** What their `accountId()` looks like, without the version. */
const IDS: Readonly<Record<AccountType, RegExp>> = {
  modular: /^session-keys\.modular-account\.|^@openzeppelin\/[\w-]+\.AccountERC7579\./,
  nexus: /^biconomy\.nexus\./,
  kernel: /^kernel\./,
  safe7579: /^rhinestone\.safe7579\./,
  referenceMsa: /^uMSA\./,
};

/** The type of an account by what its `accountId()` of ERC-7579 says; `undefined` if none of ours. */
export function accountTypeOf(accountId: string): AccountType | undefined {
  return ACCOUNT_TYPES.find((type) => IDS[type].test(accountId));
}

/** What an adapter may have to know. */
export interface AdapterOptions {
  readonly account: Address;
  readonly chainId: bigint;
  /** The installed validator that knows the owner; may be left out for `kernel` (the root) and `safe7579` (has none). */
  readonly ownerValidator?: Address;
  /** Of the account's EIP-712 domain, as its `eip712Domain()` says: for `nexus` and `kernel`. */
  readonly version?: string;
  /** For `nexus`. */
  readonly signing?: NexusSigning;
}

/** The adapter of that name. Raises `NO_OWNER_VALIDATOR`. */
export function adapterOf(type: AccountType, options: AdapterOptions): AccountAdapter {
  const { ownerValidator, signing, ...rest } = options;
  if (type === "safe7579") return safe7579Account(rest);
  if (type === "kernel") return kernelAccount({ ...rest, ...(ownerValidator === undefined ? {} : { ownerValidator }) });
  if (ownerValidator === undefined) {
    const message = `which of its validators knows the owner of ${rest.account}?`;
    throw new SessionKeyError("NO_OWNER_VALIDATOR", message, { account: rest.account });
  }
  if (type === "modular") return modularAccount(ownerValidator);
  if (type === "referenceMsa") return referenceMsaAccount(ownerValidator);
  return nexusAccount({ ...rest, ownerValidator, ...(signing === undefined ? {} : { signing }) });
}

/** Where nobody signs as the owner, it is all the same which validator knows him. */
const NOBODY: Address = `0x${"00".repeat(19)}01`;

/** What a session key needs of an account's adapter, and whoever tells the owner what to do. */
export function sessionAdapterOf(
  type: AccountType,
  { account, chainId }: Pick<Session, "account" | "chainId">,
): Pick<AccountAdapter, "nonceKey" | "installModule"> {
  return adapterOf(type, { account, chainId, ownerValidator: NOBODY });
}
