import { expect } from "chai";
import * as fc from "fast-check";
import { concat, toBeHex } from "ethers";
import {
  digest,
  grantDigest,
  proofFor,
  sessionRevocationHash,
  STATUSES,
  VALIDATOR_INTERFACE,
  type DecodedError,
} from "../../sdk";
import { adapter } from "../helpers/operations";
import { validationCall } from "../helpers/validation";
import { attempt, type Attempt } from "./attempts";
import { expectAccounts } from "./audit";
import { sendAttempts } from "./bundle";
import type { Chain } from "./chain";
import { increase, type Actor, type Granted, type Reference } from "./reference";
import { partyOf, sessionFrom, shape, type Shape } from "./sessions";
import type { Statistics } from "./statistics";

export type Command = fc.AsyncCommand<Reference, Chain>;
type Run = (reference: Reference, chain: Chain) => Promise<void>;

/** A command that prints itself, is counted, and leaves every account as its owner put it (I5). */
function command(statistics: Statistics, name: string, input: unknown, run: Run): Command {
  return {
    check: () => true,
    toString: () => `${name} ${fc.stringify(input)}`,
    run: async (reference, chain) => {
      statistics.ran(name);
      await run(reference, chain);
      await expectAccounts(reference, chain);
    },
  };
}

/** Everything that can happen, as often as is good for finding something out. */
export function commands(statistics: Statistics): fc.Arbitrary<Command>[] {
  const make =
    <Input>(name: string, run: (input: Input) => Run) =>
    (input: Input): Command =>
      command(statistics, name, input, run(input));
  const account = fc.constantFrom(0, 0, 0, 1);
  const one = fc.tuple(attempt);
  const use = fc.oneof(one, one, fc.tuple(attempt, attempt));
  const again = fc.array(shape, { minLength: 1, maxLength: 2 });
  const uses = use.map(make("use", (attempts) => useSessions(statistics, attempts)));
  const session = fc.nat(4);
  return [
    ...Array.from({ length: 8 }, () => uses),
    fc.tuple(account, fc.array(shape, { minLength: 1, maxLength: 2 })).map(make("grant", grantSessions)),
    fc.tuple(account, fc.array(shape, { minLength: 1, maxLength: 2 })).map(make("grant", grantSessions)),
    session.map(make("enable", enableSession)),
    fc.tuple(session, fc.boolean()).map(make("revoke", revokeSession)),
    fc.tuple(account, again).map(make("revoke all", revokeAllSessions)),
    fc
      .tuple(account, fc.boolean(), fc.array(attempt, { maxLength: 1 }), again)
      .map(make("reinstall", (input) => reinstall(statistics, ...input))),
    fc
      .tuple(account, fc.array(attempt, { maxLength: 1 }))
      .map(make("pause", ([index, attempts]) => pause(statistics, index, attempts))),
    fc.constantFrom(1, 30, 60, 61, 100, 400, 1_000, 6_000).map(make("warp", warp)),
    session.map(make("pull", pull)),
    fc.tuple(session, fc.constantFrom(...MEDDLINGS)).map(make("meddle", meddle)),
  ];
}

/** What every sequence starts with: two sessions of the first account, and one of the second. */
export async function start(reference: Reference, chain: Chain, shapes: readonly Shape[]): Promise<void> {
  await grantSessions([0, shapes.slice(0, 2)])(reference, chain);
  await grantSessions([1, shapes.slice(2)])(reference, chain);
}

function useSessions(statistics: Statistics, attempts: readonly Attempt[]): Run {
  return (reference, chain) => sendAttempts(reference, chain, statistics, attempts);
}

/** The owner signs one session, or two at once; nobody tells the chain. */
function grantSessions([index, shapes]: readonly [number, readonly Shape[]]): Run {
  return (reference, chain) => {
    const { world, granted } = reference;
    const actor = reference.actors[index]!;
    const { address, epoch } = actor;
    const sessions = shapes.map((one, i) =>
      sessionFrom(world, address, epoch, granted.length + 1 + i, chain.next, one),
    );
    const signed = world.owner.signingKey.sign(grantDigest(sessions, world.validatorAddress)).serialized;
    const signature = adapter(world).wrapOwnerSignature(signed);
    const grant = { sessions, validator: world.validatorAddress, signature };
    sessions.forEach((session, i) => reference.add(actor, session, proofFor(grant, i)));
    return Promise.resolve();
  };
}

function enableSession(pick: number): Run {
  return async (reference, chain) => {
    const granted = reference.pick(pick);
    const { actor, id } = granted;
    const error = await call(chain, actor, "enableSession", [id, "0x"]);
    if (!actor.installed) return expectError(error, "NotInstalled", [actor.address]);
    if (granted.status === STATUSES.revoked) return expectError(error, "SessionIsRevoked", [id]);
    expect(error).to.equal(undefined);
    granted.status = STATUSES.enabled;
  };
}

/** By the account, or by anybody with the owner's signature. */
function revokeSession([pick, signed]: readonly [number, boolean]): Run {
  return async (reference, chain) => {
    const { world } = reference;
    const granted = reference.pick(pick);
    const { actor, id } = granted;
    if (signed) {
      const hash = digest(world.validatorAddress, sessionRevocationHash(actor.address, world.chainId, id));
      const signature = adapter(world).wrapOwnerSignature(world.owner.signingKey.sign(hash).serialized);
      const data = VALIDATOR_INTERFACE.encodeFunctionData("revokeSessionBySig", [actor.address, id, signature]);
      expect(await chain.transact(world.stranger.address, world.validatorAddress, data)).to.equal(undefined);
    } else {
      expect(await call(chain, actor, "revokeSession", [id])).to.equal(undefined);
    }
    reference.revoke(granted);
  };
}

/** A new epoch, and a new start. */
function revokeAllSessions([index, shapes]: readonly [number, readonly Shape[]]): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    expect(await call(chain, actor, "revokeAllSessions", [])).to.equal(undefined);
    reference.bump(actor);
    await grantSessions([index, shapes])(reference, chain);
  };
}

/** Uninstalls and installs again, by the account or behind its back (`direct`); in between, somebody may try something. */
function reinstall(
  statistics: Statistics,
  index: number,
  direct: boolean,
  attempts: readonly Attempt[],
  shapes: readonly Shape[],
): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    const { validatorAddress } = chain.world;
    const { uninstallModule, installModule } = adapter(chain.world);
    const byAccount = async (data: string) => chain.transact(actor.address, actor.address, data);
    expect(
      await (direct ? call(chain, actor, "onUninstall", ["0x"]) : byAccount(uninstallModule(validatorAddress))),
    ).to.equal(undefined);
    Object.assign(actor, { installed: false, paused: false, listed: direct });
    reference.bump(actor);
    await expectAccounts(reference, chain);
    if (attempts.length > 0) await sendAttempts(reference, chain, statistics, attempts);
    expectError(await call(chain, actor, "pause", []), "NotInstalled", [actor.address]);
    expect(
      await (direct ? call(chain, actor, "onInstall", ["0x"]) : byAccount(installModule(validatorAddress))),
    ).to.equal(undefined);
    Object.assign(actor, { installed: true, listed: true });
    reference.bump(actor);
    await grantSessions([index, shapes])(reference, chain);
  };
}

/** Pauses; somebody may try something; unpauses. */
function pause(statistics: Statistics, index: number, attempts: readonly Attempt[]): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    expect(await call(chain, actor, "pause", [])).to.equal(undefined);
    actor.paused = true;
    await expectAccounts(reference, chain);
    if (attempts.length > 0) await sendAttempts(reference, chain, statistics, attempts);
    expect(await call(chain, actor, "unpause", [])).to.equal(undefined);
    actor.paused = false;
  };
}

function warp(seconds: number): Run {
  return (_reference, chain) => {
    chain.pass(seconds);
    return Promise.resolve();
  };
}

/** The spender takes what it was allowed, for the session's recipient. */
function pull(pick: number): Run {
  return async (reference, chain) => {
    const { actor, number } = reference.pick(pick);
    const [spender, recipient] = [partyOf("spender", number), partyOf("recipient", number)];
    const amount = reference.allowance(actor.address, spender);
    const data = concat(["0x23b872dd", toBeHex(actor.address, 32), toBeHex(recipient, 32), toBeHex(amount, 32)]);
    await chain.transact(spender, chain.world.tokenAddress, data);
    reference.allowances.delete(`${actor.address} ${spender}`.toLowerCase());
    increase(reference.tokens, recipient, amount);
  };
}

const MEDDLINGS = ["validate", "revoke by signature", "enable elsewhere", "revoke elsewhere"] as const;

/** Somebody else, or the other account, does something with a session that is not theirs. */
function meddle([pick, how]: readonly [number, (typeof MEDDLINGS)[number]]): Run {
  return async (reference, chain) => {
    const granted = reference.pick(pick);
    const other = reference.actors.find((actor) => actor !== granted.actor)!;
    switch (how) {
      case "validate":
        return validateAsStranger(reference, chain);
      case "revoke by signature":
        return revokeByStranger(granted, chain);
      case "enable elsewhere":
      case "revoke elsewhere":
        return touchElsewhere(reference, granted, other, how === "enable elsewhere", chain);
    }
  };
}

async function validateAsStranger({ accepted, actors }: Reference, chain: Chain): Promise<void> {
  const { stranger, validatorAddress } = chain.world;
  const last = accepted[accepted.length - 1];
  if (last === undefined) return;
  for (const caller of [stranger.address, actors.find(({ address }) => address !== last.op.sender)!.address]) {
    const error = await chain.transact(caller, validatorAddress, validationCall(chain.world, last.op, last.userOpHash));
    expectError(error, "NotSender", [caller, last.op.sender]);
  }
}

async function revokeByStranger({ actor, id }: Granted, chain: Chain): Promise<void> {
  const { validatorAddress, chainId, key, stranger } = chain.world;
  const hash = digest(validatorAddress, sessionRevocationHash(actor.address, chainId, id));
  const signature = adapter(chain.world).wrapOwnerSignature(key.signingKey.sign(hash).serialized);
  const data = VALIDATOR_INTERFACE.encodeFunctionData("revokeSessionBySig", [actor.address, id, signature]);
  expectError(await chain.transact(stranger.address, validatorAddress, data), "BadRevocation", [actor.address, hash]);
}

/** An account enables or revokes, in its own name, a session of another: nothing comes of it. */
async function touchElsewhere(
  reference: Reference,
  { id }: Granted,
  other: Actor,
  enabling: boolean,
  chain: Chain,
): Promise<void> {
  const key = `${other.address} ${id}`;
  const args = enabling ? [id, "0x"] : [id];
  const error = await call(chain, other, enabling ? "enableSession" : "revokeSession", args);
  if (enabling && reference.foreign.get(key) === STATUSES.revoked) return expectError(error, "SessionIsRevoked", [id]);
  expect(error).to.equal(undefined);
  reference.foreign.set(key, enabling ? STATUSES.enabled : STATUSES.revoked);
}

function call(chain: Chain, { address }: Actor, name: string, args: unknown[]): Promise<DecodedError | undefined> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData(name, args);
  return chain.transact(address, chain.world.validatorAddress, data);
}

function expectError(error: DecodedError | undefined, name: string, args: readonly unknown[]): void {
  expect(error).to.deep.equal({ name, args });
}
