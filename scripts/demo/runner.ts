import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { dataSlice, concat } from "ethers";
import {
  decodeFailedOp,
  encodeExecute,
  matchPermissions,
  permissionTree,
  pickTime,
  type Hex,
  type PackedUserOperation,
} from "../../sdk";
import { encodeEnvelope } from "../../sdk/envelope";
import { byteLength } from "../../sdk/hex";
import { permissionHeight } from "../../sdk/session";
import { draftUserOp, submitUserOp } from "../../sdk/actions/operate";
import { callAsOwner } from "../../sdk/actions/owner";
import { sealUse } from "../../sdk/actions/use";
import { describeRefusal } from "../support/failure";
import type { Attempt, Outcome, Step } from "./step";
import type { World } from "./world";

/** Fees of every operation of the demo, so that it costs the same in every run. */
const FEES = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
const BLOCK_SECONDS = 12;

/** Lets the owner act, waits for the step's time, sends its operation, and compares. */
export async function runStep(world: World, step: Step): Promise<Outcome> {
  await step.before?.();
  const now = Math.max((await time.latest()) + BLOCK_SECONDS, step.at ?? 0);
  const op = await prepare(world, step.attempt, now);
  const owner = step.expected === "done" ? await plainOwnerGas(world, step.attempt, now) : 0n;
  await time.setNextBlockTimestamp(now);
  const { got, ...rest } = await submit(world, op);
  const gas = rest.gas === undefined ? {} : { gas: { session: rest.gas, owner } };
  return { got, ok: got === step.expected, ...(rest.reason === undefined ? {} : { reason: rest.reason }), ...gas };
}

async function submit({ installed }: World, op: PackedUserOperation) {
  try {
    const { success, receipt } = await submitUserOp(installed, op);
    return success ? { got: "done", gas: receipt.gasUsed } : { got: "reverted", reason: "the calls reverted" };
  } catch (error) {
    const failed = decodeFailedOp(error);
    if (failed === undefined) throw error;
    return { got: failed.name ?? failed.aa, reason: describeRefusal(failed) };
  }
}

/** The same calls by the owner, in the state in which the session's operation will find the chain. */
async function plainOwnerGas({ installed, chain }: World, { calls }: Attempt, now: number): Promise<bigint> {
  const before = await takeSnapshot();
  await time.setNextBlockTimestamp(now);
  const request = { account: installed.account, owner: chain.owner };
  const { receipt } = await callAsOwner(installed, request, calls, { gas: FEES });
  await before.restore();
  return receipt.gasUsed;
}

async function prepare({ installed, chain }: World, attempt: Attempt, now: number): Promise<PackedUserOperation> {
  const { session, calls, gas, key = chain.key, swapFor } = attempt;
  const draft = { sender: session.account, callData: encodeExecute(calls), validator: installed.validator };
  const op = await draftUserOp(installed, { ...draft, calls: calls.length }, { gas: { ...FEES, ...gas } });
  const envelope = envelopeOf(attempt, now);
  const sealed = await sealUse(installed, op, envelope, key);
  if (swapFor === undefined) return sealed;
  const keySignature = dataSlice(sealed.signature, byteLength(envelope));
  return { ...sealed, signature: concat([envelopeOf({ ...attempt, session: swapFor }, now), keySignature]) };
}

/** As `buildEnvelope`, but a forged one claims whichever permission it likes. */
function envelopeOf(attempt: Attempt, now: number): Hex {
  const { session, calls, mode = "use", grant, forge } = attempt;
  const tree = permissionTree(session);
  const used = forge ?? matchPermissions(session, calls);
  const permissions = used.map((index) => session.permissions[index]!);
  const claimed = attempt.time ?? pickTime(session, permissions, now);
  return encodeEnvelope({
    mode,
    session,
    height: permissionHeight(session),
    calls: used.map((index) => ({ permission: session.permissions[index]!, proof: tree.proof(index) })),
    ...(claimed === undefined ? {} : { time: claimed }),
    ...(grant === undefined ? {} : { grant }),
  });
}
