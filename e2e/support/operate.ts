import { concat } from "ethers";
import {
  buildEnvelope,
  ecdsaKey,
  encodeExecute,
  explain,
  matchPermissions,
  packUserOp,
  pickTime,
  proofFor,
  unpackUserOp,
  waitForOperation,
  type Call,
  type OperationReceipt,
  type PackedUserOperation,
  type Session,
  type SessionFailure,
  type Sponsor as Payer,
} from "../../sdk";
import { sealEnvelope } from "../../sdk/envelope";
import { type VerifierKey } from "../../sdk/keys/verifierKey";
import { draft, seal, type UseOptions } from "../../test/matrix/operations";
import type { Sponsor } from "../../test/matrix/sponsors";
import type { Place } from "./place";

/** What can differ from an ordinary use of a session. */
export interface Options extends UseOptions {
  readonly sponsor?: Sponsor;
}

/** An operation whose gas limits are still to be found. */
export interface Draft {
  readonly op: PackedUserOperation;
  /** Gas of validation that the bundler cannot see with a dummy signature. */
  readonly unestimated: bigint;
  /** Signs it, with whatever limits it has then. */
  sign(op: PackedUserOperation): Promise<PackedUserOperation>;
}

/** The gas of the paymasters of `test/matrix/sponsors.ts`, which they sign. */
const SPONSOR_GAS = { paymasterVerificationGasLimit: 200_000n, paymasterPostOpGasLimit: 200_000n };

/** The operation with a signature that is wrong but of the right length, and how to sign it. */
export async function draftUse(
  place: Place,
  session: Session,
  calls: readonly Call[],
  options: Options = {},
): Promise<Draft> {
  const { mode = "use", grant, key = ecdsaKey(place.key), swapped = calls, sponsor } = options;
  const time = claimedTime(session, calls, sponsor !== undefined);
  const proof = grant === undefined ? {} : { grant: proofFor(grant, options.grantIndex ?? 0) };
  const envelope = buildEnvelope({ session, calls, mode, ...(time === undefined ? {} : { time }), ...proof });
  const paid = sponsor === undefined ? {} : { paymaster: sponsor.address, ...SPONSOR_GAS };
  const fields = { ...(await fees(place)), ...paid, ...options.fields };
  const nonceKey = place.subject.adapter.nonceKey(place.validatorAddress);
  const op = await draft(place, nonceKey, encodeExecute(swapped), fields);
  const sign = async (unsigned: PackedUserOperation) =>
    seal(place, sponsor === undefined ? unsigned : await sponsored(unsigned, sponsor), envelope, key);
  const signature = sealEnvelope(envelope, key.dummySignature);
  const unestimated = "unestimatedGas" in key ? (key as VerifierKey).unestimatedGas : 0n;
  return { op: { ...(sponsor === undefined ? op : await sponsored(op, sponsor)), signature }, unestimated, sign };
}

function claimedTime(session: Session, calls: readonly Call[], isSponsored: boolean): number | undefined {
  const permissions = matchPermissions(session, calls).map((index) => session.permissions[index]!);
  return pickTime(session, permissions, Math.floor(Date.now() / 1000), isSponsored);
}

async function fees({ deployer }: Place) {
  const { maxFeePerGas, maxPriorityFeePerGas } = await deployer.provider.getFeeData();
  return { maxFeePerGas: maxFeePerGas!, maxPriorityFeePerGas: maxPriorityFeePerGas! };
}

/** The sponsor's word for the operation as it is now, in place of an older one. */
async function sponsored(op: PackedUserOperation, sponsor: Sponsor): Promise<PackedUserOperation> {
  const head = concat([op.paymasterAndData.slice(0, 2 + 2 * 52), sponsor.terms]);
  return { ...op, paymasterAndData: concat([head, await sponsor.sign({ ...op, paymasterAndData: head })]) };
}

/** The sponsor as a `SessionSigner` wants one. */
export function payer(sponsor: Sponsor): Payer {
  const head = { paymaster: sponsor.address, ...SPONSOR_GAS, paymasterData: "0x" };
  return async (op) => {
    const { paymasterData } = unpackUserOp(await sponsored(packUserOp({ ...unpackUserOp(op), ...head }), sponsor));
    return { ...head, paymasterData: paymasterData! };
  };
}

/** The operation with the bundler's estimate for its limits; a sponsor's are as the sponsor wants them. */
export async function estimated(place: Place, { op, unestimated }: Draft): Promise<PackedUserOperation> {
  const { callGasLimit, preVerificationGas, ...estimate } = await place.bundler.estimateGas(op);
  const verificationGasLimit = estimate.verificationGasLimit + unestimated;
  return packUserOp({ ...unpackUserOp(op), verificationGasLimit, callGasLimit, preVerificationGas });
}

/** Estimated by the bundler, signed, sent to it and mined. Fails if the calls do. */
export async function operate(
  place: Place,
  session: Session,
  calls: readonly Call[],
  options: Options = {},
): Promise<OperationReceipt> {
  const drafted = await draftUse(place, session, calls, options);
  return mine(place, await drafted.sign(await estimated(place, drafted)));
}

/** Sends a signed operation and waits for it. */
export async function mine({ bundler }: Pick<Place, "bundler">, op: PackedUserOperation): Promise<OperationReceipt> {
  return waitForOperation(bundler, await bundler.send(op), { interval: 0.1, timeout: 30 });
}

/** What the SDK makes of the bundler's answer to something that it must refuse. */
export async function refusal(attempt: Promise<unknown>): Promise<SessionFailure> {
  const answer = await attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ failure: explain(error) }),
  );
  if ("failure" in answer) return answer.failure;
  throw new Error(`accepted: ${String(answer.value)}`);
}
