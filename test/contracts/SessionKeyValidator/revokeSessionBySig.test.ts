import { expect } from "chai";
import { concat, id } from "ethers";
import { digest, sessionId, sessionRevocationTypedData } from "../../../sdk";
import { sessionRevocationHash } from "../../../sdk/typedData";
import { adapter, asAccount, enable, sessionOf } from "../../helpers/operations";
import { attempt, callOf, expectAccepted, expectRevert, permissionFor } from "../../helpers/validation";
import { wallet, world, type World } from "../../helpers/world";
import { ERC1271_MAGIC, validAnswers, wrongAnswers } from "./answers";

const ID = id("a session");

/** The owner's signature, as a wallet makes it, wrapped for the account. */
async function revocation(
  w: World,
  {
    account = w.accountAddress,
    chainId = w.chainId,
    sessionId = ID,
    validator = w.validatorAddress,
    owner = w.owner,
  } = {},
): Promise<string> {
  const { domain, types, message } = sessionRevocationTypedData({ account, chainId, sessionId }, validator);
  return adapter(w).wrapOwnerSignature(await owner.signTypedData({ ...domain }, types, message));
}

const digestOf = (w: World, account = w.accountAddress, sid = ID): string =>
  digest(w.validatorAddress, sessionRevocationHash(account, w.chainId, sid));

describe("SessionKeyValidator.revokeSessionBySig", () => {
  it("ends a session on the owner's word, whoever brings it", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    const sid = await enable(w, session);
    const op = await attempt(w, session, [callOf(w)]);
    await expectAccepted(w, op);
    const signature = await revocation(w, { sessionId: sid });
    await expect(w.validator.connect(w.stranger).revokeSessionBySig(w.accountAddress, sid, signature))
      .to.emit(w.validator, "SessionRevoked")
      .withArgs(w.accountAddress, sid);
    await expectRevert(w, op, "SessionIsRevoked", [sessionId(session)]);
    expect(await w.validator.sessionStatus(sid, w.stranger.address)).to.equal(0n);
  });

  it("works for a session that was never enabled, again, while paused, and after uninstalling", async () => {
    const w = await world();
    const account = await asAccount(w);
    const signature = await revocation(w);
    await account.pause();
    await w.validator.revokeSessionBySig(w.accountAddress, ID, signature);
    await account.onUninstall("0x");
    await w.validator.revokeSessionBySig(w.accountAddress, ID, signature);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(2n);
  });

  it("takes the owner's signature over this revocation only", async () => {
    const w = await world();
    const good = await revocation(w);
    const bare = `0x${good.slice(42)}`;
    const wrong: Record<string, string> = {
      "another owner": await revocation(w, { owner: wallet("thief") }),
      "the session key": await revocation(w, { owner: w.key }),
      "another session": await revocation(w, { sessionId: id("another") }),
      "another account": await revocation(w, { account: w.otherAccountAddress }),
      "another chain": await revocation(w, { chainId: w.chainId + 1n }),
      "another validator": await revocation(w, { validator: w.targetAddress }),
      "a grant": adapter(w).wrapOwnerSignature(w.owner.signingKey.sign(digest(w.validatorAddress, ID)).serialized),
      "no wrapping": bare,
      "wrapped for the session key validator": concat([w.validatorAddress, bare]),
      nothing: "0x",
    };
    for (const [name, signature] of Object.entries(wrong)) {
      await expect(w.validator.revokeSessionBySig(w.accountAddress, ID, signature), name)
        .to.be.revertedWithCustomError(w.validator, "BadRevocation")
        .withArgs(w.accountAddress, digestOf(w));
    }
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(0n);
    await w.validator.revokeSessionBySig(w.accountAddress, ID, good);
    expect(await w.validator.sessionStatus(ID, w.accountAddress)).to.equal(2n);
  });

  for (const [name, deploy] of Object.entries(validAnswers(ERC1271_MAGIC))) {
    it(`is done if the account answers with ${name}`, async () => {
      const w = await world();
      const account = await deploy(w);
      await w.validator.revokeSessionBySig(account, ID, "0x");
      expect(await w.validator.sessionStatus(ID, account)).to.equal(2n);
    });
  }

  for (const [name, deploy] of Object.entries(wrongAnswers(ERC1271_MAGIC))) {
    it(`is refused if the account answers with ${name}`, async () => {
      const w = await world();
      const account = await deploy(w);
      const gasLimit = 3_000_000n;
      await expect(w.validator.revokeSessionBySig(account, ID, "0x", { gasLimit }))
        .to.be.revertedWithCustomError(w.validator, "BadRevocation")
        .withArgs(account, digestOf(w, account));
      expect(await w.validator.sessionStatus(ID, account)).to.equal(0n);
    });
  }

  it("is refused for an account without code, and for precompiles", async () => {
    const w = await world();
    for (const account of [w.stranger.address, ...[1, 2, 4].map((i) => `0x${"00".repeat(19)}0${i}`)]) {
      await expect(w.validator.revokeSessionBySig(account, ID, "0x"))
        .to.be.revertedWithCustomError(w.validator, "BadRevocation")
        .withArgs(account, digestOf(w, account));
    }
  });
});
