import { AbiCoder, concat, TypedDataEncoder } from "ethers";
import { EXECUTE_SELECTOR } from "../constants";
import { asAddress, asHex, packUint, strip, type Address } from "../hex";
import type { AccountAdapter } from "./adapter";
import { encodeInstall, encodeUninstall } from "./erc7579";

/**
 * Which Kernel.
 * @example
 * const options: KernelOptions = { account, chainId, version: "0.3.3" };
 * const adapter = kernelAccount(options);
 */
export interface KernelOptions {
  readonly account: Address;
  readonly chainId: bigint;
  /** The installed validator that knows the owner; the root validator by default. */
  readonly ownerValidator?: Address;
  /** Version of the account's EIP-712 domain, as its `eip712Domain()` says; `0.3.1` by default. */
  readonly version?: string;
}

/** Nonce mode "default"; 0x01 would install a validator on the way. */
const DEFAULT_MODE = "00";
/** Kernel's kinds of validation: the root validator, or the one that is named. */
const ROOT_TYPE = "0x00";
const VALIDATOR_TYPE = "01";
/** Installed, without a hook: `execute` is then called as it is, not through `executeUserOp`. */
const NO_HOOK: Address = "0x0000000000000000000000000000000000000001";

/**
 * ZeroDev's Kernel 0.3: nonce `mode(1) ‖ type(1) ‖ validator(20) ‖ key(2) ‖ sequence(8)`. A validator needs permission
 * for every selector of the account: it is installed with that for `execute`. The owner signs `Kernel(bytes32 hash)`,
 * which a wallet shows as a bare hash, and the signature starts with 0x00 (root validator) or 0x01 and the validator.
 *
 * @example
 * const kernel = kernelAccount({ account, chainId });
 * const callData = kernel.installModule(validator); // an operation of the owner
 */
export function kernelAccount(options: KernelOptions): AccountAdapter {
  const { chainId, ownerValidator, version = "0.3.1" } = options;
  const account = asAddress(options.account, "account");
  const prefix =
    ownerValidator === undefined
      ? ROOT_TYPE
      : `0x${VALIDATOR_TYPE}${strip(asAddress(ownerValidator, "ownerValidator"))}`;
  return {
    nonceKey: (validator, key = 0) =>
      BigInt(`0x${DEFAULT_MODE}${VALIDATOR_TYPE}${strip(asAddress(validator, "validator"))}${packUint(key, 2)}`),
    installModule: (validator, initData = "0x") => {
      const data = AbiCoder.defaultAbiCoder().encode(
        ["bytes", "bytes", "bytes"],
        [asHex(initData, "initData"), "0x", EXECUTE_SELECTOR],
      );
      return encodeInstall(validator, concat([NO_HOOK, data]));
    },
    uninstallModule: (validator, deInitData = "0x") => encodeUninstall(validator, deInitData),
    ownerTypedData: (data) => ({
      domain: { name: "Kernel", version, chainId, verifyingContract: account },
      types: { Kernel: [{ name: "hash", type: "bytes32" }] },
      primaryType: "Kernel",
      message: { hash: TypedDataEncoder.hash(data.domain, data.types, data.message) },
    }),
    wrapOwnerSignature: (signature) => concat([prefix, asHex(signature, "signature")]),
  };
}
