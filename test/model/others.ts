import { expect } from "chai";
import { concat, toBeHex } from "ethers";
import { digest, STATUSES, VALIDATOR_INTERFACE } from "../../sdk";
import { sessionRevocationHash } from "../../sdk/typedData";
import { adapter } from "../helpers/operations";
import { validationCall } from "../helpers/validation";
import type { Chain } from "./chain";
import { call, expectError, type Run } from "./owner";
import { increase, type Actor, type Granted, type Reference } from "./reference";
import { partyOf } from "./sessions";

// What everybody else does: spenders, strangers, the other account.

/** The spender takes what it was allowed, for the session's recipient. */
export function pull(pick: number): Run {
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

/** With a session that is not theirs. */
export const MEDDLINGS = ["validate", "revoke by signature", "enable elsewhere", "revoke elsewhere"] as const;

/** Somebody else, or the other account, does something with a session that is not theirs. */
export function meddle([pick, how]: readonly [number, (typeof MEDDLINGS)[number]]): Run {
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
