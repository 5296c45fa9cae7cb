import type { BudgetUnit } from "../describe/budgets";
import { quantity } from "../describe/format";
import { SessionKeyError } from "../errors";
import { AA_CODES, CLIENT_CODES, RPC_CODES, SDK_REMEDIES, TEXT_CODES, type Coded } from "./codes";
import { collect, type Evidence } from "./evidence";
import { SessionFailure, type FailureLayer, type FailureParts } from "./failure";
import { readRevert, type ErrorSource, type Revert } from "./revert";
import { VALIDATOR_EXPLANATIONS } from "./validatorErrors";

export { SessionFailure, type FailureLayer, type FailureParts } from "./failure";
export { readRevert, type ErrorSource, type Revert } from "./revert";

/**
 * What helps to explain.
 * @example const context: ExplainContext = { abis: [usdc, ["error TooLate(uint256 deadline)"]] };
 */
export interface ExplainContext {
  /** ABIs of the targets, the account, the paymaster: their custom errors are then known by name. */
  readonly abis?: readonly ErrorSource[];
  /**
   * What the session's budgets count, in their order: `BudgetExceeded` then says `0.03 ETH`. They are what `summarize` says:
   * `summarize(session, names).budgets.map(({ unit }) => unit)`.
   */
  readonly units?: readonly BudgetUnit[];
}

/**
 * Turns any failure into one typed error with a cause and a remedy: an EntryPoint's refusal (thrown by a node, or as the text of
 * a bundler's answer, however ethers has wrapped it), the validator's custom errors, ERC-7769 codes, a target's revert
 * (also in a receipt or result with `success: false`), the SDK's own errors, ethers' and wallets' codes. What it does not
 * know becomes `UNKNOWN`, with what was found. Never throws.
 *
 * @example
 * try { await send(op) } catch (error) {
 *   const { code, cause, remedy } = explain(error, { abis: [usdc] });
 *   console.error(`${code}: ${cause} ${remedy}`);
 * }
 */
export function explain(failure: unknown, context: ExplainContext = {}): SessionFailure {
  try {
    if (failure instanceof SessionFailure) return inUnits(failure, context);
    if (failure instanceof SessionKeyError)
      return new SessionFailure({ ...ownError(failure, context), original: failure });
    return new SessionFailure({ ...fromEvidence(collect(failure), context), original: failure });
  } catch (error) {
    return new SessionFailure({ ...unknown([`explain failed: ${String(error)}`]), original: failure });
  }
}

// -------------------------------------------------------------------------------------------------------- our own errors

function ownError({ code, message, details }: SessionKeyError, context: ExplainContext): FailureParts {
  const explanation = VALIDATOR_EXPLANATIONS[code];
  // NOT_… words are the SDK's, names such as RuleNotMet the contract's.
  if (explanation !== undefined) return { code, layer: "validator", ...explanation(asText(details, context)), details };
  const cause = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
  const remedy = SDK_REMEDIES[code] ?? "Correct what the message names, and try again.";
  return { code, layer: "sdk", cause: `${cause.replace(/\.$/, "")}.`, remedy, details };
}

/** What was explained before, now that the units are known. */
function inUnits(failure: SessionFailure, context: ExplainContext): SessionFailure {
  const { code, layer, details, original } = failure;
  if (code !== "BudgetExceeded" || context.units === undefined) return failure;
  const explanation = VALIDATOR_EXPLANATIONS[code]!(asText(details, context));
  return new SessionFailure({ code, layer, ...explanation, details, original });
}

/** Arguments of an error as text; those of a budget in its unit, where that is known. */
function asText(args: Readonly<Record<string, unknown>>, { units = [] }: ExplainContext): Record<string, string> {
  const unit = units[Number(args["budget"])];
  const text = (name: string, value: unknown) =>
    unit !== undefined && AMOUNTS.includes(name) ? quantity(BigInt(value as bigint), unit) : String(value);
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, text(name, value)]));
}

/** What `BudgetExceeded` has of a budget. */
const AMOUNTS = ["asked", "remaining"];

// ------------------------------------------------------------------------------------------------------------- evidence

function fromEvidence(evidence: Evidence, context: ExplainContext): FailureParts {
  const reverts = unwrap([...evidence.data, ...evidence.hints], context.abis ?? []);
  const aa = aaCode(reverts, evidence.texts);
  const rpc = evidence.rpc.find((code) => RPC_CODES[code] !== undefined);
  const found = { ...(aa === undefined ? {} : { aa }), ...(rpc === undefined ? {} : { rpc }) };
  const validator = reverts.find(({ kind }) => kind === "validator");
  if (validator !== undefined) return validatorFailure(validator, found, context);
  const inner = reverts.find(({ kind }) => kind !== "entryPoint");
  if (aa !== undefined) return entryPointFailure(aa, inner, found, evidence);
  if (inner !== undefined) return targetFailure(inner, found);
  const aggregator = reverts.find(({ name }) => name === "SignatureValidationFailed");
  if (aggregator !== undefined) return { code: "AA24", ...AA_CODES["AA24"]!, details: aggregator.args };
  if (rpc === undefined && evidence.data.length > 0) return undecoded(evidence);
  const coded = rpc === undefined ? (clientCode(evidence.codes) ?? textCode(evidence.texts)) : RPC_CODES[rpc];
  if (coded !== undefined) {
    const [text] = evidence.texts;
    return { ...coded, cause: withText(coded.cause, text), details: { ...found, texts: evidence.texts } };
  }
  if (evidence.failed) return undecoded(evidence);
  return unknown(evidence.texts, evidence.codes);
}

/** Each piece of revert data that can be read, with what is inside of it; the innermost last. */
function unwrap(data: readonly string[], abis: readonly ErrorSource[]): readonly Revert[] {
  return data.flatMap((hex) => {
    const layers: Revert[] = [];
    let next: string | undefined = hex;
    while (next !== undefined && layers.length < 5) {
      const read: Revert | undefined = readRevert(next, abis);
      if (read === undefined) break;
      layers.push(read);
      next = read.inner;
    }
    // Of a wrapped error the inside says more; but the EntryPoint's own carries the code.
    const last = layers[layers.length - 1];
    return layers.filter((layer) => layer === last || layer.kind === "entryPoint");
  });
}

function aaCode(reverts: readonly Revert[], texts: readonly string[]): string | undefined {
  if (reverts.some(({ name }) => name === "InvalidPaymaster")) return "AA98";
  // Of a whole bundle the EntryPoint tells by a plain string, whose beginning is its code; a target's may mention one.
  const speaks = ({ name, args }: Revert) => name.startsWith("FailedOp") || /^AA\d\d\b/.test(String(args["reason"]));
  const reasons = reverts.filter(speaks).map(({ args }) => String(args["reason"]));
  const found = [...reasons, ...texts].map((text) => /\bAA\d\d\b/.exec(text)?.[0]);
  return found.find((code) => code !== undefined);
}

type Found = Readonly<Record<string, unknown>>;

function validatorFailure({ name, args }: Revert, found: Found, context: ExplainContext): FailureParts {
  const explanation = VALIDATOR_EXPLANATIONS[name]?.(asText(args, context)) ?? {
    cause: `The validator refused: ${name}.`,
    remedy: "See docs/errors.md.",
  };
  return { code: name, layer: "validator", ...explanation, details: { ...args, ...found } };
}

function entryPointFailure(aa: string, inner: Revert | undefined, found: Found, { texts }: Evidence): FailureParts {
  const coded: Coded = AA_CODES[aa] ?? {
    layer: "entryPoint",
    cause: `The EntryPoint refused with ${aa}, a code that is not known here.`,
    remedy: "Look it up in the EntryPoint's source.",
  };
  if (inner === undefined) return { code: aa, ...coded, details: { ...found, texts } };
  const details = { ...found, error: inner.name, args: inner.args, data: inner.data };
  const remedy = (isAccountError(inner.name) ? TARGET_REMEDIES[inner.name] : undefined) ?? coded.remedy;
  return { code: aa, ...coded, cause: `${coded.cause} It said: ${said(inner)}.`, remedy, details };
}

const PANICS: Readonly<Record<number, string>> = {
  0x01: "a failed assert",
  0x11: "arithmetic overflow or underflow",
  0x12: "division by zero",
  0x21: "a value that is no member of an enum",
  0x22: "a malformed storage array",
  0x31: "pop from an empty array",
  0x32: "an index out of bounds",
  0x41: "too much memory",
  0x51: "a call of an uninitialised function",
};

/** A revert in words. */
function said({ kind, name, args }: Revert): string {
  if (kind === "message") return JSON.stringify(args["reason"]);
  if (kind === "panic")
    return `panic 0x${BigInt(args["panic"] as bigint).toString(16)}, ${PANICS[Number(args["panic"])] ?? "unknown"}`;
  const list = Object.entries(args).map(([key, value]) =>
    /^arg\d+$/.test(key) ? String(value) : `${key} ${String(value)}`,
  );
  return `${name}(${list.join(", ")})`;
}

const TARGET_REMEDY =
  "The session allows the call, the contract refuses it: check balances, approvals, deadlines and arguments.";

/** Custom errors that tell what to do. */
const TARGET_REMEDIES: Readonly<Record<string, string>> = {
  ERC20InsufficientBalance: "Fund the account with the token, or send less.",
  ERC20InsufficientAllowance: "Approve the spender first (a permission of the session may do it), or use less.",
  EnforcedPause: "The target is paused: wait.",
  ExecutionFailed:
    "A Safe7579 says this whatever its validator or the target said: ask checkCalls what the validator objects to, and simulate the calls one by one.",
  AccountUnauthorized: "Send it through the EntryPoint as an operation.",
};

function targetFailure(revert: Revert, found: Found): FailureParts {
  const { kind, name, args, data } = revert;
  const codes = { message: "TARGET_REVERTED", panic: "TARGET_PANIC", custom: "TARGET_REVERTED" } as const;
  return {
    code: kind === "message" || kind === "panic" || kind === "custom" ? codes[kind] : "TARGET_REVERTED",
    layer: isAccountError(name) ? "account" : "target",
    cause: `A call reverted: ${said(revert)}.`,
    remedy: TARGET_REMEDIES[name] ?? TARGET_REMEDY,
    details: { ...found, error: name, args, data },
  };
}

function isAccountError(name: string): boolean {
  return name.startsWith("ERC7579") || name === "AccountUnauthorized" || name === "ExecutionFailed";
}

function clientCode(codes: readonly string[]): FailureParts | undefined {
  const known = codes.filter((code) => CLIENT_CODES[code] !== undefined);
  // The more telling first: ethers wraps nearly everything into CALL_EXCEPTION or SERVER_ERROR.
  const vague = ["CALL_EXCEPTION", "SERVER_ERROR"];
  const best = known.find((code) => !vague.includes(code)) ?? known[0];
  return best === undefined ? undefined : CLIENT_CODES[best];
}

function textCode(texts: readonly string[]): FailureParts | undefined {
  return TEXT_CODES.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1];
}

/** Without what ethers appends, which repeats the whole request, and without a stack that a node put into its message. */
function withText(cause: string, text: string | undefined): string {
  const short = text
    ?.replace(/\n\s+at [\s\S]*$/, "")
    .replace(/\s*\((?:action|error|request|transaction|data|code|info|payload)=[\s\S]*$/, "")
    .slice(0, 300);
  return short === undefined || short === "" ? cause : `${cause} It said: ${JSON.stringify(short)}.`;
}

function undecoded({ data, texts, codes }: Evidence): FailureParts {
  const [first] = data;
  const what = first === undefined ? "without revert data" : `with the unknown error ${first.slice(0, 10)}`;
  return {
    code: "TARGET_REVERTED",
    layer: "target" satisfies FailureLayer,
    cause: `A call reverted ${what}.`,
    remedy:
      "Give explain the ABIs of the contracts that are called; without data it is often out of gas, or no contract at all.",
    details: { data, texts, codes },
  };
}

function unknown(texts: readonly string[], codes: readonly string[] = []): FailureParts {
  return {
    code: "UNKNOWN",
    layer: "unknown",
    cause: withText("The failure is of an unknown kind.", texts[0]),
    remedy: "Look at `original`, and tell us: every failure should have a name.",
    details: { texts, codes },
  };
}
