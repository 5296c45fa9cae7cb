import type { EnvelopeGrant } from "./envelope";
import { SessionKeyError } from "./errors";
import type { Address, Hex } from "./hex";
import type { Session } from "./session";
import { merkleProof } from "./tree";
import { digest, grantHash, sessionGrantTypedData, sessionId, sessionTypedData, type TypedData } from "./typedData";

/**
 * The owner's signature over one session or several.
 * @example const grant: Grant = await grantSession(owner, session);
 */
export interface Grant {
  /** What was signed, in this order: at least one. */
  readonly sessions: readonly Session[];
  readonly validator: Address;
  /** What the account's ERC-1271 takes over {@link grantDigest}; see `AccountAdapter.wrapOwnerSignature`. */
  readonly signature: Hex;
}

/**
 * What the owner signs: the `Session` itself for one, a `SessionGrant` for several.
 * Raises `EMPTY_GRANT`, `DIFFERENT_HEIGHTS`, `GrantTooHigh`.
 * @example const signature = await ownerSignature(wallet, adapter, grantTypedData([session], validator));
 */
export function grantTypedData(sessions: readonly Session[], validator: Address): TypedData {
  const only = onlySession(sessions);
  return only ? sessionTypedData(only, validator) : sessionGrantTypedData(sessions, validator);
}

/**
 * The EIP-712 digest of {@link grantTypedData}: what the account's ERC-1271 is asked about. Raises the same.
 *
 * @example
 * const account1271 = new Contract(account, ["function isValidSignature(bytes32, bytes) view returns (bytes4)"], provider);
 * await account1271.getFunction("isValidSignature")(grantDigest([session], validator), grant.signature); // 0x1626ba7e
 */
export function grantDigest(sessions: readonly Session[], validator: Address): Hex {
  const only = onlySession(sessions);
  return digest(validator, only ? sessionId(only) : grantHash(sessions));
}

/**
 * The part of a grant that an envelope carries for session `index` of it. Raises `EMPTY_GRANT`, `InvalidLeafIndex`.
 *
 * @example
 * const time = await chainTime(provider);
 * const envelope = buildEnvelope({ session, calls, mode: "enable", time, grant: proofFor(grant, 0) });
 */
export function proofFor(grant: Grant, index: number): EnvelopeGrant {
  onlySession(grant.sessions);
  if (!Number.isInteger(index) || index < 0 || index >= grant.sessions.length) {
    const message = `session ${index} of a grant of ${grant.sessions.length}`;
    throw new SessionKeyError("InvalidLeafIndex", message, { found: index, leaves: grant.sessions.length });
  }
  const proof = merkleProof(
    grant.sessions.map((session) => sessionId(session)),
    index,
  );
  return { proof, signature: grant.signature };
}

function onlySession(sessions: readonly Session[]): Session | undefined {
  if (sessions.length === 0) throw new SessionKeyError("EMPTY_GRANT", "a grant has at least one session");
  return sessions.length === 1 ? sessions[0] : undefined;
}
