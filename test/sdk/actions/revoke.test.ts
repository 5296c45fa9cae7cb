import { expect } from "chai";
import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import {
  assertRevoked,
  enableSession,
  grantSession,
  inspectAccount,
  pauseSessions,
  revokeAllSessions,
  revokeSession,
  revokeSessionBySig,
  rule,
  sessionId,
  signRevocation,
  STATUSES,
  unpauseSessions,
  type Call,
} from "../../../sdk";
import { asAccount, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import { expectCodeOf, ownerOf } from "../../helpers/owner";
import { callOf, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

/** PUSH1 2, return it: whatever the question is. 2 is "revoked", and as validation data no refusal. */
const ANSWERS_TWO = "0x600260005260206000f3";
const LIAR = "0x000000000000000000000000000000000000bEEF";

async function ready() {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w, { rules: [rule("lte", [0], 9n)] })]);
  const owner = ownerOf(w);
  return { w, owner, session, call: callOf(w, [5]) };
}

describe("Owner's actions", () => {
  it("enable publishes and enables; revoke revokes, and sees that it is dead", async () => {
    const { w, owner, session, call } = await ready();
    expect((await enableSession(owner, session)).success).to.equal(true);
    await use(w, session, [call]);
    expect((await revokeSession(owner, session)).success).to.equal(true);
    await expectRefusal(w, await operation(w, session, [call]), "SessionIsRevoked", [sessionId(session)]);
  });

  it("a granted session that never was enabled is dead too, and its grant with it", async () => {
    const { w, owner, session, call } = await ready();
    const grant = await grantSession(owner, session);
    const granted = { mode: "enable", grant } as const;
    await expectCodeOf(assertRevoked(ethers.provider, w.validatorAddress, session), "NOT_REVOKED");
    const alive = await operation(w, session, [call], granted);
    await revokeSession(owner, session);
    await expectRefusal(w, alive, "SessionIsRevoked", [sessionId(session)]);
  });

  it("revoke by id alone, and by signature; then only the status can be looked at", async () => {
    const { w, owner, session } = await ready();
    await enableSession(owner, session);
    const other = { ...session, salt: 9n };
    const ref = { account: session.account, sessionId: sessionId(session) };
    await revokeSession(owner, ref);
    expect(await assertRevoked(owner.provider, w.validatorAddress, ref)).to.deep.equal({
      sessionId: ref.sessionId,
      by: "status",
    });
    const revocation = await signRevocation(owner, other);
    await revokeSessionBySig(w.stranger, w.validatorAddress, revocation);
    expect(await w.validator.sessionStatus(sessionId(other), w.accountAddress)).to.equal(STATUSES.revoked);
  });

  it("a signature of anybody else revokes nothing", async () => {
    const { w, owner, session } = await ready();
    const forged = await signRevocation({ ...owner, signer: w.otherKey }, session);
    await expect(revokeSessionBySig(w.stranger, w.validatorAddress, forged)).to.be.revertedWithCustomError(
      w.validator,
      "BadRevocation",
    );
    await revokeSessionBySig(w.stranger, w.validatorAddress, await signRevocation(owner, session));
  });

  it("revoke-all is a new epoch: every session and unused grant is dead", async () => {
    const { w, owner, session, call } = await ready();
    await enableSession(owner, session);
    const { epoch } = await inspectAccount(owner.provider, w.validatorAddress, w.accountAddress);
    await revokeAllSessions(owner, w.accountAddress);
    expect((await inspectAccount(owner.provider, w.validatorAddress, w.accountAddress)).epoch).to.equal(epoch + 1n);
    await expectRefusal(w, await operation(w, session, [call]), "SessionNotEnabled");
    expect(await assertRevoked(owner.provider, w.validatorAddress, session)).to.deep.equal({
      sessionId: sessionId(session),
      by: "epoch",
      refusal: "SessionNotEnabled",
    });
  });

  it("pause and unpause", async () => {
    const { w, owner, session, call } = await ready();
    await enableSession(owner, session);
    await pauseSessions(owner, w.accountAddress);
    await expectRefusal(w, await operation(w, session, [call]), "AccountPaused", [w.accountAddress]);
    await unpauseSessions(owner, w.accountAddress);
    await use(w, session, [call]);
  });
});

describe("Revocations that do not revoke", () => {
  it("that the account never executed", async () => {
    const { owner, session } = await ready();
    await enableSession(owner, session);
    const deaf = { ...owner, execute: () => Promise.resolve("ok") };
    await expectCodeOf(revokeSession(deaf, session), "NOT_REVOKED");
    await expectCodeOf(revokeAllSessions(deaf, session.account), "NOT_REVOKED");
    await expectCodeOf(pauseSessions(deaf, session.account), "NOT_PAUSED");
    await revokeSession(owner, session);
  });

  it("whose call failed inside of an operation that succeeded", async () => {
    const { w, owner, session } = await ready();
    await enableSession(owner, session);
    const failing: Call = {
      target: w.targetAddress,
      value: 0n,
      data: w.target.interface.encodeFunctionData("fail", [1]),
    };
    const clumsy = {
      ...owner,
      execute: (account: string, calls: readonly Call[]) => owner.execute(account, [...calls, failing]),
    };
    await expectCodeOf(revokeSession(clumsy, session), "NOT_REVOKED");
  });

  it("that went to another validator, which says that it is not installed", async () => {
    const { w, owner, session, call } = await ready();
    await enableSession(owner, session);
    const another = await (await ethers.getContractFactory("SessionKeyValidator")).deploy();
    const address = await another.getAddress();
    await revokeSession({ ...owner, validator: address }, session);
    expect((await assertRevoked(owner.provider, address, session)).refusal).to.equal("NotInstalled");
    await use(w, session, [call]);
    await expectCodeOf(assertRevoked(owner.provider, w.validatorAddress, session), "NOT_REVOKED");
  });

  it("a status that says revoked, and a validator that takes the operation all the same", async () => {
    const { w, owner, session } = await ready();
    await revokeSession(owner, session);
    await setCode(LIAR, ANSWERS_TWO);
    await expectCodeOf(assertRevoked(owner.provider, LIAR, session), "STILL_USABLE");
    expect((await assertRevoked(owner.provider, w.validatorAddress, session)).refusal).to.equal("SessionIsRevoked");
  });

  it("sees through a pause, and without the module", async () => {
    const { w, owner, session } = await ready();
    await revokeSession(owner, session);
    await pauseSessions(owner, w.accountAddress);
    const looked = () => assertRevoked(owner.provider, w.validatorAddress, session);
    expect((await looked()).refusal).to.equal("AccountPaused");
    await (await asAccount(w)).onUninstall("0x");
    expect((await looked()).refusal).to.equal("NotInstalled");
  });
});
