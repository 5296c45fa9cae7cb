import { feesPerGas } from "../actions/operate";
import { sealUse } from "../actions/use";
import { sealEnvelope } from "../envelope";
import { encodeExecute, type Call } from "../execution";
import { DUMMY_ECDSA_SIGNATURE } from "../key";
import {
  assertUserOpSize,
  assertValidationGas,
  maxFee,
  packUserOp,
  type PackedUserOperation,
  type UserOperation,
} from "../userOp";
import { buildEnvelope } from "../use";
import type { SessionSignerOptions } from "./options";
import { assertAllowed, plan, type Plan, type Planner } from "./plan";

/**
 * The signed operation of these calls, with everything that is asked on the way, in this order: period and state, fees,
 * the paymaster's stub, {@link checkCalls}, gas, the paymaster's word, {@link checkCalls} with the fee, the key.
 */
export async function prepareOperation(
  planner: Planner,
  calls: readonly Call[],
  nonce: bigint,
  options: SessionSignerOptions,
): Promise<PackedUserOperation> {
  const { session, validator, provider, transport } = planner;
  const { sponsor, precheck = true } = options;
  const born = (await provider.getCode(session.account)) !== "0x";
  const planned = await plan(planner, calls, options, born);
  const drafted = await draft(planner, planned, nonce, options, born);
  const stub = sponsor === undefined ? drafted : { ...drafted, ...(await sponsor(packUserOp(drafted), "stub")) };
  if (precheck) assertAllowed(planned, validator, 0n, stub.paymaster);
  const limited = await withGas(planner, stub, options);
  const final = sponsor === undefined ? limited : { ...limited, ...(await sponsor(packUserOp(limited), "final")) };
  const op = packUserOp(final);
  if (precheck) assertAllowed(planned, validator, maxFee(op), final.paymaster);
  const { entryPoint, version } = transport;
  const context = { entryPoint, version, chainId: session.chainId, validator };
  const signed = await sealUse(context, op, buildEnvelope(planned.use), options.key);
  assertUserOpSize(signed);
  return signed;
}

/** The operation with a wrong signature of the right length, and without gas limits. */
async function draft(
  { session, provider }: Planner,
  { use }: Plan,
  nonce: bigint,
  { key, creation, gas }: SessionSignerOptions,
  born: boolean,
): Promise<UserOperation> {
  const dummy = "signDigest" in key ? key.dummySignature : DUMMY_ECDSA_SIGNATURE;
  return {
    sender: session.account,
    nonce,
    ...(born ? {} : creation),
    callData: encodeExecute(use.calls),
    callGasLimit: 0n,
    verificationGasLimit: 0n,
    preVerificationGas: 0n,
    ...(await feesPerGas(provider)),
    ...gas,
    signature: sealEnvelope(buildEnvelope(use), dummy),
  };
}

/** With the limits that were not given: as the transport estimates them, and what the key knows that this misses. */
async function withGas(
  { transport }: Planner,
  op: UserOperation,
  { gas = {}, key }: SessionSignerOptions,
): Promise<UserOperation> {
  const limits = [gas.callGasLimit, gas.verificationGasLimit, gas.preVerificationGas];
  if (!limits.includes(undefined)) return op;
  const { callGasLimit, verificationGasLimit, preVerificationGas, ...sponsor } = await transport.estimateGas(
    packUserOp(op),
  );
  // Of an account that is yet to be created nobody knows; whoever names a limit has thought about it.
  if (op.factory === undefined && gas.verificationGasLimit === undefined) assertValidationGas(verificationGasLimit);
  const unestimated = "signDigest" in key ? (key.unestimatedGas ?? 0n) : 0n;
  const estimated = { callGasLimit, verificationGasLimit: verificationGasLimit + unestimated, preVerificationGas };
  if (op.paymaster === undefined) return { ...op, ...estimated, ...gas };
  // A stub that names no limits leaves them to the transport.
  const paymaster = {
    paymasterVerificationGasLimit: op.paymasterVerificationGasLimit || (sponsor.paymasterVerificationGasLimit ?? 0n),
    paymasterPostOpGasLimit: op.paymasterPostOpGasLimit || (sponsor.paymasterPostOpGasLimit ?? 0n),
  };
  return { ...op, ...paymaster, ...estimated, ...gas };
}
