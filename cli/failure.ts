import { CommanderError } from "commander";
import { explain, SessionFailure, SessionKeyError } from "../sdk";
import { EXIT, UserError, type ExitCode } from "./support/input";

/** Why a command failed, as `--json` prints it. */
export interface FailureReport {
  /** Stable, for programs. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  /** What to do. */
  readonly remedy?: string;
  /** Who refused: validator, account, bundler, … */
  readonly layer?: string;
  /** What was found and what is allowed. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What the SDK alone says, where the layer does not tell how the command ends. */
const EXIT_BY_CODE: Readonly<Record<string, ExitCode>> = {
  NO_PERMISSION: EXIT.refused,
  SESSION_NOT_ACTIVE: EXIT.refused,
  SESSION_EXPIRED: EXIT.refused,
  SESSION_REVOKED: EXIT.refused,
  WRONG_EPOCH: EXIT.refused,
  GRANT_MISSING: EXIT.refused,
  WRONG_GRANT: EXIT.refused,
  WRONG_CHAIN: EXIT.chain,
  WRONG_VALIDATOR: EXIT.chain,
  NOT_INSTALLED: EXIT.chain,
  UNKNOWN_ENTRY_POINT: EXIT.chain,
  NOT_REVOKED: EXIT.chain,
  STILL_USABLE: EXIT.chain,
  OPERATION_TIMEOUT: EXIT.chain,
  BUNDLE_REVERTED: EXIT.chain,
  INVALID_ANSWER: EXIT.chain,
  NO_DEPLOYER: EXIT.chain,
  DEPLOYMENT_FAILED: EXIT.chain,
  INCONSISTENT_LENS: EXIT.chain,
  CLOCK_STANDS_STILL: EXIT.chain,
  ACCOUNT_MISSING: EXIT.notFound,
  OPERATION_NOT_FOUND: EXIT.notFound,
};

/** What to do where the SDK does not say it, in the words of this command line. */
const REMEDIES: Readonly<Record<string, string>> = {
  GRANT_MISSING: "Let the account's owner sign it: session-keys grant.",
  WRONG_GRANT: "Let the account's owner sign it: session-keys grant.",
  SESSION_EXPIRED: "Make a new one: session-keys new.",
  SESSION_REVOKED: "Make a new one: session-keys new.",
  WRONG_EPOCH: "Make a new one: session-keys new.",
  WRONG_CHAIN: "Name a node of the session's chain by --rpc.",
  ACCOUNT_MISSING: "Create it: session-keys deploy.",
  NOT_INSTALLED: "Install the module: session-keys doctor says how.",
};

const EXIT_BY_LAYER: Readonly<Record<SessionFailure["layer"], ExitCode>> = {
  sdk: EXIT.usage,
  validator: EXIT.refused,
  account: EXIT.chain,
  entryPoint: EXIT.chain,
  paymaster: EXIT.chain,
  bundler: EXIT.chain,
  target: EXIT.chain,
  node: EXIT.chain,
  wallet: EXIT.chain,
  unknown: EXIT.chain,
};

/** Whatever a command throws, in words and with its exit code. */
export function reportOf(error: unknown): FailureReport {
  if (error instanceof UserError) return reportOfUserError(error);
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "").replace(/\n/g, " ");
    return { code: "USAGE", exitCode: EXIT.usage, message, remedy: "See --help." };
  }
  const failure = asFailure(error);
  const { code, layer, details } = failure;
  const { cause, remedy } = code === "NO_PERMISSION" ? nearest(details as unknown as NoPermission) : failure;
  const exitCode = EXIT_BY_CODE[code] ?? EXIT_BY_LAYER[layer];
  return { code, exitCode, message: cause, remedy: REMEDIES[code] ?? remedy, layer, details: withoutTexts(details) };
}

/** The details of `NO_PERMISSION`. */
interface NoPermission {
  readonly call: number;
  readonly target: string;
  readonly reasons: readonly { readonly permission: number; readonly code: string; readonly details: object }[];
}

/** What each permission for that target and selector objects to, in words. */
function nearest({ call, target, reasons }: NoPermission): Pick<SessionFailure, "cause" | "remedy"> {
  const objections = reasons.map(({ permission, code, details }) => {
    const { cause, remedy } = explain(new SessionKeyError(code, "", { ...details }));
    return { text: `Permission ${permission}: ${cause}`, remedy };
  });
  const why = objections.length === 0 ? "No permission names this target and function." : "";
  const cause = `No permission allows call ${call} to ${target}. ${why}${objections.map(({ text }) => text).join(" ")}`;
  const [first] = objections;
  return { cause: cause.trim(), remedy: first?.remedy ?? "Make another call, or a session that allows it." };
}

/** Programming errors are shown as they are: explaining them away would hide them. */
function asFailure(error: unknown): SessionFailure {
  if (error instanceof SessionKeyError) return explain(error);
  const failure = explain(error);
  if (failure.code !== "UNKNOWN" || !(error instanceof Error)) return failure;
  return new SessionFailure({
    code: "UNKNOWN",
    layer: "unknown",
    cause: `${error.name}: ${error.message.split("\n")[0]}`,
    remedy: "SESSION_KEYS_DEBUG=1 shows where it comes from.",
    original: error,
  });
}

function reportOfUserError({ code, exitCode, message, remedy }: UserError): FailureReport {
  return { code, exitCode, message, ...(remedy === undefined ? {} : { remedy }) };
}

/** Without the raw texts of nodes and ethers: they can tell an endpoint's address, with the key in it. */
export function withoutTexts(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(details).filter(([name]) => name !== "texts" && name !== "codes"));
}
