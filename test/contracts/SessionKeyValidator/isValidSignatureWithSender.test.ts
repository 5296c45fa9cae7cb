import { expect } from "chai";
import { concat, id } from "ethers";
import { ethers } from "hardhat";
import { digest, grantDigest, sessionId } from "../../../sdk";
import { enable, sessionOf } from "../../helpers/operations";
import { permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

describe("SessionKeyValidator.isValidSignatureWithSender", () => {
  it("says no to everything, whoever asks (J1, J6, J7)", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    await enable(w, session);
    const other = { ...session, salt: 1n };
    for (const hash of [
      id("permit"),
      digest(w.validatorAddress, sessionId(session)),
      grantDigest([other], w.validatorAddress),
    ]) {
      const signatures = ["0x", w.key.signingKey.sign(hash).serialized, w.owner.signingKey.sign(hash).serialized];
      for (const signature of signatures) {
        for (const from of [w.accountAddress, w.stranger.address]) {
          const validator = w.validator.connect(await ethers.getImpersonatedSigner(from));
          for (const sender of [w.accountAddress, w.validatorAddress, w.stranger.address]) {
            expect(await validator.isValidSignatureWithSender(sender, hash, signature)).to.equal("0xffffffff");
          }
        }
      }
    }
  });

  it("hence the account's ERC-1271 says no to a session key, and yes to its owner", async () => {
    const w = await world();
    const hash = id("permit");
    const byKey = concat([w.validatorAddress, w.key.signingKey.sign(hash).serialized]);
    const byOwner = concat([w.ownerValidatorAddress, w.owner.signingKey.sign(hash).serialized]);
    expect(await w.account.isValidSignature(hash, byKey)).to.equal("0xffffffff");
    expect(await w.account.isValidSignature(hash, byOwner)).to.equal("0x1626ba7e");
  });
});
