import { expect } from "chai";
import * as fc from "fast-check";
import { parseSession, serializeSession, sessionId } from "../../sdk";
import { expectCode, sessionOf, simpleSession } from "./arbitraries";

describe("serialize", () => {
  it("parses what it serialises", () => {
    fc.assert(
      fc.property(sessionOf(1, 5), (session) => {
        const parsed = parseSession(serializeSession(session));
        expect(parsed).to.deep.equal(session);
        expect(sessionId(parsed)).to.equal(sessionId(session));
      }),
      { numRuns: 50 },
    );
  });

  it("refuses another version, other encodings, and sessions that are refused", () => {
    const bytes = serializeSession(simpleSession());
    expect(parseSession(bytes)).to.deep.equal(simpleSession());
    expectCode(() => parseSession(`0x02${bytes.slice(4)}`), "UNKNOWN_VERSION", { found: "02" });
    expectCode(() => parseSession("0x"), "UNKNOWN_VERSION");
    expectCode(() => parseSession(`${bytes}${"00".repeat(32)}`), "MALFORMED_SESSION");
    expectCode(() => parseSession(bytes.slice(0, -64)), "MALFORMED_SESSION");
    expectCode(() => parseSession("0x01"), "MALFORMED_SESSION");
    // A dirty bit above the account's 160.
    expectCode(() => parseSession(`${bytes.slice(0, 4 + 64)}01${bytes.slice(4 + 66)}`), "MALFORMED_SESSION");
    expectCode(() => serializeSession(simpleSession({ validAfter: 0 })), "InvalidTimeWindow");
  });
});
