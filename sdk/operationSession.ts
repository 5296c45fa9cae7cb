import { ENTRY_POINT_INTERFACE } from "./abi";
import { openEnvelope, type Envelope } from "./envelope";
import { SessionKeyError } from "./errors";
import { decodeExecute, type Call } from "./execution";
import { sameAddress, type Address, type Hex } from "./hex";
import { coordinates } from "./judge";
import type { Session } from "./session";
import { sessionId } from "./typedData";
import type { PackedUserOperation } from "./userOp";

/**
 * What is known of the session that an operation used.
 * @example const trace: SessionTrace = { account, chainId, sessionId: sessionId(session), epoch: 1n };
 */
export interface SessionTrace {
  readonly account: Address;
  readonly chainId: bigint;
  readonly sessionId: Hex;
  /** The account's present epoch: the session's own, or one before. */
  readonly epoch: bigint;
}

/** Epochs to look back: a session names its own, which an operation does not tell. */
const MAX_EPOCHS = 256n;

/**
 * The session of a transaction's `handleOps` calldata. An operation carries only the permissions that it uses, so this
 * rebuilds sessions of a single permission; `undefined` for others, and for calldata without such an operation. What is
 * returned recomputes to the id.
 * @example sessionOfOperation(transaction.data, { account, chainId, sessionId: sessionId(session), epoch: 1n })
 */
export function sessionOfOperation(handleOps: Hex, trace: SessionTrace): Session | undefined {
  for (const op of operationsOf(handleOps)) {
    if (!sameAddress(op.sender, trace.account)) continue;
    const session = withEpoch(termsOf(op, trace), trace);
    if (session !== undefined) return session;
  }
  return undefined;
}

function operationsOf(data: Hex): readonly PackedUserOperation[] {
  try {
    return ENTRY_POINT_INTERFACE.decodeFunctionData("handleOps", data)[0] as PackedUserOperation[];
  } catch {
    // Not a bundle that was sent to the EntryPoint itself.
    return [];
  }
}

function termsOf(op: PackedUserOperation, { account, chainId }: SessionTrace): Omit<Session, "epoch"> | undefined {
  try {
    const calls = decodeExecute(op.callData);
    const { envelope } = openEnvelope(op.signature, calls.length);
    return envelope.height === 0
      ? { account, chainId, ...envelope.session, ...onlyPermission(envelope, calls) }
      : undefined;
  } catch (error) {
    // An operation of another validator.
    if (error instanceof SessionKeyError) return undefined;
    throw error;
  }
}

function onlyPermission({ calls: used }: Envelope, calls: readonly Call[]): Pick<Session, "permissions"> {
  const { permission } = used[0]!;
  return { permissions: [{ ...permission, ...coordinates(permission.kind, calls[0]!) }] };
}

function withEpoch(terms: Omit<Session, "epoch"> | undefined, trace: SessionTrace): Session | undefined {
  if (terms === undefined) return undefined;
  const oldest = trace.epoch > MAX_EPOCHS ? trace.epoch - MAX_EPOCHS : 0n;
  for (let epoch = trace.epoch; epoch >= oldest; epoch--) {
    const session = { ...terms, epoch };
    if (sessionId(session) === trace.sessionId) return session;
  }
  return undefined;
}
