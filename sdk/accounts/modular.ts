import { Interface } from "ethers";
import { asAddress, asHex, packUint, strip, type Address } from "../hex";
import type { AccountAdapter } from "./adapter";

const ACCOUNT = new Interface([
  "function installModule(uint256 moduleTypeId, address module, bytes initData)",
  "function uninstallModule(uint256 moduleTypeId, address module, bytes deInitData)",
]);

/** ERC-7579 module type of validators. */
const VALIDATOR_TYPE = 1n;

/**
 * OpenZeppelin's `AccountERC7579` and accounts like it: the top 20 bytes of the nonce name the validator
 * (`validator(20) ‖ key(4) ‖ sequence(8)`), and the first 20 bytes of an ERC-1271 signature name the validator that
 * judges the rest.
 *
 * @param ownerValidator The installed validator that knows the owner.
 * @example
 * const account = modularAccount(ecdsaValidator);
 * const nonce = await entryPoint.getNonce(session.account, account.nonceKey(sessionKeyValidator));
 */
export function modularAccount(ownerValidator: Address): AccountAdapter {
  const owner = asAddress(ownerValidator, "ownerValidator");
  return {
    nonceKey: (validator, key = 0) => BigInt(asAddress(validator, "validator") + packUint(key, 4)),
    installModule: (validator, initData = "0x") =>
      ACCOUNT.encodeFunctionData("installModule", [VALIDATOR_TYPE, validator, initData]),
    uninstallModule: (validator, deInitData = "0x") =>
      ACCOUNT.encodeFunctionData("uninstallModule", [VALIDATOR_TYPE, validator, deInitData]),
    wrapOwnerSignature: (signature) => owner.toLowerCase() + strip(asHex(signature, "signature")),
  };
}
