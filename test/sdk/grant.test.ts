import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { digest, grantDigest, grantTypedData, proofFor, sessionId } from "../../sdk";
import { foldProof } from "../../sdk/tree";
import { grantStructHash } from "../../sdk/typedData";
import { expectCode, simpleSession, VALIDATOR } from "./arbitraries";

describe("grant", () => {
  const sessions = [1n, 10n, 42n].map((chainId) => simpleSession({ chainId }));
  const grant = { sessions, validator: VALIDATOR, signature: "0x1234" };

  it("of one session is the session itself", () => {
    const one = { ...grant, sessions: sessions.slice(0, 1) };
    expect(grantDigest(one.sessions, VALIDATOR)).to.equal(digest(VALIDATOR, sessionId(sessions[0]!)));
    expect(grantTypedData(one.sessions, VALIDATOR).primaryType).to.equal("Session");
    expect(proofFor(one, 0)).to.deep.equal({ proof: { index: 0, siblings: [] }, signature: "0x1234" });
  });

  it("of several proves each of them", () => {
    const { domain, types, message, primaryType } = grantTypedData(sessions, VALIDATOR);
    expect(primaryType).to.equal("SessionGrant");
    expect(grantDigest(sessions, VALIDATOR)).to.equal(TypedDataEncoder.hash(domain, types, message));
    sessions.forEach((session, index) => {
      const root = foldProof(sessionId(session), proofFor(grant, index).proof);
      expect(digest(VALIDATOR, grantStructHash(root, 2, 0))).to.equal(grantDigest(sessions, VALIDATOR));
    });
  });

  it("refuses to be empty, and to prove a session it does not have", () => {
    expectCode(() => grantDigest([], VALIDATOR), "EMPTY_GRANT");
    expectCode(() => proofFor({ ...grant, sessions: [] }, 0), "EMPTY_GRANT");
    expectCode(() => proofFor(grant, 3), "InvalidLeafIndex", { found: 3, leaves: 3 });
    const higher = { ...sessions[0]!, permissions: [...sessions[0]!.permissions, ...sessions[0]!.permissions] };
    expectCode(() => grantDigest([sessions[0]!, higher], VALIDATOR), "DIFFERENT_HEIGHTS");
  });
});
