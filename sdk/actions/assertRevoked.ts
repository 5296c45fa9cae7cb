import type { Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { STATUSES } from "../constants";
import { decodeThrown } from "../decodeError";
import { encodeEnvelope, sealEnvelope } from "../envelope";
import { SessionKeyError } from "../errors";
import { exampleCall } from "../exampleCall";
import { encodeExecute } from "../execution";
import type { Address, Hex } from "../hex";
import { permissionHeight, type Session } from "../session";
import { permissionTree, sessionId } from "../typedData";
import { packUserOp } from "../userOp";
import { inspectAccount, sessionStatus } from "./inspect";

/**
 * A session, or what is left of one that nobody has the document of.
 * @example const lost: RevocableSession = { account, sessionId: sessionId(session) };
 */
export type RevocableSession = Session | { readonly account: Address; readonly sessionId: Hex };

/**
 * The id of a session, whichever form it has.
 * @example idOf(session) === sessionId(session) // true
 */
export function idOf(session: RevocableSession): Hex {
  return "sessionId" in session ? session.sessionId : sessionId(session);
}

/**
 * How a session was seen to be dead.
 * @example
 * await owner.execute(account, [revokeCall(validator, sessionId(session))]);
 * const { by, refusal }: Revocation = await assertRevoked(provider, validator, session);
 */
export interface Revocation {
  readonly sessionId: Hex;
  /** Its status is final; or its epoch is over. */
  readonly by: "status" | "epoch";
  /**
   * The error with which the validator refused a use of it that was tried. `undefined`: none could be tried, because only
   * the id is known, or because no call was found that its rules allow.
   */
  readonly refusal?: string;
}

/** ethers answers the same question from memory for 250 ms, and nodes behind one address are not all of one mind. */
const SECOND_LOOK_MS = 300;

/**
 * Looks whether a session is dead: its stored status is revoked or its epoch is over, **and** the validator refuses an
 * operation that the session would allow (an `eth_call` in the account's name; nothing is sent, no key is needed).
 * A revocation that failed inside of an operation, went to another validator or named another id is found here.
 *
 * Raises `NOT_REVOKED` if the chain still has it (looked at twice), and `STILL_USABLE` if the validator would take it, or
 * refuses it for another reason.
 * @example
 * await owner.execute(account, [revokeCall(validator, sessionId(session))]);
 * const { by, refusal } = await assertRevoked(provider, validator, session); // "status", "SessionIsRevoked"
 */
export async function assertRevoked(
  provider: Provider,
  validator: Address,
  session: RevocableSession,
): Promise<Revocation> {
  const by = (await causeOfDeath(provider, validator, session)) ?? (await secondLook(provider, validator, session));
  const id = idOf(session);
  const call = "sessionId" in session ? undefined : firstExample(session);
  if (call === undefined) return { sessionId: id, by };
  const refusal = await refusalOf(provider, validator, call);
  if (refusal !== undefined && EXPECTED[by].includes(refusal)) return { sessionId: id, by, refusal };
  const found =
    refusal === undefined ? "the validator would take an operation" : `an operation is refused as ${refusal}`;
  const message = `session ${id} counts as revoked by its ${by}, but ${found}`;
  throw new SessionKeyError("STILL_USABLE", message, { sessionId: id, account: session.account, by, refusal });
}

/** What the validator may say: whether the module is there and not paused comes first, then the session. */
const EXPECTED: Readonly<Record<Revocation["by"], readonly string[]>> = {
  status: ["NotInstalled", "AccountPaused", "SessionIsRevoked"],
  epoch: ["NotInstalled", "AccountPaused", "SessionNotEnabled"],
};

async function causeOfDeath(provider: Provider, validator: Address, session: RevocableSession) {
  const status = await sessionStatus(provider, validator, session.account, idOf(session));
  if (status === STATUSES.revoked) return "status";
  if ("sessionId" in session) return undefined;
  const { epoch } = await inspectAccount(provider, validator, session.account);
  return session.epoch < epoch ? "epoch" : undefined;
}

async function secondLook(provider: Provider, validator: Address, session: RevocableSession) {
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  const by = await causeOfDeath(provider, validator, session);
  if (by !== undefined) return by;
  const id = idOf(session);
  const message = `session ${id} of ${session.account} is not revoked: the chain has it as before`;
  throw new SessionKeyError("NOT_REVOKED", message, { sessionId: id, account: session.account });
}

// --------------------------------------------------------------------------------------------------------- simulation

interface Attempt {
  readonly account: Address;
  readonly data: Hex;
}

/** The validator's calldata for an operation with some call that the session allows, signed by nobody. */
function firstExample(session: Session): Attempt | undefined {
  for (const [index, permission] of session.permissions.entries()) {
    const call = exampleCall(permission);
    if (call === undefined) continue;
    const proof = permissionTree(session).proof(index);
    const time = session.validAfter;
    const height = permissionHeight(session);
    const envelope = encodeEnvelope({ mode: "use", session, time, height, calls: [{ permission, proof }] });
    const op = packUserOp({ ...NO_GAS, sender: session.account, callData: encodeExecute([call]), signature: "0x" });
    const sealed = { ...op, signature: sealEnvelope(envelope, NO_SIGNATURE) };
    const data = VALIDATOR_INTERFACE.encodeFunctionData("validateUserOp", [sealed, NO_HASH]);
    return { account: session.account, data };
  }
  return undefined;
}

const NO_GAS = {
  nonce: 0n,
  callGasLimit: 0n,
  verificationGasLimit: 0n,
  preVerificationGas: 0n,
  maxFeePerGas: 0n,
  maxPriorityFeePerGas: 0n,
} as const;
/** A wrong signature is answered, not refused, and only after the session was asked about. */
const NO_SIGNATURE: Hex = `0x${"00".repeat(65)}`;
const NO_HASH: Hex = `0x${"00".repeat(32)}`;

/** The error of the validator, or `undefined` if it would take the operation. */
async function refusalOf(provider: Provider, validator: Address, { account, data }: Attempt) {
  try {
    await provider.call({ from: account, to: validator, data, blockTag: "pending" });
    return undefined;
  } catch (error) {
    const refusal = decodeThrown(error);
    if (refusal === undefined) throw error;
    return refusal.name;
  }
}
