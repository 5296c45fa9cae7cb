import { Contract, type Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { STATUSES } from "../constants";
import type { EnvelopeGrant } from "../envelope";
import { SessionKeyError } from "../errors";
import { parseSessionFile, type SessionFile } from "../handover/sessionFile";
import { sameAddress, type Address, type Hex } from "../hex";
import { permissionHeight, type Session } from "../session";
import { foldProof } from "../tree";
import { digest, domainSeparator, grantStructHash, sessionId } from "../typedData";
import { chainTime, ignoreRevert } from "./context";
import { inspectAccount, obstacleTo, sessionStatus, type Obstacle } from "./inspect";

/**
 * A session file that the chain agrees with.
 * @example const { session, enabled, paused }: ImportedSession = await importSession(provider, text);
 */
export interface ImportedSession extends SessionFile {
  /** Whether it is enabled already; else its first operation carries the grant. */
  readonly enabled: boolean;
  /** Whether the owner has paused the account: nothing works until that ends. */
  readonly paused: boolean;
}

/**
 * Options of {@link importSession}.
 * @example const options: ImportOptions = { validator };
 */
export interface ImportOptions {
  /** The validator that the app trusts; without it any that answers like one is taken. */
  readonly validator?: Address;
}

/**
 * Reads a session file (or takes one that was read) and asks the chain whether the session can be used. Raises what {@link parseSessionFile} raises, and
 * `WRONG_CHAIN`, `WRONG_VALIDATOR` (another one than expected, no code, or code that signs in another domain),
 * `ACCOUNT_MISSING`, `NOT_INSTALLED`, `WRONG_EPOCH`, `SESSION_REVOKED`, `SESSION_EXPIRED`, `GRANT_MISSING` and `WRONG_GRANT`
 * (the account does not know the owner's signature).
 * @example const file = await importSession(provider, readFileSync("session.json", "utf8"), { validator })
 */
export async function importSession(
  provider: Provider,
  source: string | SessionFile,
  options: ImportOptions = {},
): Promise<ImportedSession> {
  const file = typeof source === "string" ? parseSessionFile(source) : source;
  const { session, validator, grant } = file;
  await assertPlace(provider, file, options.validator);
  const account = await inspectAccount(provider, validator, session.account);
  const status = await sessionStatus(provider, validator, session.account, sessionId(session));
  const obstacle = obstacleTo(session, status, { ...account, paused: false }, await chainTime(provider));
  if (obstacle !== undefined && obstacle in REFUSALS) throw refused(session, REFUSALS[obstacle]!, obstacle);
  const enabled = status === STATUSES.enabled;
  if (grant === undefined && !enabled) throw refused(session, "GRANT_MISSING", "not enabled, and there is no grant");
  if (grant !== undefined) await assertGrant(provider, session, validator, grant);
  return { ...file, enabled, paused: account.paused };
}

/** What no patience helps against; the rest passes. */
const REFUSALS: Readonly<Partial<Record<Obstacle, string>>> = {
  "not installed": "NOT_INSTALLED",
  "older epoch": "WRONG_EPOCH",
  "later epoch": "WRONG_EPOCH",
  revoked: "SESSION_REVOKED",
  expired: "SESSION_EXPIRED",
};

async function assertPlace(provider: Provider, { session, validator }: SessionFile, expected: Address | undefined) {
  const { chainId } = await provider.getNetwork();
  if (chainId !== session.chainId) {
    throw refused(session, "WRONG_CHAIN", `it is for chain ${session.chainId}, and this is chain ${chainId}`);
  }
  if (expected !== undefined && !sameAddress(expected, validator)) {
    throw refused(session, "WRONG_VALIDATOR", `it is for validator ${validator}, and ${expected} is expected`);
  }
  if ((await domainOf(provider, validator)) !== domainSeparator(validator)) {
    throw refused(session, "WRONG_VALIDATOR", `there is no session key validator at ${validator}`);
  }
  if ((await provider.getCode(session.account)) === "0x") {
    throw refused(session, "ACCOUNT_MISSING", `there is no account at ${session.account} yet`);
  }
}

async function domainOf(provider: Provider, validator: Address): Promise<Hex | undefined> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData("domainSeparator");
  return provider.call({ to: validator, data }).catch(ignoreRevert);
}

/** ERC-1271's answer for yes, as a word. */
const MAGIC_WORD = `0x1626ba7e${"00".repeat(28)}`;
const ERC1271 = ["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"];

async function assertGrant(provider: Provider, session: Session, validator: Address, grant: EnvelopeGrant) {
  const { interface: abi } = new Contract(session.account, ERC1271);
  const data = abi.encodeFunctionData("isValidSignature", [grantedDigest(session, validator, grant), grant.signature]);
  // As the validator asks: accounts may answer nobody else.
  const answer = await provider.call({ from: validator, to: session.account, data }).catch(ignoreRevert);
  if (answer !== MAGIC_WORD) {
    throw refused(session, "WRONG_GRANT", `account ${session.account} does not accept the owner's signature`);
  }
}

function grantedDigest(session: Session, validator: Address, { proof }: EnvelopeGrant): Hex {
  const id = sessionId(session);
  const height = proof.siblings.length;
  const signed = height === 0 ? id : grantStructHash(foldProof(id, proof), height, permissionHeight(session));
  return digest(validator, signed);
}

function refused(session: Session, code: string, why: string): SessionKeyError {
  const id = sessionId(session);
  return new SessionKeyError(code, `session ${id} of ${session.account}: ${why}`, { sessionId: id });
}
