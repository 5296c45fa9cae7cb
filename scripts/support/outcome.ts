import { AbiCoder, dataSlice, formatEther } from "ethers";
import { decodeError, type SendResult } from "../../sdk";
import { UserError } from "./cli";
import { describeError } from "./failure";

/** `Error(string)`: what `require` and `revert` with a text throw. */
const ERROR_SELECTOR = "0x08c379a0";

/** What an included operation cost; one whose calls failed is an error, although its fees and budgets are gone. */
export function outcome(
  { success, receipt, actualGasCost, revertReason }: SendResult,
  what: string,
): [string, string][] {
  if (!success) throw new UserError(`${what} was included, but its calls reverted: ${reasonOf(revertReason)}`);
  return [
    ["gas", `${receipt.gasUsed} (${formatEther(actualGasCost)} ETH)`],
    ["transaction", receipt.hash],
  ];
}

function reasonOf(data: string | undefined): string {
  if (data === undefined || data === "0x") return "no reason given";
  if (data.startsWith(ERROR_SELECTOR)) return AbiCoder.defaultAbiCoder().decode(["string"], dataSlice(data, 4)).join();
  const known = decodeError(data);
  return known ? describeError(known.name, known.args) : data;
}
