import { id, parseEther } from "ethers";
import type { Call } from "../sdk";

/** Whom the sessions pay. */
export const ALICE = "0x00000000000000000000000000000000000A11cE";
export const ERC20_TRANSFER = id("transfer(address,uint256)").slice(0, 10);
export const INCREMENT = id("increment()").slice(0, 10);
/** Nobody: has no code, so that a call of it is an operation that does nothing. */
export const NOTHING = { target: ALICE, value: 0n, data: "0x" } as const;

/** The calls, the first of them with more ether than any session allows. */
export function extravagant([first, ...rest]: readonly Call[]): Call[] {
  return [{ ...first!, value: parseEther("1") }, ...rest];
}
