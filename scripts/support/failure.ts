import { isError } from "ethers";
import { shorten } from "../../cli/support/report";
import { decodeFailedOp, VALIDATOR_INTERFACE, type FailedOp } from "../../sdk";

/** What the EntryPoint's own codes mean to someone who uses a session. */
const ENTRY_POINT_CODES: Readonly<Record<string, string>> = {
  AA21: "the account has neither balance nor deposit for the fees",
  AA24: "not this key or envelope",
  AA25: "another operation took this nonce",
  AA40: "verificationGasLimit is too low",
};

/** Why the EntryPoint refused: the validator's error with its arguments by name, or the EntryPoint's own code. */
export function describeRefusal(failed: FailedOp): string {
  if (failed.name !== undefined) return describeError(failed.name, failed.args ?? []);
  return `${failed.reason}${ENTRY_POINT_CODES[failed.aa] ? ` (${ENTRY_POINT_CODES[failed.aa]})` : ""}`;
}

/** An error of the validator with its arguments by name. */
export function describeError(name: string, args: readonly unknown[]): string {
  const inputs = VALIDATOR_INTERFACE.getError(name)?.inputs ?? [];
  const parts = args.map((value, index) => `${inputs[index]?.name ?? index} ${shorten(value)}`);
  return parts.length === 0 ? name : `${name}: ${parts.join(", ")}`;
}

/** Whatever a script throws, as one line. */
export function describeFailure(error: unknown): string {
  const failed = decodeFailedOp(error);
  if (failed) return `refused: ${describeRefusal(failed)}`;
  if (isError(error, "INSUFFICIENT_FUNDS")) return "insufficient funds: the sender cannot pay for the transaction";
  const message = error instanceof Error ? error.message : String(error);
  if (/enough funds|insufficient funds/i.test(message)) return `insufficient funds: ${firstLine(message)}`;
  return firstLine(message);
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").trim();
}
