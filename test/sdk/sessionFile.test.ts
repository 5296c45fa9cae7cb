import { expect } from "chai";
import fc from "fast-check";
import { normalizeSession, SessionKeyError } from "../../sdk";
import { parseSessionFile, stringifySessionFile } from "../../sdk/sessionFile";
import { sessionOf, simpleSession } from "./arbitraries";

const VALIDATOR = "0x00000000000000000000000000000000DeaDBeef";
const HASH = `0x${"ab".repeat(32)}`;

function sample() {
  const grant = { proof: { index: 1, siblings: [HASH] }, signature: "0x1234" };
  return { validator: VALIDATOR, session: normalizeSession(simpleSession()), grant };
}

function expectInvalid(text: string, reason: string): void {
  expect(() => parseSessionFile(text)).to.throw(SessionKeyError, reason);
}

type Json = Record<string, unknown>;

/** The sample's JSON with one thing changed. */
function edited(change: (file: Json, session: Json) => void): string {
  const file = JSON.parse(stringifySessionFile(sample())) as Json;
  change(file, file["session"] as Json);
  return JSON.stringify(file);
}

describe("sessionFile", () => {
  it("reads back what it wrote, with a grant and without", () => {
    fc.assert(
      fc.property(sessionOf(1, 5), fc.boolean(), (session, granted) => {
        const { grant } = sample();
        const file = { validator: VALIDATOR, session: normalizeSession(session), ...(granted ? { grant } : {}) };
        expect(parseSessionFile(stringifySessionFile(file))).to.deep.equal(file);
      }),
      { numRuns: 25 },
    );
  });

  it("writes amounts as decimal strings and ends with a newline", () => {
    const text = stringifySessionFile(sample());
    expect(text)
      .to.match(/"chainId": "\d+"/)
      .and.match(/\n$/);
  });

  it("names what is missing, and what is unknown", () => {
    expectInvalid(
      edited((file) => delete file["validator"]),
      "the file has no validator",
    );
    expectInvalid(
      edited((_, session) => delete session["salt"]),
      "session has no salt",
    );
    expectInvalid(
      edited((file) => (file["key"] = "0x")),
      "the file has the unknown key",
    );
    expectInvalid(
      edited((_, session) => (session["note"] = "")),
      "session has the unknown note",
    );
  });

  it("names what is of another kind", () => {
    expectInvalid("{", "not JSON");
    expectInvalid("[]", "the file is [], expected an object");
    expectInvalid(
      edited((file) => (file["version"] = 2)),
      "version is 2, expected 1",
    );
    expectInvalid(
      edited((_, session) => (session["chainId"] = 1)),
      "session.chainId is 1, expected a decimal number",
    );
    expectInvalid(
      edited((_, session) => (session["epoch"] = "01")),
      'session.epoch is "01"',
    );
    expectInvalid(
      edited((_, session) => (session["salt"] = "-1")),
      'session.salt is "-1"',
    );
    expectInvalid(
      edited((_, session) => (session["validAfter"] = 1.5)),
      "session.validAfter is 1.5, expected a whole",
    );
    expectInvalid(
      edited((_, session) => (session["signer"] = null)),
      "session.signer is null, expected a string",
    );
    expectInvalid(
      edited((_, session) => (session["budgets"] = {})),
      "session.budgets is {}, expected a list",
    );
    expectInvalid(
      edited((_, session) => (session["permissions"] = [1])),
      "session.permissions[0] is 1, expected an object",
    );
  });

  it("judges the session and the grant like everything else of the SDK", () => {
    expectInvalid(
      edited((_, session) => (session["account"] = "0x12")),
      "INVALID_ADDRESS: account is 0x12",
    );
    expectInvalid(
      edited((_, session) => (session["validUntil"] = 1)),
      "InvalidTimeWindow",
    );
    expectInvalid(
      edited((file) => ((file["grant"] as Json)["siblings"] = ["0x12"])),
      "INVALID_HEX: grant.siblings[0]",
    );
  });
});
