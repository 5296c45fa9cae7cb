import type { Signer } from "ethers";
import type { Mode } from "../constants";
import { sealEnvelope, type EnvelopeGrant } from "../envelope";
import { encodeExecute, type Call } from "../execution";
import type { Address, Hex } from "../hex";
import type { SessionKey } from "../key";
import type { Session } from "../session";
import { sessionUseTypedData } from "../typedData";
import { buildEnvelope, matchPermissions, pickTime, signUse } from "../use";
import type { PackedUserOperation } from "../userOp";
import { chainTime, providerOf, type Context } from "./context";
import { draftUserOp, hashUserOp, submitUserOp, type HashContext, type OperationOptions } from "./operate";
import type { SendResult } from "./send";

/**
 * A key of ours, or an ethers signer that holds one (a node's account, a wallet): it signs EIP-712 typed data.
 * @example const keys: readonly UseKey[] = [ecdsaKey(bot), wallet];
 */
export type UseKey = SessionKey | Pick<Signer, "signTypedData">;

/**
 * Calls that a session key makes.
 * @example const use: SessionUse = { session, calls, key, mode: "enable", grant: proofFor(grant, 0) };
 */
export interface SessionUse extends OperationOptions {
  readonly session: Session;
  readonly calls: readonly Call[];
  readonly key: UseKey;
  /** `use` by default. */
  readonly mode?: Mode;
  /** In, and only in, the modes `enable` and `signed`; see {@link proofFor}. */
  readonly grant?: EnvelopeGrant;
  /** The claimed time; by default what {@link pickTime} says of the chain's clock. */
  readonly time?: number;
}

/**
 * The signed operation. Raises as {@link buildEnvelope}: what no permission allows is refused here already.
 * @example const op = await prepareUse(context, { session, calls, key })
 */
export async function prepareUse(context: Context, use: SessionUse): Promise<PackedUserOperation> {
  const { session, calls, mode = "use", grant } = use;
  const time = use.time ?? (await claimedTime(context, session, calls));
  const envelope = buildEnvelope({
    session,
    calls,
    mode,
    ...(time === undefined ? {} : { time }),
    ...(grant === undefined ? {} : { grant }),
  });
  const draft = { sender: session.account, callData: encodeExecute(calls), validator: context.validator };
  const op = await draftUserOp(context, { ...draft, calls: calls.length }, use);
  return sealUse(context, op, envelope, use.key);
}

async function claimedTime(context: Context, session: Session, calls: readonly Call[]): Promise<number | undefined> {
  const permissions = matchPermissions(session, calls).map((index) => session.permissions[index]!);
  return pickTime(session, permissions, await chainTime(providerOf(context.bundler)));
}

/** The operation with this envelope, sealed by the key: also for envelopes that {@link buildEnvelope} would not make. */
export async function sealUse(
  context: HashContext & Pick<Context, "validator">,
  op: PackedUserOperation,
  envelope: Hex,
  key: UseKey,
): Promise<PackedUserOperation> {
  const userOpHash = hashUserOp(context, op);
  const { validator } = context;
  const signature =
    "signDigest" in key
      ? await signUse({ envelope, userOpHash, validator, key })
      : sealEnvelope(envelope, await signTyped(key, userOpHash, envelope, validator));
  return { ...op, signature };
}

async function signTyped(key: Pick<Signer, "signTypedData">, userOpHash: Hex, envelope: Hex, validator: Address) {
  const { domain, types, message } = sessionUseTypedData(userOpHash, envelope, validator);
  return key.signTypedData({ ...domain }, types, message);
}

/**
 * Makes the calls with the session key and waits until they are done. What the EntryPoint refuses is thrown: see
 * {@link decodeFailedOp}.
 * @example const { success } = await useSession(context, { session, calls, key, mode: "enable", grant: proofFor(grant, 0) })
 */
export async function useSession(context: Context, use: SessionUse): Promise<SendResult> {
  return submitUserOp(context, await prepareUse(context, use));
}
