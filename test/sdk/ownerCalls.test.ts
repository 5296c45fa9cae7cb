import { expect } from "chai";
import { id } from "ethers";
import {
  enableCall,
  enableIdsCall,
  parseSession,
  pauseCall,
  revokeAllCall,
  revokeCall,
  sessionId,
  unpauseCall,
  VALIDATOR_INTERFACE,
  type Call,
} from "../../sdk";
import { expectCode, simpleSession, VALIDATOR } from "./arbitraries";

/** The name of what is called, and its arguments. */
function read(call: Call): [string, ...unknown[]] {
  expect([call.target, call.value]).to.deep.equal([VALIDATOR, 0n]);
  const { name, args } = VALIDATOR_INTERFACE.parseTransaction({ data: call.data })!;
  return [name, ...(args.toArray(true) as unknown[])];
}

describe("ownerCalls", () => {
  const session = simpleSession();

  it("enables with the document, or by ids without", () => {
    const [name, enabled, data] = read(enableCall(VALIDATOR, session));
    expect([name, enabled]).to.deep.equal(["enableSession", sessionId(session)]);
    expect(sessionId(parseSession(data as string))).to.equal(sessionId(session));
    expect(read(enableIdsCall(VALIDATOR, [id("a"), id("b")]))).to.deep.equal(["enableSessions", [id("a"), id("b")]]);
  });

  it("does not enable what the contract would never let through", () => {
    expectCode(() => enableCall(VALIDATOR, { ...session, permissions: [] }), "EMPTY_PERMISSIONS");
  });

  it("revokes one, several, all", () => {
    expect(read(revokeCall(VALIDATOR, id("a")))).to.deep.equal(["revokeSession", id("a")]);
    expect(read(revokeCall(VALIDATOR, id("a"), id("b")))).to.deep.equal(["revokeSessions", [id("a"), id("b")]]);
    expect(read(revokeAllCall(VALIDATOR))).to.deep.equal(["revokeAllSessions"]);
  });

  it("pauses and unpauses", () => {
    expect([read(pauseCall(VALIDATOR)), read(unpauseCall(VALIDATOR))]).to.deep.equal([["pause"], ["unpause"]]);
  });
});
