import { expect } from "chai";
import { digest, grantDigest, proofFor, STATUSES, VALIDATOR_INTERFACE, type DecodedError } from "../../sdk";
import { sessionRevocationHash } from "../../sdk/typedData";
import { adapter } from "../helpers/operations";
import type { Attempt } from "./attempts";
import { expectAccounts } from "./audit";
import { sendAttempts } from "./bundle";
import type { Chain } from "./chain";
import type { Actor, Reference } from "./reference";
import { sessionFrom, type Shape } from "./sessions";

// What the owner does, by the account or by signature.

/** What a command does to the model and to the chain. */
export type Run = (reference: Reference, chain: Chain) => Promise<void>;

/** The owner signs one session, or two at once; nobody tells the chain. */
export function grantSessions([index, shapes]: readonly [number, readonly Shape[]]): Run {
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

/** By a call of the account. */
export function enableSession(pick: number): Run {
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
export function revokeSession([pick, signed]: readonly [number, boolean]): Run {
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
export function revokeAllSessions([index, shapes]: readonly [number, readonly Shape[]]): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    expect(await call(chain, actor, "revokeAllSessions", [])).to.equal(undefined);
    reference.bump(actor);
    await grantSessions([index, shapes])(reference, chain);
  };
}

type ReinstallInput = readonly [number, boolean, readonly Attempt[], readonly Shape[]];

/** Uninstalls and installs again, by the account or behind its back (`direct`); in between, somebody may try something. */
export function reinstall([index, direct, attempts, shapes]: ReinstallInput): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    const { validatorAddress } = chain.world;
    const account = adapter(chain.world);
    const byAccount = async (data: string) => chain.transact(actor.address, actor.address, data);
    expect(
      await (direct ? call(chain, actor, "onUninstall", ["0x"]) : byAccount(account.uninstallModule(validatorAddress))),
    ).to.equal(undefined);
    Object.assign(actor, { installed: false, paused: false, listed: direct });
    reference.bump(actor);
    await expectAccounts(reference, chain);
    if (attempts.length > 0) await sendAttempts(reference, chain, attempts);
    expectError(await call(chain, actor, "pause", []), "NotInstalled", [actor.address]);
    expect(
      await (direct ? call(chain, actor, "onInstall", ["0x"]) : byAccount(account.installModule(validatorAddress))),
    ).to.equal(undefined);
    Object.assign(actor, { installed: true, listed: true });
    reference.bump(actor);
    await grantSessions([index, shapes])(reference, chain);
  };
}

/** Pauses; somebody may try something; unpauses. */
export function pause([index, attempts]: readonly [number, readonly Attempt[]]): Run {
  return async (reference, chain) => {
    const actor = reference.actors[index]!;
    expect(await call(chain, actor, "pause", [])).to.equal(undefined);
    actor.paused = true;
    await expectAccounts(reference, chain);
    if (attempts.length > 0) await sendAttempts(reference, chain, attempts);
    expect(await call(chain, actor, "unpause", [])).to.equal(undefined);
    actor.paused = false;
  };
}

/** A call of the validator by an account. */
export function call(
  chain: Chain,
  { address }: Actor,
  name: string,
  args: unknown[],
): Promise<DecodedError | undefined> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData(name, args);
  return chain.transact(address, chain.world.validatorAddress, data);
}

/** The transaction reverted with this error. */
export function expectError(error: DecodedError | undefined, name: string, args: readonly unknown[]): void {
  expect(error).to.deep.equal({ name, args });
}
