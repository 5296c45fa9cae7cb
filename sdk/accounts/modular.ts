import { asAddress, asHex, strip, type Address } from "../hex";
import type { PlainAccountAdapter } from "./adapter";
import { encodeInstall, encodeUninstall, validatorFirstNonceKey } from "./erc7579";

/**
 * OpenZeppelin's `AccountERC7579` and accounts like it: the top 20 bytes of the nonce name the validator
 * (`validator(20) ‖ key(4) ‖ sequence(8)`), and the first 20 bytes of an ERC-1271 signature name the validator that
 * judges the rest.
 *
 * @param ownerValidator The installed validator that knows the owner and takes a signature over the digest as it is.
 *
 * @example
 * const modular = modularAccount(ownerValidator);
 * const nonce = await getNonce(provider, ENTRY_POINTS["0.8"], account, modular.nonceKey(validator));
 */
export function modularAccount(ownerValidator: Address): PlainAccountAdapter {
  const owner = asAddress(ownerValidator, "ownerValidator").toLowerCase();
  return {
    nonceKey: validatorFirstNonceKey,
    installModule: (validator, initData = "0x") => encodeInstall(validator, initData),
    uninstallModule: (validator, deInitData = "0x") => encodeUninstall(validator, deInitData),
    ownerTypedData: (data) => data,
    wrapOwnerSignature: (signature) => owner + strip(asHex(signature, "signature")),
  };
}
