import { expect } from "chai";
import * as fc from "fast-check";
import { ZeroAddress } from "ethers";
import { MAX_UINT256, openEnvelope, permissionTree, MODES, type Envelope, type Mode, type Session } from "../../sdk";
import { decodeEnvelope, encodeEnvelope, sealEnvelope } from "../../sdk/envelope";
import { byteLength } from "../../sdk/hex";
import { bytesHex, expectCode, sessionOf, simpleSession } from "./arbitraries";

const body = ({ permissions }: Session, index: number) => {
  const { kind, maxValue, rules, charges } = permissions[index]!;
  return { kind, maxValue, rules, charges };
};

const header = ({ salt, signer, validAfter, validUntil, paymaster, feeBudget, budgets }: Session) => ({
  salt,
  signer,
  validAfter,
  validUntil,
  paymaster,
  feeBudget,
  budgets,
});

const envelopeOf = (session: Session, used: number[], mode: Mode, time?: number, signature = "0x1234"): Envelope => {
  const tree = permissionTree(session);
  return {
    mode,
    session: header(session),
    ...(time === undefined ? {} : { time }),
    height: tree.height,
    calls: used.map((index) => ({ permission: body(session, index), proof: tree.proof(index) })),
    ...(mode === "use" ? {} : { grant: { proof: { index: 0, siblings: [] }, signature } }),
  };
};

describe("envelope", () => {
  it("decodes what it encodes", () => {
    const modes = fc.constantFrom(...(Object.keys(MODES) as Mode[]));
    fc.assert(
      fc.property(sessionOf(1, 5), modes, fc.boolean(), bytesHex(0, 70), (session, mode, timed, signature) => {
        const time = timed ? session.validAfter : undefined;
        const envelope = envelopeOf(session, [...session.permissions.keys()], mode, time, signature);
        const bytes = encodeEnvelope(envelope);
        expect(decodeEnvelope(bytes, envelope.calls.length)).to.deep.equal(envelope);
        const opened = openEnvelope(sealEnvelope(bytes, signature), envelope.calls.length);
        expect(opened).to.deep.equal({ envelope, bytes, keySignature: signature });
      }),
      { numRuns: 60 },
    );
  });

  it("carries the proof of a session in its grant", () => {
    const grant = { proof: { index: 1, siblings: ["0x" + "ab".repeat(32)] }, signature: "0x" };
    const envelope = { ...envelopeOf(simpleSession(), [0], "signed"), grant };
    expect(decodeEnvelope(encodeEnvelope(envelope), 1).grant).to.deep.equal(grant);
    const wrong = { ...grant, proof: { ...grant.proof, index: 2 } };
    expectCode(() => encodeEnvelope({ ...envelope, grant: wrong }), "InvalidLeafIndex", { found: 2n, leaves: 2n });
  });

  it("refuses every truncation", () => {
    const bytes = encodeEnvelope(envelopeOf(simpleSession(), [0, 0], "enable", 1_000_001));
    for (let cut = 0; cut < byteLength(bytes); cut++) {
      const error = expectCode(() => decodeEnvelope(bytes.slice(0, 2 + cut * 2), 2), "EnvelopeTruncated");
      expect(error.details.length).to.equal(BigInt(cut));
    }
    expectCode(() => decodeEnvelope(`${bytes}00`, 2), "TRAILING_BYTES", { found: 1 });
  });

  it("has one encoding only: a changed byte is refused or decodes to something that encodes to it", () => {
    const bytes = encodeEnvelope(envelopeOf(simpleSession({ paymaster: VALID_PAYMASTER }), [0], "enable", 1_000_001));
    for (let at = 0; at < byteLength(bytes); at++) {
      for (const value of ["00", "01", "04", "20", "80", "ff"]) {
        const changed = bytes.slice(0, 2 + at * 2) + value + bytes.slice(4 + at * 2);
        let decoded: Envelope;
        try {
          decoded = decodeEnvelope(changed, 1);
        } catch {
          continue;
        }
        expect(encodeEnvelope(decoded)).to.equal(changed);
      }
    }
  });

  it("refuses what is refused at decode, and takes its twin", () => {
    const session = simpleSession();
    const of = (changes: Partial<Session>) => () => encodeEnvelope(envelopeOf(simpleSession(changes), [0], "use"));
    expect(of({})()).to.have.length.above(2);
    expectCode(of({ validAfter: 0 }), "InvalidTimeWindow", { validAfter: 0n });
    expectCode(of({ validUntil: 2 ** 47 }), "InvalidTimeWindow");
    expectCode(of({ signer: "0x" + "11".repeat(19) }), "InvalidSignerLength", { found: 19n });
    expectCode(of({ signer: "0x" + "11".repeat(1025) }), "InvalidSignerLength", { found: 1025n });
    expectCode(of({ feeBudget: 1 }), "InvalidFeeBudget", { feeBudget: 1n, budgetCount: 1n });
    expect(of({ feeBudget: 0 })()).to.have.length.above(2);
    expectCode(of({ budgets: [{ kind: 3, limit: 1n, period: 0 }] }), "UnknownBudgetKind");
    expectCode(of({ budgets: [{ kind: 1, limit: 1n, period: 59 }] }), "InvalidBudgetPeriod", { min: 60n });
    expectCode(of({ budgets: [{ kind: 0, limit: 1n, period: 60 }] }), "InvalidBudgetPeriod", { min: 0n });
    expectCode(of({ budgets: [{ kind: 0, limit: 2n ** 104n, period: 0 }] }), "IntegerTooLong", {
      found: 14n,
      max: 13n,
    });
    expectCode(() => encodeEnvelope(envelopeOf(session, [0], "use", 999_999)), "TimeOutsideSession");
    expect(encodeEnvelope(envelopeOf(session, [0], "use", 3_000_000))).to.have.length.above(2);
    expectCode(() => encodeEnvelope({ ...envelopeOf(session, [0], "use"), mode: "enable" }), "GRANT_MISMATCH");
    expectCode(() => encodeEnvelope({ ...envelopeOf(session, [0], "use"), height: 1 }), "PROOF_HEIGHT");
    expectCode(of({ permissions: [{ ...session.permissions[0]!, kind: 0x81 }] }), "UnknownPermissionKind", {
      kind: 0x81n,
    });
    expectCode(
      of({ permissions: [{ ...session.permissions[0]!, charges: [{ budget: 1, source: 0, path: [] }] }] }),
      "UnknownBudget",
    );
    expectCode(
      of({ permissions: [{ ...session.permissions[0]!, charges: [{ budget: 0, source: 3, path: [] }] }] }),
      "UnknownSource",
    );
    expectCode(
      of({ permissions: [{ ...session.permissions[0]!, charges: [{ budget: 0, source: 0, path: [0] }] }] }),
      "InvalidPathLength",
      { max: 0n },
    );
    expectCode(
      of({ permissions: [{ ...session.permissions[0]!, charges: [{ budget: 0, source: 2, path: [] }] }] }),
      "InvalidPathLength",
      { min: 1n },
    );
  });

  it("refuses encodings that are not minimal", () => {
    // Mode use, no budgets, height 0, one permission of kind CALL without anything.
    const head = (first: string) => `0x${first}${"00".repeat(8)}000000000001000000000002`;
    const signer = `0014${"11".repeat(20)}`;
    const rest = (maxValue: string, rules = "00") => `fe${signer}0000${"00"}${maxValue}${rules}00`;
    expect(decodeEnvelope(head("00") + rest("0101"), 1).calls[0]!.permission.maxValue).to.equal(1n);
    expectCode(() => decodeEnvelope(head("00") + rest("020001"), 1), "IntegerNotMinimal", { length: 2n });
    expectCode(() => decodeEnvelope(head("00") + rest("0100"), 1), "IntegerNotMinimal", { length: 1n });
    expectCode(() => decodeEnvelope(head("00") + rest(`11${"11".repeat(17)}`), 1), "IntegerTooLong", {
      found: 17n,
      max: 16n,
    });
    expectCode(() => decodeEnvelope(head("03") + rest("00"), 1), "InvalidHead", { head: 3n });
    expectCode(() => decodeEnvelope(head("10") + rest("00"), 1), "InvalidHead", { head: 16n });
    expectCode(() => decodeEnvelope(head("04") + "00".repeat(20) + rest("00"), 1), "ZeroPaymasterField");
    const rule = (mask: string) => rest("00", `0100010000${"00"}${mask}00`);
    expect(decodeEnvelope(head("00") + rule("00"), 1).calls[0]!.permission.rules[0]!.mask).to.equal(MAX_UINT256);
    expect(decodeEnvelope(head("00") + rule(`01${"00".repeat(32)}`), 1).calls[0]!.permission.rules[0]!.mask).to.equal(
      0n,
    );
    expectCode(() => decodeEnvelope(head("00") + rule(`01${"ff".repeat(32)}`), 1), "MaskNotMinimal");
    expectCode(() => decodeEnvelope(head("00") + rule("02"), 1), "UnknownMaskFlag", { flag: 2n });
    expect(decodeEnvelope(head("00") + rest("00"), 1).session.paymaster).to.equal(ZeroAddress);
  });
});

const VALID_PAYMASTER = "0x00000000000000000000000000000000000000Aa";
