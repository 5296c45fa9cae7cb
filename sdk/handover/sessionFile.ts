import { computeAddress, FunctionFragment, isError } from "ethers";
import type { EnvelopeGrant } from "../envelope";
import { asAddress, asHex, sameAddress, type Address, type Hex } from "../hex";
import { normalizeSession, type Session } from "../session";
import { sessionId } from "../typedData";
import { complaint, invalid } from "./complaint";
import { SESSION_FILE_FORMAT, type SessionFileJson } from "./format";
import { SESSION_FILE_SCHEMA, SESSION_FILE_VERSION } from "./version";

/**
 * A session as it travels from the owner to the app that holds the key: JSON, amounts as decimal strings. A grant is of no
 * use without the key, so unless `key` is asked for, a file holds no secret.
 *
 * The owner signed `session` and nothing else: label and contracts are what whoever wrote the file calls things.
 * @example const file: SessionFile = { validator, session, grant: proofFor(grant, 0), label: "Payroll" };
 */
export interface SessionFile {
  readonly validator: Address;
  readonly session: Session;
  /** The owner's signature and the session's place in what was signed; see `proofFor`. */
  readonly grant?: EnvelopeGrant;
  /** What people call it, up to 200 characters. */
  readonly label?: string;
  /** Human-readable functions of the contracts that the session may call, by address. */
  readonly contracts?: Readonly<Record<Address, readonly string[]>>;
  /** The private key of an ECDSA session key, 32 bytes. **A secret**, and never written unless asked for. */
  readonly key?: Hex;
}

/**
 * Options of {@link stringifySessionFile}.
 * @example const options: SessionFileOptions = { dangerouslyWithKey: true };
 */
export interface SessionFileOptions {
  /** Writes the key too: whoever reads the file can use the session. */
  readonly dangerouslyWithKey?: boolean;
}

/**
 * The JSON text of a session file. Leaves `key` out unless `dangerouslyWithKey`. Raises what {@link parseSessionFile}
 * raises for what it would not take back.
 * @example writeFileSync("session.json", stringifySessionFile({ validator, session, grant: proofFor(grant, 0) }))
 */
export function stringifySessionFile(file: SessionFile, options: SessionFileOptions = {}): string {
  const { validator, grant, label, contracts, key } = file;
  const session = normalizeSession(file.session);
  const document = {
    $schema: SESSION_FILE_SCHEMA,
    version: SESSION_FILE_VERSION,
    label,
    validator: asAddress(validator, "validator"),
    sessionId: sessionId(session),
    session,
    grant: grant && { ...grant.proof, signature: grant.signature },
    contracts,
    key: options.dangerouslyWithKey === true ? key : undefined,
  };
  const bigints = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
  const text = `${JSON.stringify(document, bigints, 2)}\n`;
  parseSessionFile(text);
  return text;
}

/**
 * What {@link stringifySessionFile} wrote. Nothing is guessed. Raises `NOT_JSON`; `UNKNOWN_FIELD`, `MISSING_FIELD`,
 * `WRONG_FIELD`, `WRONG_VERSION`, `WRONG_UNIT` (an amount that is no decimal string), `MILLISECONDS`, each naming the field;
 * `WRONG_ID` if the session is not the one that `sessionId` says, `WRONG_KEY`, and what {@link normalizeSession} raises.
 *
 * Whether a chain agrees is another question: `importSession` asks it.
 * @example const { session, grant } = parseSessionFile(readFileSync("session.json", "utf8"))
 */
export function parseSessionFile(text: string): SessionFile {
  const document = parseJson(text);
  const result = SESSION_FILE_FORMAT.safeParse(document);
  if (!result.success) throw complaint(document, result.error.issues[0]!);
  const { data } = result;
  const session = normalizeSession(sessionOf(data.session));
  const found = sessionId(session);
  if (found !== data.sessionId.toLowerCase()) {
    const message = `the session is ${found}, and sessionId says ${data.sessionId}: one of them was changed`;
    throw invalid("WRONG_ID", message, "sessionId", found);
  }
  return {
    validator: asAddress(data.validator, "validator"),
    session,
    ...(data.label === undefined ? {} : { label: data.label }),
    ...(data.grant === undefined ? {} : { grant: grantOf(data.grant) }),
    ...(data.contracts === undefined ? {} : { contracts: contractsOf(data.contracts, session) }),
    ...(data.key === undefined ? {} : { key: keyOf(data.key, session) }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and a key may be in it.
    throw invalid("NOT_JSON", "the file is not JSON", "the file");
  }
}

function sessionOf(json: SessionFileJson["session"]): Session {
  return {
    ...json,
    chainId: BigInt(json.chainId),
    epoch: BigInt(json.epoch),
    salt: BigInt(json.salt),
    budgets: json.budgets.map((budget) => ({ ...budget, limit: BigInt(budget.limit) })),
    permissions: json.permissions.map((permission) => ({
      ...permission,
      maxValue: BigInt(permission.maxValue),
      rules: permission.rules.map((rule) => ({ ...rule, mask: BigInt(rule.mask), value: BigInt(rule.value) })),
    })),
  };
}

function grantOf({ index, siblings, signature }: NonNullable<SessionFileJson["grant"]>): EnvelopeGrant {
  const hashes = siblings.map((sibling, position) => asHex(sibling, `grant.siblings[${position}]`));
  return { proof: { index, siblings: hashes }, signature: asHex(signature, "grant.signature") };
}

function contractsOf(contracts: Readonly<Record<Address, readonly string[]>>, { permissions }: Session) {
  const entries = Object.entries(contracts).map(([address, abi]) => {
    const name = `contracts.${address}`;
    if (!permissions.some(({ target }) => sameAddress(target, address))) {
      throw invalid("WRONG_FIELD", `${name}: no permission names that address`, name);
    }
    abi.forEach((fragment, index) => assertFunction(fragment, `${name}[${index}]`));
    return [asAddress(address, name), abi] as const;
  });
  return Object.fromEntries(entries);
}

function assertFunction(fragment: string, name: string): void {
  try {
    FunctionFragment.from(fragment);
  } catch (error) {
    if (!isError(error, "INVALID_ARGUMENT")) throw error;
    throw invalid("WRONG_FIELD", `${name} is ${JSON.stringify(fragment)}, expected a function`, name);
  }
}

function keyOf(key: Hex, { signer }: Session): Hex {
  if (sameAddress(addressOf(key), signer)) return key;
  throw invalid("WRONG_KEY", "the key is not that of the session's signer", "key");
}

/** Of a number that is no key, too: then nobody's. */
function addressOf(key: Hex): Address {
  try {
    return computeAddress(key);
  } catch {
    return "0x";
  }
}
