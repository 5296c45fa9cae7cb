import { expect } from "chai";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import {
  enableSession,
  grantSession,
  grantSessions,
  pauseSessions,
  proofFor,
  revokeAllSessions,
  revokeSession,
  type Session,
} from "../../../sdk";
import { importSession, stringifySessionFile, type SessionFile } from "../../../sdk/handover";
import { asAccount, sessionOf } from "../../helpers/operations";
import { expectCodeOf, ownerOf } from "../../helpers/owner";
import { permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

async function ready() {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w)]);
  const owner = ownerOf(w);
  const granted = async (changes: Partial<Session> = {}): Promise<SessionFile> => {
    const changed = { ...session, ...changes };
    return { validator: w.validatorAddress, session: changed, grant: proofFor(await grantSession(owner, changed), 0) };
  };
  const load = (file: SessionFile, validator?: string) =>
    importSession(ethers.provider, stringifySessionFile(file), validator === undefined ? {} : { validator });
  return { w, session, owner, granted, load };
}

describe("importSession", () => {
  it("takes what the owner granted, alone or among others, enabled or not", async () => {
    const { w, session, owner, granted, load } = await ready();
    const file = await granted();
    expect(await load(file, w.validatorAddress)).to.include({ enabled: false, paused: false });
    const sessions = [session, { ...session, salt: 1n }, { ...session, salt: 2n }];
    const grant = await grantSessions(owner, sessions);
    for (const [index, each] of sessions.entries()) {
      await load({ validator: w.validatorAddress, session: each, grant: proofFor(grant, index) });
    }
    await enableSession(owner, session);
    await pauseSessions(owner, w.accountAddress);
    const bare = { validator: file.validator, session: file.session };
    expect(await load(bare)).to.include({ enabled: true, paused: true });
  });

  it("refuses another chain, validator or account", async () => {
    const { w, granted, load } = await ready();
    const file = await granted();
    await expectCodeOf(load(await granted({ chainId: 1n })), "WRONG_CHAIN");
    await expectCodeOf(load(file, w.targetAddress), "WRONG_VALIDATOR");
    await expectCodeOf(load({ ...file, validator: w.stranger.address }), "WRONG_VALIDATOR");
    await expectCodeOf(load({ ...file, validator: w.ownerValidatorAddress }), "WRONG_VALIDATOR");
    await expectCodeOf(load(await granted({ account: w.stranger.address })), "ACCOUNT_MISSING");
    await expectCodeOf(load(await granted({ account: await w.factory.getAddress() })), "NOT_INSTALLED");
    await load(file, w.validatorAddress);
  });

  it("refuses what the owner never signed, and what has no grant", async () => {
    const { w, owner, session, granted, load } = await ready();
    const file = await granted();
    const other = await granted({ salt: 5n });
    await expectCodeOf(load({ ...file, grant: other.grant! }), "WRONG_GRANT");
    await expectCodeOf(load({ ...file, grant: { ...file.grant!, signature: "0x" } }), "WRONG_GRANT");
    const forged = await grantSession({ ...owner, signer: w.otherKey }, session);
    await expectCodeOf(load({ ...file, grant: proofFor(forged, 0) }), "WRONG_GRANT");
    const bare = { validator: file.validator, session: file.session };
    await expectCodeOf(load(bare), "GRANT_MISSING");
    await load(file);
  });

  it("refuses an older epoch, a revoked session, an expired one, and an account without the module", async () => {
    const { w, owner, granted, load } = await ready();
    const file = await granted();
    await expectCodeOf(load(await granted({ epoch: 9n })), "WRONG_EPOCH");
    await revokeSession(owner, file.session);
    await expectCodeOf(load(file), "SESSION_REVOKED");
    const next = await granted({ salt: 1n });
    await load(next);
    await time.increaseTo(next.session.validUntil + 1);
    await expectCodeOf(load(next), "SESSION_EXPIRED");
    await revokeAllSessions(owner, w.accountAddress);
    await expectCodeOf(load(next), "WRONG_EPOCH");
    await (await asAccount(w)).onUninstall("0x");
    await expectCodeOf(load(next), "NOT_INSTALLED");
  });

  it("does not take a network that is down for a no", async () => {
    const { granted, load } = await ready();
    await load(await granted());
    const down = new ethers.JsonRpcProvider("http://127.0.0.1:1", 31337, { staticNetwork: true });
    const text = stringifySessionFile(await granted());
    const failure = await importSession(down, text).catch((error: unknown) => error);
    expect(failure).to.have.property("code", "ECONNREFUSED");
    down.destroy();
  });
});
