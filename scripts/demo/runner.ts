import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { callAsOwner } from "../../sdk/actions/owner";
import { FEES, prepareAttempt, submitAttempt, type Attempt } from "../support/attempt";
import type { Outcome, Step } from "./step";
import type { World } from "./world";

const BLOCK_SECONDS = 12;

/** Lets the owner act, waits for the step's time, sends its operation, and compares. */
export async function runStep(world: World, step: Step): Promise<Outcome> {
  await step.before?.();
  const now = Math.max((await time.latest()) + BLOCK_SECONDS, step.at ?? 0);
  const op = await prepareAttempt(world, step.attempt, now);
  const owner = step.expected === "done" ? await plainOwnerGas(world, step.attempt, now) : 0n;
  await time.setNextBlockTimestamp(now);
  const { got, ...rest } = await submitAttempt(world.installed, op);
  const gas = rest.gas === undefined ? {} : { gas: { session: rest.gas, owner } };
  return { got, ok: got === step.expected, ...(rest.reason === undefined ? {} : { reason: rest.reason }), ...gas };
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
