import { Interface } from "ethers";
import { ENTRY_POINTS, VALIDATOR_INTERFACE, type Usage } from "../../sdk";
import { RECORDER_INTERFACE, type Chain } from "./chain";
import type { Attempted, Granted, RecordedCall, Reference } from "./reference";
import { partyOf } from "./sessions";

const TOKEN = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
]);
const DEPOSITS = new Interface(["function balanceOf(address) view returns (uint256)"]);

/** What a session let out, as anybody can see it. */
export interface Outflow {
  readonly tokens: bigint;
  readonly allowance: bigint;
  readonly native: bigint;
}

/** What the validator says of a session. */
export interface Stored {
  readonly status: number;
  readonly usage: readonly Usage[];
}

/** What can be seen from outside after a bundle, of the sessions and accounts that it is about. */
export interface Observation {
  readonly storageRoot: string;
  readonly records: readonly RecordedCall[];
  /** Balance and deposit, by account. */
  readonly wealth: readonly bigint[];
  readonly outflow: readonly Outflow[];
  readonly stored: readonly Stored[];
}

/** Looks. */
export async function observe(reference: Reference, chain: Chain, built: readonly Attempted[]): Promise<Observation> {
  const { world } = reference;
  const granted = built.map((one) => one.granted);
  const [storageRoot, records, wealth, outflow, stored] = await Promise.all([
    chain.storageRoot(world.validatorAddress),
    recordsOf(chain),
    Promise.all(reference.actors.map(({ address }) => wealthOf(chain, address))),
    Promise.all(granted.map((one) => outflowOf(chain, one))),
    Promise.all(granted.map((one) => storedOf(chain, one))),
  ]);
  return { storageRoot, records, wealth, outflow, stored };
}

async function recordsOf(chain: Chain): Promise<RecordedCall[]> {
  const [records] = await chain.view(RECORDER_INTERFACE, chain.world.targetAddress, "records", []);
  return (records as RecordedCall[]).map(({ sender, value, data }) => ({ sender, value, data }));
}

async function wealthOf(chain: Chain, account: string): Promise<bigint> {
  const [deposit] = await chain.view(DEPOSITS, ENTRY_POINTS["0.8"], "balanceOf", [account]);
  return (await chain.balance(account)) + (deposit as bigint);
}

/** Tokens, allowance and native value that the parties of a session have from its account. */
export async function outflowOf(chain: Chain, { actor, number }: Granted): Promise<Outflow> {
  const [tokens, allowance, native] = await Promise.all([
    tokensOf(chain, partyOf("recipient", number)),
    allowanceOf(chain, actor.address, partyOf("spender", number)),
    chain.balance(partyOf("payee", number)),
  ]);
  return { tokens, allowance, native };
}

/** Tokens of anybody. */
export async function tokensOf(chain: Chain, owner: string): Promise<bigint> {
  return (await chain.view(TOKEN, chain.world.tokenAddress, "balanceOf", [owner]))[0] as bigint;
}

/** What the owner of tokens allows a spender. */
export async function allowanceOf(chain: Chain, owner: string, spender: string): Promise<bigint> {
  return (await chain.view(TOKEN, chain.world.tokenAddress, "allowance", [owner, spender]))[0] as bigint;
}

/** Status and usage of a session under its own account, or under another one. */
export async function storedOf(chain: Chain, granted: Granted, account = granted.actor.address): Promise<Stored> {
  const { id, session } = granted;
  const ask = (name: string, args: unknown[]) =>
    chain.view(VALIDATOR_INTERFACE, chain.world.validatorAddress, name, args);
  const [status, ...usage] = await Promise.all([
    ask("sessionStatus", [id, account]),
    ...session.budgets.map((_, index) => ask("budgetUsage", [id, account, index])),
  ]);
  return {
    status: Number(status[0]),
    usage: usage.map((result) => ({ spent: result[0] as bigint, period: result[1] as bigint })),
  };
}
