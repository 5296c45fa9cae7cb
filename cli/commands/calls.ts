import { Option } from "commander";
import { formatEther } from "ethers";
import type { Call } from "../../sdk";
import { parseCall } from "../support/calls";
import { UserError } from "../support/input";
import type { Values } from "./command";

/** The option that `check` and `send` share. */
export const CALL_OPTION = new Option(
  "-c, --call <call...>",
  '"TARGET [value=ETHER] [FUNCTION ARGUMENTS…]", such as "0x… transfer(address,uint256) 0x… 5000"; repeat it for a batch',
);

/** The calls of {@link CALL_OPTION}. */
export function callsOf(values: Values): Call[] {
  const calls = ((values["call"] ?? []) as readonly string[]).map(parseCall);
  if (calls.length === 0) throw new UserError('--call is missing, such as --call "0x… value=0.01"');
  return calls;
}

/** A call in one line. */
export function callLine({ target, value, data }: Call): string {
  const what = data === "0x" ? "" : ` ${data.length > 74 ? `${data.slice(0, 74)}…` : data}`;
  return `${target}${value === 0n ? "" : ` value=${formatEther(value)}`}${what}`;
}
