import { mine, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { dataSlice, concat } from "ethers";
import {
  DEFAULT_GAS,
  encodeExecute,
  explain,
  HandleOpsTransport,
  matchPermissions,
  permissionTree,
  pickTime,
  SessionSigner,
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
  const owner = step.expected === "done" ? await plainOwnerGas(world, step.attempt, now) : 0n;
  await time.setNextBlockTimestamp(now);
  const { got, ...rest } = await submit(world, step.attempt, now);
  // What is refused before it is sent makes no block, and time goes on all the same.
  if ((await time.latest()) < now) await mine();
  const gas = rest.gas === undefined ? {} : { gas: { session: rest.gas, owner } };
  return { got, ok: got === step.expected, ...(rest.reason === undefined ? {} : { reason: rest.reason }), ...gas };
}

/** What came of it, with the gas of the transaction or the reason. */
async function submit(world: World, attempt: Attempt, now: number) {
  const { forge, swapFor, time: claimed } = attempt;
  const isOrdinary = forge === undefined && swapFor === undefined && claimed === undefined;
  try {
    return { got: "done", gas: await (isOrdinary ? bySigner : byHand)(world, attempt, now) };
  } catch (error) {
    const failure = explain(error);
    return { got: failure.code, reason: describeRefusal(failure) ?? failure.cause };
  }
}

/** As any app sends it. Nothing is refused before the chain does. */
async function bySigner({ installed, chain }: World, attempt: Attempt, now: number): Promise<bigint> {
  const { session, calls, mode, grant, gas, key = chain.key } = attempt;
  const signer = new SessionSigner({
    session,
    validator: installed.validator,
    ...(grant === undefined ? {} : { grant }),
    ...(mode === "signed" ? { mode } : {}),
    key,
    transport: new HandleOpsTransport({ bundler: installed.bundler }),
    provider: chain.provider,
    adapter: installed.adapter,
    clock: { now: () => Promise.resolve(now), sleep: (seconds) => time.increase(seconds).then(() => undefined) },
    gas: { ...DEFAULT_GAS, callGasLimit: DEFAULT_GAS.callGasLimit * BigInt(calls.length), ...FEES, ...gas },
    precheck: false,
  });
  return (await (await signer.sendCalls(calls)).wait()).gasUsed;
}

/** As a thief with a tool of his own would send it. */
async function byHand(world: World, attempt: Attempt, now: number): Promise<bigint> {
  const { receipt } = await submitUserOp(world.installed, await prepare(world, attempt, now));
  return receipt.gasUsed;
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
