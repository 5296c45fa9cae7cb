import { FunctionFragment, Interface, parseEther } from "ethers";
import { type Call } from "../../sdk";
import { asAddress } from "../../sdk/hex";
import { UserError } from "./input";

/**
 * A call as one writes it on a command line: `TARGET [value=ETHER] [FUNCTION ARGUMENTS…]`, separated by spaces. Lists and
 * booleans are JSON.
 * @example parseCall("0x5FbD… transfer(address,uint256) 0x7099… 5000")
 */
export function parseCall(text: string): Call {
  try {
    const [target, ...rest] = text.trim().split(/\s+/);
    const value = rest[0]?.startsWith("value=") ? parseEther(rest.shift()!.slice("value=".length)) : 0n;
    const [signature, ...args] = rest;
    const data = signature === undefined ? "0x" : encodeCall(signature, args);
    return { target: asAddress(target, "target"), value, data };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(" (")[0] : String(error);
    throw new UserError(`--call "${text}" is not TARGET [value=ETHER] [FUNCTION ARGUMENTS…]: ${reason}`);
  }
}

function encodeCall(signature: string, args: readonly string[]): string {
  const fragment = FunctionFragment.from(signature);
  return new Interface([fragment]).encodeFunctionData(fragment, args.map(parseArgument));
}

function parseArgument(text: string): unknown {
  return /^(\[|true$|false$)/.test(text) ? JSON.parse(text) : text;
}

/** A function as one writes it on a command line, `transfer(address,uint256)`: its name, and it as ABI. */
export function functionOf(signature: string, payable: boolean): { readonly name: string; readonly format: string } {
  try {
    const { name } = FunctionFragment.from(signature);
    return { name, format: FunctionFragment.from(`${signature}${payable ? " payable" : ""}`).format("full") };
  } catch {
    throw new UserError(`--function is "${signature}", expected one like "set(uint256)"`);
  }
}
