import type { Provider } from "ethers";
import { chainTime } from "../sdk/actions/context";
import { hashUserOp } from "../sdk/actions/operate";
import { getNonce } from "../sdk/actions/send";
import { SessionKeyError } from "../sdk/errors";
import type { Call } from "../sdk/execution";
import { explain } from "../sdk/explain";
import type { Hex } from "../sdk/hex";
import type { Clock } from "../sdk/signer/clock";
import { prepareOperation } from "../sdk/signer/prepare";
import type { Transport } from "../sdk/transport/transport";
import { decodeRpcUserOp, encodeRpcUserOp, type RpcUserOperation } from "../sdk/transport/wire";
import type { PackedUserOperation } from "../sdk/userOp";
import { nonceKeyOf, type Action, type Automation, type Journal, type Recorded } from "./automation";
import { Fault, isRefusal, isUnanswered } from "./failure";
import type { Slots } from "./slots";
import type { Inclusion, Watcher } from "./watcher";

/**
 * What became of an action; `elsewhere`: another runner has done it, or an operation that this one has forgotten.
 * @example const outcome: Outcome = { state: "missed", code: "PERIOD_OVER", cause: "The period is over." };
 */
export type Outcome =
  | { readonly state: "done" | "elsewhere" | "reverted"; readonly inclusion?: Inclusion }
  | { readonly state: "refused" | "missed"; readonly code: string; readonly cause: string };

/**
 * What an attempt is made with.
 * @example const inAHurry = (means: Means): Means => ({ ...means, patience: 10_000 });
 */
export interface Means {
  readonly provider: Provider;
  readonly transport: Transport;
  readonly watcher: Watcher;
  readonly journal: Journal;
  /** How many operations are prepared at once. */
  readonly slots: Slots;
  /** Milliseconds that an operation is waited for, before it is sent again. */
  readonly patience: number;
  /** Told of every operation that was taken. */
  readonly sent?: (action: Action, hash: Hex) => void;
}

/**
 * One attempt at an action: looks whether it is done, writes its operation down, sends it, waits until it is included.
 * May be made any number of times, by any number of runners: all their operations have the same nonce. Raises a
 * {@link Fault} for what is to be tried again.
 * @example
 * const jobs: JobsFactory = ({ store, means, report }) => {
 *   const running: Promise<void>[] = [];
 *   let stopped = false;
 *   const see = async (automation: Automation, action: Action) =>
 *     report.outcome(action, await attempt(automation, action, { ...means, journal: store }));
 *   return {
 *     start: async () => undefined,
 *     submit: async (automation, action) => {
 *       if (stopped) return;
 *       store.add(action);
 *       running.push(see(automation, action));
 *     },
 *     stop: async () => {
 *       stopped = true;
 *       await Promise.all(running);
 *     },
 *   };
 * };
 * const runner = new Runner({ automations: [automation], provider, transport, state: stateFile, log, jobs });
 * await runner.start();
 * while (runner.counts.done === 0) await new Promise((resolve) => setTimeout(resolve, 100));
 * await runner.stop();
 */
export async function attempt(automation: Automation, action: Action, means: Means): Promise<Outcome> {
  const { watcher, slots, patience } = means;
  const { account, nonce } = action;
  // Before it is sent: it may be included while the answer is on its way.
  const included = watcher.settled(account, nonce);
  included.catch(() => undefined);
  // In one go: when thousands are due, the first are sent before the last are looked at.
  const ended = await slots
    .run(() => send(automation, action, means))
    .finally(() => watcher.hurry(account, nonce, patience));
  // If it is refused, another runner may have been quicker, and its operation the reason.
  const taken = ended === "taken" || (ended !== "sent" && (await isTaken(action, means)));
  if (taken) return conclude(action, means);
  if (ended !== "sent") return ended;
  const inclusion = await included;
  if (inclusion === undefined) throw new Fault("NOT_INCLUDED", "The operation is in no block yet, or no more.");
  return outcomeOf(action, means, inclusion);
}

/** Whether an operation with the action's nonce is in a block: ours, or another runner's. */
async function isTaken(
  action: Action,
  { provider, transport }: Pick<Means, "provider" | "transport">,
): Promise<boolean> {
  const next = await getNonce(provider, transport.entryPoint, action.account, nonceKeyOf(action));
  return next > action.nonce;
}

/** What became of an action that nobody here has sent, and whose period is over. */
export async function lateOutcome(
  action: Action,
  means: Pick<Means, "provider" | "transport">,
  code: string,
  cause: string,
): Promise<Outcome> {
  return (await isTaken(action, means)) ? { state: "elsewhere" } : { state: "missed", code, cause };
}

/** What somebody's operation of this nonce did, once it is as deep as is asked for. */
async function conclude(action: Action, means: Means): Promise<Outcome> {
  const { account, nonce } = action;
  const found = await means.watcher.find(account, nonce);
  if (found === undefined) return { state: "elsewhere" };
  const settled = await means.watcher.settled(account, nonce, found);
  if (settled === undefined) throw new Fault("REORGANISED", "The block of the operation is no more.");
  return outcomeOf(action, means, settled);
}

function outcomeOf(action: Action, { journal }: Means, inclusion: Inclusion): Outcome {
  if (journal.read(action)?.hash !== inclusion.userOpHash) return { state: "elsewhere", inclusion };
  return { state: inclusion.success ? "done" : "reverted", inclusion };
}

const OVER: Outcome = { state: "missed", code: "PERIOD_OVER", cause: "The period is over." };

/** Sends the operation that was written down, or a new one, unless it is too late; what the policy refuses is an outcome. */
async function send(automation: Automation, action: Action, means: Means): Promise<Outcome | "taken" | "sent"> {
  const recorded = means.journal.read(action);
  try {
    if (await isTaken(action, means)) return "taken";
    if (recorded !== undefined && (await sendAgain(action, recorded, means))) return "sent";
    if (means.watcher.head.time > action.period.ends) return OVER;
    await sendNew(automation, action, means);
    return "sent";
  } catch (error) {
    if (error instanceof Fault) throw error;
    const failure = explain(error);
    const { code, cause } = failure;
    if (isRefusal(failure)) return { state: "refused", code, cause };
    throw new Fault(code, cause);
  }
}

/** After so many times with the same bytes, the fees or the claimed time are taken anew. */
const SAME_BYTES = 3;

/** Whether the recorded operation was taken; if it is refused, another with the same nonce may not be. */
async function sendAgain(action: Action, recorded: Recorded, means: Means): Promise<boolean> {
  if (recorded.sent >= SAME_BYTES && means.watcher.head.time <= action.period.ends) return false;
  const op = decodeRpcUserOp(JSON.parse(recorded.op) as RpcUserOperation);
  try {
    await means.transport.send(op);
  } catch (error) {
    const failure = explain(error);
    // Its nonce is taken, maybe by itself: the next attempt looks.
    if (isUnanswered(failure) || failure.code === "AA25") throw error;
    if (!/already known/i.test(failure.cause)) return false;
  }
  await means.journal.write(action, { ...recorded, sent: recorded.sent + 1 });
  means.sent?.(action, recorded.hash);
  return true;
}

async function sendNew(automation: Automation, action: Action, means: Means): Promise<void> {
  const { transport, journal } = means;
  const op = await prepare(automation, action, means);
  const { entryPoint, version } = transport;
  const hash = hashUserOp({ entryPoint, version, chainId: automation.file.session.chainId }, op);
  // On the disk before anything leaves the house: after a crash this very operation is looked for.
  await journal.write(action, { op: JSON.stringify(encodeRpcUserOp(op)), hash, sent: 1 });
  await transport.send(op);
  means.sent?.(action, hash);
}

async function prepare(automation: Automation, action: Action, means: Means): Promise<PackedUserOperation> {
  const { file, key, adapter, tree, send: options } = automation;
  const { provider, transport } = means;
  const { session, validator, grant } = file;
  const granted = { session, validator, ...(grant === undefined ? {} : { grant }) };
  const planner = { ...granted, tree, provider, transport, clock: clockOf(action, provider) };
  const calls = await callsOf(automation, action, means);
  if (calls.length === 0) throw new Fault("NOTHING_TO_DO", "There are no calls to make yet.");
  return prepareOperation(planner, calls, action.nonce, { ...options, ...granted, key, provider, transport, adapter });
}

async function callsOf(
  { calls }: Automation,
  { period }: Action,
  { provider, watcher }: Means,
): Promise<readonly Call[]> {
  return typeof calls === "function" ? calls({ period, time: watcher.head.time, provider }) : calls;
}

/** The chain's clock, on which nobody sleeps into the next period: that one has an action of its own. */
function clockOf({ period }: Action, provider: Provider): Clock {
  const now = () => chainTime(provider);
  return {
    now,
    sleep: async (seconds) => {
      if ((await now()) + seconds > period.ends) {
        throw new SessionKeyError("PERIOD_ENDS", `the period ends at ${period.ends}, before an operation is included`);
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    },
  };
}
