import { expect } from "chai";
import { concat, id, ZeroAddress } from "ethers";
import { ENTRY_POINTS, grantDigest, NO_USAGE, VALIDATOR_INTERFACE } from "../../sdk";
import { ECDSAOwnerValidator__factory } from "../../typechain-types";
import { adapter } from "../helpers/operations";
import { ACCOUNT_INTERFACE, type Chain } from "./chain";
import { ATTACKER } from "./deeds";
import { expectOutflow } from "./invariants";
import { allowanceOf, outflowOf, storedOf, tokensOf } from "./observation";
import type { Actor, Reference } from "./reference";

// Invariants I5 to I8. What they look at stays as it is once it is wrong, so most of it is looked at when a sequence ends.

const OWNER_INTERFACE = ECDSAOwnerValidator__factory.createInterface();
const ERC1271_MAGIC = "0x1626ba7e";
const VALIDATOR_TYPE = 1;

/** After every command: each account is in the epoch and state that its own owner put it in (I5). */
export async function expectAccounts({ actors }: Reference, chain: Chain): Promise<void> {
  const ask = async (name: string, { address }: Actor): Promise<unknown> =>
    (await chain.view(VALIDATOR_INTERFACE, chain.world.validatorAddress, name, [address]))[0];
  for (const actor of actors) {
    const [installed, paused, epoch] = await Promise.all([
      ask("isInitialized", actor),
      ask("isPaused", actor),
      ask("epochOf", actor),
    ]);
    const expected = { installed: actor.installed, paused: actor.paused, epoch: actor.epoch };
    expect({ installed, paused, epoch }, `the state of ${actor.address} (I5)`).to.deep.equal(expected);
  }
}

/** When a sequence ends. */
export async function expectIntact(reference: Reference, chain: Chain): Promise<void> {
  await expectSessions(reference, chain);
  for (const actor of reference.actors) {
    await expectConfiguration(actor, chain);
    await expectNoSignature(actor, reference, chain);
  }
  await expectNothingGained(reference, chain);
}

/** Every session under both accounts: of one account nothing is stored under the other that it did not ask for (I5). */
async function expectSessions(reference: Reference, chain: Chain): Promise<void> {
  for (const granted of reference.granted) {
    const { number, status, usage, session, actor } = granted;
    expect(await storedOf(chain, granted), `session ${number}`).to.deep.equal({ status, usage });
    expectOutflow(reference, granted, await outflowOf(chain, granted));
    const other = reference.actors.find((one) => one !== actor)!;
    expect(await storedOf(chain, granted, other.address), `session ${number} elsewhere (I5)`).to.deep.equal({
      status: reference.foreign.get(`${other.address} ${granted.id}`) ?? 0,
      usage: session.budgets.map(() => NO_USAGE),
    });
  }
}

/** Modules, owner, deposit's stake and the nonce of the owner's key are what they were (I6). */
async function expectConfiguration({ address, listed }: Actor, chain: Chain): Promise<void> {
  const { validatorAddress, ownerValidatorAddress, owner, entryPoint } = chain.world;
  const lists = async (module: string): Promise<unknown> =>
    (await chain.view(ACCOUNT_INTERFACE, address, "isModuleInstalled", [VALIDATOR_TYPE, module, "0x"]))[0];
  const key = adapter(chain.world).nonceKey(ownerValidatorAddress);
  const [nonce] = await chain.view(entryPoint.interface, ENTRY_POINTS["0.8"], "getNonce", [address, key]);
  const [deposit] = await chain.view(entryPoint.interface, ENTRY_POINTS["0.8"], "getDepositInfo", [address]);
  const [ownedBy] = await chain.view(OWNER_INTERFACE, ownerValidatorAddress, "ownerOf", [address]);
  const { staked, stake } = deposit as { staked: boolean; stake: bigint };
  const found = { session: await lists(validatorAddress), owner: await lists(ownerValidatorAddress), ownedBy, nonce };
  expect({ ...found, staked, stake }, `the configuration of ${address} (I6)`).to.deep.equal({
    session: listed,
    owner: true,
    ownedBy: owner.address,
    nonce: key << 64n,
    staked: false,
    stake: 0n,
  });
}

/** A session key signs nothing for the account: no message, no grant of another session (I7). */
async function expectNoSignature({ address }: Actor, { granted }: Reference, chain: Chain): Promise<void> {
  const { validatorAddress, key } = chain.world;
  const wished = { ...granted[0]!.session, account: address, salt: 2n ** 64n - 1n };
  for (const digest of [id("a message of the account"), grantDigest([wished], validatorAddress)]) {
    const signature = concat([validatorAddress, key.signingKey.sign(digest).serialized]);
    const [answer] = await chain.view(ACCOUNT_INTERFACE, address, "isValidSignature", [digest, signature]);
    expect(answer, `a session key signed for ${address} (I7)`).to.not.equal(ERC1271_MAGIC);
  }
}

/** The validator holds nothing (I8); who was granted nothing got nothing (I1). */
async function expectNothingGained({ actors }: Reference, chain: Chain): Promise<void> {
  for (const nobody of [chain.world.validatorAddress, ATTACKER, ZeroAddress]) {
    expect(await tokensOf(chain, nobody), `tokens of ${nobody} (I8)`).to.equal(0n);
    expect(await chain.balance(nobody), `wei of ${nobody} (I8)`).to.equal(0n);
  }
  for (const { address } of actors) {
    expect(await allowanceOf(chain, address, ATTACKER), `what ${address} allows the attacker (I1)`).to.equal(0n);
  }
}
