import { shorten } from "../../cli/support/report";
import { decodeFailedOp, explain, VALIDATOR_INTERFACE, type SessionFailure } from "../../sdk";

/** What the EntryPoint's own codes mean to someone who uses a session. */
const ENTRY_POINT_CODES: Readonly<Record<string, string>> = {
  AA21: "the account has neither balance nor deposit for the fees",
  AA24: "not this key or envelope",
  AA25: "another operation took this nonce",
  AA40: "verificationGasLimit is too low",
};

/** Why the chain refused: the validator's error with its arguments by name, or the EntryPoint's own code. */
export function describeRefusal({ code, details, original }: SessionFailure): string | undefined {
  const inputs = VALIDATOR_INTERFACE.getError(code)?.inputs.map(({ name }) => details[name]);
  if (inputs) return describeError(code, inputs);
  const failed = decodeFailedOp(original);
  return failed && `${failed.reason}${ENTRY_POINT_CODES[failed.aa] ? ` (${ENTRY_POINT_CODES[failed.aa]})` : ""}`;
}

/** An error of the validator with its arguments by name. */
export function describeError(name: string, args: readonly unknown[]): string {
  const inputs = VALIDATOR_INTERFACE.getError(name)?.inputs ?? [];
  const parts = args.map((value, index) => `${inputs[index]?.name ?? index} ${shorten(value)}`);
  return parts.length === 0 ? name : `${name}: ${parts.join(", ")}`;
}

/** Whatever the SDK, a node or a wallet throws, as one line; what `explain` does not know, by its own message. */
export function describeFailure(error: unknown): string {
  const failure = explain(error);
  const { code, layer, cause } = failure;
  const refusal = describeRefusal(failure);
  if (refusal !== undefined) return `refused: ${refusal}`;
  if (code === "INSUFFICIENT_FUNDS") return `insufficient funds: ${cause}`;
  const known = `${code}: ${cause}`;
  return firstLine(layer !== "unknown" ? known : error instanceof Error ? error.message : String(error));
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").trim();
}
