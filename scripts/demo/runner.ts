import { mine, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { DEFAULT_GAS, HandleOpsTransport, SessionSigner } from "../../sdk";
import { callAsOwner } from "../../sdk/actions/owner";
import { FEES, prepareAttempt, refusalOf, submitAttempt, type Attempt, type Verdict } from "../support/attempt";
import type { Outcome, Step } from "./step";
import type { World } from "./world";

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

/** As any app sends it, or as a thief with a tool of his own would. */
async function submit(world: World, attempt: Attempt, now: number): Promise<Verdict> {
  const { forge, swapFor, time: claimed } = attempt;
  const isOrdinary = forge === undefined && swapFor === undefined && claimed === undefined;
  if (!isOrdinary) return submitAttempt(world.installed, await prepareAttempt(world, attempt, now));
  try {
    return { got: "done", gas: await bySigner(world, attempt, now) };
  } catch (error) {
    return refusalOf(error);
  }
}

/** Nothing is refused before the chain does. */
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

/** The same calls by the owner, in the state in which the session's operation will find the chain. */
async function plainOwnerGas({ installed, chain }: World, { calls }: Attempt, now: number): Promise<bigint> {
  const before = await takeSnapshot();
  await time.setNextBlockTimestamp(now);
  const request = { account: installed.account, owner: chain.owner };
  const { receipt } = await callAsOwner(installed, request, calls, { gas: FEES });
  await before.restore();
  return receipt.gasUsed;
}
