import { concat, TypedDataEncoder, ZeroAddress } from "ethers";
import { asAddress, asHex, type Address } from "../hex";
import type { AccountAdapter } from "./adapter";
import { encodeInstall, uninstallFromList, validatorFirstNonceKey } from "./erc7579";

/**
 * Which Safe.
 * @example
 * const options: Safe7579Options = { account, chainId };
 * const adapter = safe7579Account(options);
 */
export interface Safe7579Options {
  readonly account: Address;
  readonly chainId: bigint;
}

/**
 * A Safe 1.4.1 with Rhinestone's Safe7579 as module and fallback handler: nonce `validator(20) ‖ key(4) ‖ sequence(8)`.
 * Its owners sign `SafeMessage(bytes message)`, which wallets of Safe know; as many of them as the threshold asks for,
 * their signatures of 65 bytes joined in ascending order of the owners' addresses.
 *
 * @example
 * const safe = safe7579Account({ account, chainId });
 * const data = grantTypedData([session], validator);
 * const { domain, types, message } = safe.ownerTypedData(data);
 * const signatures = [await wallet.signTypedData(domain, types, message)]; // of all owners, by ascending address
 * const signature = safe.wrapOwnerSignature(concat(signatures), data);
 */
export function safe7579Account({ account, chainId }: Safe7579Options): AccountAdapter {
  const verifyingContract = asAddress(account, "account");
  return {
    nonceKey: validatorFirstNonceKey,
    installModule: (validator, initData = "0x") => encodeInstall(validator, initData),
    uninstallModule: uninstallFromList,
    ownerTypedData: (data) => ({
      domain: { chainId, verifyingContract },
      types: { SafeMessage: [{ name: "message", type: "bytes" }] },
      primaryType: "SafeMessage",
      message: { message: TypedDataEncoder.hash(data.domain, data.types, data.message) },
    }),
    // Validator zero: the Safe's own owners judge.
    wrapOwnerSignature: (signature) => concat([ZeroAddress, asHex(signature, "signature")]),
  };
}
