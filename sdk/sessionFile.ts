import type { EnvelopeGrant } from "./envelope";
import { SessionKeyError } from "./errors";
import { asAddress, asHex, type Address } from "./hex";
import { normalizeSession, type Session } from "./session";

/**
 * A session as it travels from the owner to the app that holds the key: JSON, amounts as decimal strings. It holds no
 * secret: a grant is of no use without the key, which is never in it.
 */
export interface SessionFile {
  readonly validator: Address;
  readonly session: Session;
  /** The owner's signature and the session's place in what was signed; see {@link proofFor}. */
  readonly grant?: EnvelopeGrant;
}

/** The version of the format. */
export const SESSION_FILE_VERSION = 1;

/**
 * The JSON text of a session file. Raises what {@link normalizeSession} raises.
 * @example const text = stringifySessionFile({ validator, session, grant: proofFor(grant, 0) });
 */
export function stringifySessionFile(file: SessionFile): string {
  const { validator, grant } = file;
  const document = {
    version: SESSION_FILE_VERSION,
    validator: asAddress(validator, "validator"),
    session: normalizeSession(file.session),
    ...(grant === undefined ? {} : { grant: { ...grant.proof, signature: grant.signature } }),
  };
  return `${JSON.stringify(document, (_key, value: unknown) => (typeof value === "bigint" ? `${value}` : value), 2)}\n`;
}

/**
 * What {@link stringifySessionFile} wrote. Nothing is guessed: a field that is missing, unknown or of another kind is
 * named. Raises `INVALID_SESSION_FILE` and what {@link normalizeSession} raises.
 *
 * @example
 * const text = stringifySessionFile({ validator, session, grant: proofFor(grant, 0) });
 * console.log(parseSessionFile(text).session.validUntil);
 */
export function parseSessionFile(text: string): SessionFile {
  const file = fields(parseJson(text), "the file", ["version", "validator", "session"], ["grant"]);
  if (file["version"] !== SESSION_FILE_VERSION) throw wrong("version", file["version"], `${SESSION_FILE_VERSION}`);
  const validator = asAddress(file["validator"], "validator");
  const session = normalizeSession(readSession(file["session"]));
  return file["grant"] === undefined
    ? { validator, session }
    : { validator, session, grant: readGrant(file["grant"], "grant") };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

// ------------------------------------------------------------------------------------------------------- the structs

function readSession(value: unknown): Session {
  const at = "session";
  const raw = fields(value, at, [
    "account",
    "chainId",
    "epoch",
    "salt",
    "signer",
    "validAfter",
    "validUntil",
    "paymaster",
    "feeBudget",
    "budgets",
    "permissions",
  ]);
  return {
    account: text(raw, at, "account"),
    chainId: amount(raw, at, "chainId"),
    epoch: amount(raw, at, "epoch"),
    salt: amount(raw, at, "salt"),
    signer: text(raw, at, "signer"),
    validAfter: number(raw, at, "validAfter"),
    validUntil: number(raw, at, "validUntil"),
    paymaster: text(raw, at, "paymaster"),
    feeBudget: number(raw, at, "feeBudget"),
    budgets: list(raw["budgets"], `${at}.budgets`, readBudget),
    permissions: list(raw["permissions"], `${at}.permissions`, readPermission),
  };
}

function readBudget(value: unknown, at: string) {
  const raw = fields(value, at, ["kind", "limit", "period"]);
  return { kind: number(raw, at, "kind"), limit: amount(raw, at, "limit"), period: number(raw, at, "period") };
}

function readPermission(value: unknown, at: string) {
  const raw = fields(value, at, ["kind", "target", "selector", "maxValue", "rules", "charges"]);
  return {
    kind: number(raw, at, "kind"),
    target: text(raw, at, "target"),
    selector: text(raw, at, "selector"),
    maxValue: amount(raw, at, "maxValue"),
    rules: list(raw["rules"], `${at}.rules`, readRule),
    charges: list(raw["charges"], `${at}.charges`, readCharge),
  };
}

function readRule(value: unknown, at: string) {
  const raw = fields(value, at, ["op", "path", "other", "mask", "value"]);
  return {
    op: number(raw, at, "op"),
    path: list(raw["path"], `${at}.path`, asNumber),
    other: list(raw["other"], `${at}.other`, asNumber),
    mask: amount(raw, at, "mask"),
    value: amount(raw, at, "value"),
  };
}

function readCharge(value: unknown, at: string) {
  const raw = fields(value, at, ["budget", "source", "path"]);
  return {
    budget: number(raw, at, "budget"),
    source: number(raw, at, "source"),
    path: list(raw["path"], `${at}.path`, asNumber),
  };
}

function readGrant(value: unknown, at: string): EnvelopeGrant {
  const raw = fields(value, at, ["index", "siblings", "signature"]);
  const siblings = list(raw["siblings"], `${at}.siblings`, (sibling, name) => asHex(sibling, name, 32));
  const signature = asHex(raw["signature"], `${at}.signature`);
  return { proof: { index: number(raw, at, "index"), siblings }, signature };
}

// ------------------------------------------------------------------------------------------------------- the fields

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, at: string, required: readonly string[], optional: readonly string[] = []): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(at, value, "an object");
  const names = Object.keys(value);
  const missing = required.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !required.includes(name) && !optional.includes(name));
  if (missing.length > 0) throw invalid(`${at} has no ${missing.join(", ")}`);
  if (unknown.length > 0) throw invalid(`${at} has the unknown ${unknown.join(", ")}`);
  return value as Fields;
}

function list<Item>(value: unknown, at: string, read: (item: unknown, at: string) => Item): Item[] {
  if (!Array.isArray(value)) throw wrong(at, value, "a list");
  return value.map((item, index) => read(item, `${at}[${index}]`));
}

function text(raw: Fields, at: string, name: string): string {
  const value = raw[name];
  if (typeof value !== "string") throw wrong(`${at}.${name}`, value, "a string");
  return value;
}

function number(raw: Fields, at: string, name: string): number {
  return asNumber(raw[name], `${at}.${name}`);
}

function asNumber(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(at, value, "a whole number");
  return value as number;
}

/** Amounts have up to 256 bits, which JSON's numbers have not. */
function amount(raw: Fields, at: string, name: string): bigint {
  const value = raw[name];
  if (typeof value !== "string" || !/^(0|[1-9]\d{0,77})$/.test(value)) {
    throw wrong(`${at}.${name}`, value, "a decimal number in quotes");
  }
  return BigInt(value);
}

function wrong(at: string, found: unknown, expected: string): SessionKeyError {
  return invalid(`${at} is ${JSON.stringify(found) ?? "missing"}, expected ${expected}`);
}

function invalid(message: string): SessionKeyError {
  return new SessionKeyError("INVALID_SESSION_FILE", message);
}
