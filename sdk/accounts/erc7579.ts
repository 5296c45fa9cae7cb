import { AbiCoder, Interface } from "ethers";
import { asAddress, asHex, packUint, type Address, type Hex } from "../hex";
import { FIRST_IN_LIST, type AccountAdapter } from "./adapter";

// What several adapters have in common; not exported by the SDK.

const ACCOUNT = new Interface([
  "function installModule(uint256 moduleTypeId, address module, bytes initData)",
  "function uninstallModule(uint256 moduleTypeId, address module, bytes deInitData)",
]);

/** ERC-7579 module type of validators. */
const VALIDATOR_TYPE = 1n;

/** `installModule` of ERC-7579. */
export function encodeInstall(validator: Address, initData: Hex): Hex {
  return ACCOUNT.encodeFunctionData("installModule", [VALIDATOR_TYPE, validator, asHex(initData, "initData")]);
}

/** `uninstallModule` of ERC-7579. */
export function encodeUninstall(validator: Address, deInitData: Hex): Hex {
  return ACCOUNT.encodeFunctionData("uninstallModule", [VALIDATOR_TYPE, validator, asHex(deInitData, "deInitData")]);
}

/** The nonce key `validator(20) ‖ key(4)`. */
export const validatorFirstNonceKey: AccountAdapter["nonceKey"] = (validator, key = 0) =>
  BigInt(asAddress(validator, "validator") + packUint(key, 4));

/** `uninstallModule` of accounts with a linked list of validators: `deInitData` is `abi.encode(previous, data)`. */
export const uninstallFromList: AccountAdapter["uninstallModule"] = (
  validator,
  deInitData = "0x",
  previous = FIRST_IN_LIST,
) => encodeUninstall(validator, AbiCoder.defaultAbiCoder().encode(["address", "bytes"], [previous, deInitData]));
