import { expect } from "chai";
import fc from "fast-check";
import { Wallet } from "ethers";
import { normalizeSession, sessionId, type Session } from "../../../sdk";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "../../../sdk/handover";
import { ALICE, expectCode, sessionOf, simpleSession, TOKEN } from "../arbitraries";

const VALIDATOR = "0x00000000000000000000000000000000DeaDBeef";
const HASH = `0x${"ab".repeat(32)}`;
const KEY = Wallet.createRandom();
const TRANSFER = "function transfer(address to, uint256 amount)";

function sample(changes: Partial<SessionFile> = {}): SessionFile {
  const grant = { proof: { index: 1, siblings: [HASH] }, signature: "0x1234" };
  const session = normalizeSession(simpleSession({ signer: KEY.address.toLowerCase() }));
  return { validator: VALIDATOR, session, grant, ...changes };
}

/** The same session with times that nobody takes for milliseconds. */
function inOurTime(session: Session): Session {
  const length = (session.validUntil - session.validAfter) % 2 ** 31;
  const validAfter = 1 + (session.validAfter % 2 ** 31);
  return { ...session, validAfter, validUntil: validAfter + 1 + length };
}

type Json = Record<string, unknown>;
type Edit = (file: Json, session: Json) => void;

/** The sample's JSON with one thing changed. */
function edited(change: Edit, file: SessionFile = sample()): string {
  const json = JSON.parse(stringifySessionFile(file)) as Json;
  change(json, json["session"] as Json);
  return JSON.stringify(json);
}

/** The change is refused with this code and words; without it the file is accepted. */
function refuses(code: string, reason: string, change: Edit, file?: SessionFile): void {
  const error = expectCode(() => parseSessionFile(edited(change, file)), code);
  expect(error.message).to.include(reason);
  parseSessionFile(edited(() => undefined, file));
}

describe("sessionFile", () => {
  it("reads back what it wrote, with a grant and without", () => {
    fc.assert(
      fc.property(sessionOf(1, 5), fc.boolean(), (generated, granted) => {
        const session = normalizeSession(inOurTime(generated));
        const { grant } = sample();
        const file = { validator: VALIDATOR, session, ...(granted ? { grant: grant! } : {}) };
        expect(parseSessionFile(stringifySessionFile(file))).to.deep.equal(file);
      }),
      { numRuns: 25 },
    );
  });

  it("carries a label and the functions of its contracts", () => {
    const file = sample({ label: "Payroll of July", contracts: { [TOKEN]: [TRANSFER] } });
    expect(parseSessionFile(stringifySessionFile(file))).to.deep.equal(file);
  });

  it("writes amounts as decimal strings, names its schema, and ends with a newline", () => {
    const text = stringifySessionFile(sample());
    expect(text)
      .to.match(/"chainId": "\d+"/)
      .and.match(/"\$schema": "urn:session-keys:session-file:2"/)
      .and.match(/\n$/);
  });

  it("never holds the key unless asked, and then checks that it is the session's", () => {
    const file = sample({ key: KEY.privateKey });
    expect(stringifySessionFile(file)).to.not.include(KEY.privateKey.slice(2));
    expect(parseSessionFile(stringifySessionFile(file))).to.deep.equal(sample());
    const text = stringifySessionFile(file, { dangerouslyWithKey: true });
    expect(parseSessionFile(text).key).to.equal(KEY.privateKey);
    const other = Wallet.createRandom().privateKey;
    const wrong = expectCode(() => parseSessionFile(text.replace(KEY.privateKey, other)), "WRONG_KEY");
    expect(wrong.message).to.not.include(other.slice(2));
    const short = expectCode(
      () => parseSessionFile(text.replace(KEY.privateKey, KEY.privateKey.slice(0, 64))),
      "WRONG_FIELD",
    );
    expect(short.message).to.include("key is something, expected 0x").and.not.include(KEY.privateKey.slice(2, 64));
    const noJson = expectCode(() => parseSessionFile(text.replace('"key":', "key:")), "NOT_JSON");
    expect(noJson.message).to.not.include(KEY.privateKey.slice(2, 12));
    expectCode(() => parseSessionFile(text.replace(KEY.privateKey, `0x${"00".repeat(32)}`)), "WRONG_KEY");
  });

  it("names what is missing, and what is unknown", () => {
    refuses("MISSING_FIELD", "the document has no validator", (file) => delete file["validator"]);
    refuses("MISSING_FIELD", "session has no salt", (_, session) => delete session["salt"]);
    refuses("UNKNOWN_FIELD", "the document has the unknown note", (file) => (file["note"] = ""));
    refuses("UNKNOWN_FIELD", "session has the unknown note", (_, session) => (session["note"] = ""));
    refuses("UNKNOWN_FIELD", "grant has the unknown key", (file) => ((file["grant"] as Json)["key"] = HASH));
  });

  it("names wrong versions", () => {
    refuses("WRONG_VERSION", "version is 1, expected 2", (file) => (file["version"] = 1));
    refuses("WRONG_VERSION", 'version is "2", expected 2', (file) => (file["version"] = "2"));
    refuses("WRONG_VERSION", '$schema is "https://', (file) => (file["$schema"] = "https://example.org"));
  });

  it("names wrong units", () => {
    const budget = (session: Json) => (session["budgets"] as Json[])[0]!;
    refuses("WRONG_UNIT", "session.chainId is 1, expected a decimal", (_, session) => (session["chainId"] = 1));
    refuses("WRONG_UNIT", 'session.epoch is "01"', (_, session) => (session["epoch"] = "01"));
    refuses("WRONG_UNIT", 'session.salt is "-1"', (_, session) => (session["salt"] = "-1"));
    refuses("WRONG_UNIT", 'session.budgets[0].limit is "0.5"', (_, session) => (budget(session)["limit"] = "0.5"));
    refuses("WRONG_UNIT", 'limit is "0x64"', (_, session) => (budget(session)["limit"] = "0x64"));
    refuses("WRONG_UNIT", 'limit is "1e18"', (_, session) => (budget(session)["limit"] = "1e18"));
  });

  it("names milliseconds", () => {
    const reason = "session.validUntil is 3000000000000, expected unix seconds, not milliseconds";
    refuses("MILLISECONDS", reason, (_, session) => (session["validUntil"] = 3_000_000_000_000));
    refuses("WRONG_FIELD", "session.validAfter is 1.5, expected unix", (_, session) => (session["validAfter"] = 1.5));
    refuses("WRONG_FIELD", "session.validAfter is 0, expected unix", (_, session) => (session["validAfter"] = 0));
    const late = sample({
      session: {
        ...sample().session,
        validUntil: 3_000_000_000_000,
        budgets: [],
        permissions: [{ ...sample().session.permissions[0]!, charges: [] }],
      },
    });
    expectCode(() => stringifySessionFile(late), "MILLISECONDS");
  });

  it("names what is of another kind", () => {
    expectCode(() => parseSessionFile("{"), "NOT_JSON");
    expect(expectCode(() => parseSessionFile("[]"), "WRONG_FIELD").message).to.include(
      "the document is [], expected an object",
    );
    refuses("WRONG_FIELD", "session.signer is null, expected 0x", (_, session) => (session["signer"] = null));
    refuses("WRONG_FIELD", "session.budgets is {}, expected a list", (_, session) => (session["budgets"] = {}));
    refuses(
      "WRONG_FIELD",
      "session.permissions[0] is 1, expected an object",
      (_, session) => (session["permissions"] = [1]),
    );
    refuses("WRONG_FIELD", 'session.account is "0x12"', (_, session) => (session["account"] = "0x12"));
    refuses("WRONG_FIELD", 'grant.siblings[0] is "0x12"', (file) => ((file["grant"] as Json)["siblings"] = ["0x12"]));
    refuses("WRONG_FIELD", "label is", (file) => (file["label"] = ""), sample({ label: "x" }));
  });

  it("names what was tampered with", () => {
    refuses("WRONG_ID", "one of them was changed", (_, session) => (session["salt"] = "8"));
    refuses("WRONG_ID", "one of them was changed", (file) => (file["sessionId"] = HASH));
    const permission = (session: Json) => (session["permissions"] as Json[])[0]!;
    refuses("WRONG_ID", "one of them was changed", (_, session) => (permission(session)["target"] = ALICE));
    refuses("InvalidTimeWindow", "validUntil 1", (_, session) => (session["validUntil"] = 1));
    const swap = (letter: string) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase());
    const typo = TOKEN.replace(/[a-f]/gi, swap);
    refuses("INVALID_ADDRESS", "target", (_, session) => (permission(session)["target"] = typo));
  });

  it("takes functions of the session's own contracts only", () => {
    const named = sample({ contracts: { [TOKEN]: [TRANSFER] } });
    refuses(
      "WRONG_FIELD",
      "no permission names that address",
      (file) => (file["contracts"] = { [ALICE]: [TRANSFER] }),
      named,
    );
    refuses("WRONG_FIELD", "expected a function", (file) => (file["contracts"] = { [TOKEN]: ["go!"] }), named);
    refuses("WRONG_FIELD", "contracts.0x12", (file) => (file["contracts"] = { "0x12": [] }), named);
  });

  it("has the id of the session", () => {
    const json = JSON.parse(stringifySessionFile(sample())) as Json;
    expect(json["sessionId"]).to.equal(sessionId(sample().session));
  });
});
