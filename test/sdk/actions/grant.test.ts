import { expect } from "chai";
import { verifyTypedData, Wallet } from "ethers";
import {
  grantSession,
  grantSessions,
  grantTypedData,
  kernelAccount,
  modularAccount,
  transferPermission,
} from "../../../sdk";
import { ACCOUNT, ALICE, simpleSession, TOKEN, VALIDATOR } from "../arbitraries";
import { expectCodeOf } from "../../helpers/owner";

const signer = Wallet.createRandom();
const owner = { signer, adapter: modularAccount(TOKEN), validator: VALIDATOR };

describe("grantSession", () => {
  const session = simpleSession();

  it("is the owner's signature over the session, as the account takes it", async () => {
    const grant = await grantSession(owner, session);
    expect(grant).to.deep.include({ sessions: [session], validator: VALIDATOR });
    const { domain, types, message } = grantTypedData([session], VALIDATOR);
    expect(grant.signature.slice(0, 42)).to.equal(TOKEN.toLowerCase());
    expect(verifyTypedData(domain, types, message, `0x${grant.signature.slice(42)}`)).to.equal(signer.address);
  });

  it("asks the wallet for what the account wants to see", async () => {
    const adapter = kernelAccount({ account: ACCOUNT, chainId: 1n });
    const grant = await grantSessions({ ...owner, adapter }, [session, { ...session, chainId: 2n }]);
    const { domain, types, message } = adapter.ownerTypedData(grantTypedData(grant.sessions, VALIDATOR));
    expect(verifyTypedData(domain, types, message, `0x${grant.signature.slice(4)}`)).to.equal(signer.address);
  });

  it("refuses what could never be used, and sessions of different heights", async () => {
    await expectCodeOf(grantSession(owner, { ...session, permissions: [] }), "EMPTY_PERMISSIONS");
    const two = { ...session, permissions: [...session.permissions, transferPermission(ALICE, 1n)] };
    await expectCodeOf(grantSessions(owner, [session, two]), "DIFFERENT_HEIGHTS");
    await expectCodeOf(grantSessions(owner, []), "EMPTY_GRANT");
    await grantSessions(owner, [two, { ...two, salt: 8n }]);
  });
});
