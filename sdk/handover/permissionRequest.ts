import type { Address, Hex } from "../hex";

// ERC-7715 as of January 2026, in the spelling of its text and of MetaMask's permission types: amounts and chain ids are hex
// quantities, times are numbers of seconds.

/**
 * What an app asks a wallet for (`wallet_requestExecutionPermissions`).
 * @example
 * const request: PermissionRequest = {
 *   chainId: "0x1", from: account, to: bot.address,
 *   permission: { type: "erc20-token-allowance", isAdjustmentAllowed: false, data: { tokenAddress: USDC, allowanceAmount: "0x64" } },
 *   rules: [{ type: "expiry", data: { timestamp: 1_900_000_000 } }],
 * };
 */
export interface PermissionRequest {
  /** Without leading zeros. */
  readonly chainId: Hex;
  /** The smart account; the wallet's choice if it is left out. */
  readonly from?: Address | undefined;
  /** Who is to get the permission: here the address of the session key. */
  readonly to: Address;
  readonly permission: {
    readonly type: string;
    readonly isAdjustmentAllowed: boolean;
    readonly data: Readonly<Record<string, unknown>>;
  };
  readonly rules?: readonly PermissionRule[] | undefined;
}

/**
 * A limit on a permission: `expiry`, `payee`.
 * @example const rule: PermissionRule = { type: "expiry", data: { timestamp: 1_900_000_000 } };
 */
export interface PermissionRule {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
