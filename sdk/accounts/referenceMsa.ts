import type { Address } from "../hex";
import type { PlainAccountAdapter } from "./adapter";
import { uninstallFromList } from "./erc7579";
import { modularAccount } from "./modular";

/**
 * The reference account of ERC-7579 (`uMSA.advanced/withHook.v0.1`): as {@link modularAccount}, but its validators are a
 * linked list, so that uninstalling one names the entry before it.
 *
 * @param ownerValidator The installed validator that knows the owner and takes a signature over the digest as it is.
 *
 * @example
 * const reference = referenceMsaAccount(ownerValidator);
 * const callData = reference.installModule(validator); // an operation of the owner
 */
export function referenceMsaAccount(ownerValidator: Address): PlainAccountAdapter {
  return { ...modularAccount(ownerValidator), uninstallModule: uninstallFromList };
}
