import { expect } from "chai";
import * as fc from "fast-check";
import { concat, dataLength, hexlify, toBeHex } from "ethers";
import {
  ANY_PAYMASTER,
  FEES_UNLIMITED,
  grantDigest,
  MAX_UINT256,
  openEnvelope,
  OPS,
  PERMISSION_KINDS,
  permissionTree,
  proofFor,
  sessionId,
  type Call,
  type Charge,
  type Mode,
  type Permission,
  type Rule,
  type Session,
} from "../../sdk";
import { compare, readArgument } from "../../sdk/argument";
import { decodeEnvelope, encodeEnvelope } from "../../sdk/envelope";
import { enable, sessionOf } from "../helpers/operations";
import {
  attempt,
  callOf,
  expectRevert,
  expectWrongKey,
  fieldsOf,
  joinFields,
  permissionFor,
} from "../helpers/validation";
import { wallet, world, type World } from "../helpers/world";

// The contract tells how it read an envelope by the id of the session that it made of it: the id of a session that is
// not enabled, or the digest of a grant that is not signed. Every field of the envelope is hashed into it.

/** Random numbers that a property draws from, so that the pieces can depend on each other. */
type Draw = <Value>(arbitrary: fc.Arbitrary<Value>) => Value;

const WORDS = 8;

/** Arguments whose even words are offsets that stay inside. */
function drawArguments(draw: Draw): string {
  const words = Array.from({ length: WORDS }, (_, i) =>
    toBeHex(draw(i % 2 === 0 ? fc.constantFrom(0n, 32n, 64n) : fc.bigInt(0n, MAX_UINT256)), 32),
  );
  return concat(words);
}

function drawPath(draw: Draw): number[] {
  const last = draw(fc.nat(128));
  return draw(fc.boolean()) ? [last] : [32 * 2 * draw(fc.nat(2)), last];
}

/** A random rule that holds for these arguments. */
function drawRule(draw: Draw, data: string): Rule {
  const args = { call: 0, bytes: Buffer.from(data.slice(2), "hex") };
  const path = drawPath(draw);
  const mask = draw(fc.oneof(fc.constant(MAX_UINT256), fc.bigInt(0n, MAX_UINT256)));
  const other = draw(fc.boolean()) ? [] : drawPath(draw);
  // A factor up to one cannot overflow.
  const value = draw(fc.bigInt(0n, other.length === 0 ? MAX_UINT256 : 10n ** 18n));
  const right = other.length === 0 ? value : (readArgument(args, other) * value) / 10n ** 18n;
  const word = readArgument(args, path) & mask;
  const ops = Object.values(OPS).filter((op) => compare(op, word, right));
  return { op: draw(fc.constantFrom(...ops)), path, other, mask, value };
}

function drawCharge(draw: Draw, budgets: number): Charge {
  const source = draw(fc.nat(2));
  return { budget: draw(fc.nat(budgets - 1)), source, path: source === 2 ? drawPath(draw) : [] };
}

/** A random permission and a call that it allows. */
function drawPermission(draw: Draw, budgets: number): { permission: Permission; call: Call } {
  const kind = draw(fc.constantFrom(...Object.values(PERMISSION_KINDS)));
  const selector = hexlify(draw(fc.uint8Array({ minLength: 4, maxLength: 4 })));
  const target = wallet(`target ${draw(fc.nat(1000))}`).address;
  const maxValue = draw(fc.bigInt(0n, 2n ** 128n - 1n));
  const data = drawArguments(draw);
  const bare = kind === PERMISSION_KINDS.transfer;
  const rules = Array.from({ length: bare ? 0 : draw(fc.nat(4)) }, () => drawRule(draw, data));
  const charges = Array.from({ length: budgets === 0 || bare ? 0 : draw(fc.nat(3)) }, () => drawCharge(draw, budgets));
  const withSelector = kind === PERMISSION_KINDS.call || kind === PERMISSION_KINDS.callAnyTarget;
  return {
    permission: {
      kind,
      target: kind === PERMISSION_KINDS.callAnyTarget ? `0x${"00".repeat(20)}` : target,
      selector: withSelector ? selector : "0x00000000",
      maxValue,
      rules,
      charges,
    },
    call: { target, value: draw(fc.bigInt(0n, maxValue)), data: bare ? "0x" : concat([selector, data]) },
  };
}

function drawSession(draw: Draw, base: Session) {
  const budgets = Array.from({ length: draw(fc.nat(16)) }, () => {
    const kind = draw(fc.nat(2));
    const limit = draw(fc.bigInt(0n, 2n ** 104n - 1n));
    return { kind, limit, period: kind === 0 ? 0 : draw(fc.integer({ min: 100_000, max: 2 ** 32 - 1 })) };
  });
  const pairs = Array.from({ length: draw(fc.integer({ min: 1, max: 9 })) }, () =>
    drawPermission(draw, budgets.length),
  );
  const validAfter = draw(fc.integer({ min: 1, max: 2 ** 40 }));
  const session: Session = {
    ...base,
    salt: draw(fc.bigInt(0n, 2n ** 64n - 1n)),
    signer: hexlify(draw(fc.uint8Array({ minLength: 20, maxLength: 80 }))),
    validAfter,
    validUntil: validAfter + draw(fc.integer({ min: 1, max: 10 ** 10 })),
    paymaster: draw(fc.constantFrom(base.paymaster, ANY_PAYMASTER, wallet("paymaster").address)),
    feeBudget: draw(fc.constantFrom(FEES_UNLIMITED, 255, ...budgets.keys())),
    budgets,
    permissions: pairs.map(({ permission }) => permission),
  };
  return { session, pairs };
}

async function check(w: World, base: Session, draw: Draw): Promise<void> {
  const { session, pairs } = drawSession(draw, base);
  const mode = draw(fc.constantFrom<Mode>("use", "enable", "signed"));
  const time = draw(fc.boolean()) ? draw(fc.integer({ min: session.validAfter, max: session.validUntil })) : undefined;
  const used = Array.from({ length: draw(fc.integer({ min: 1, max: 5 })) }, () => draw(fc.nat(pairs.length - 1)));
  const sessions = Array.from({ length: draw(fc.integer({ min: 1, max: 5 })) }, (_, i) => ({
    ...session,
    salt: BigInt(i),
  }));
  const place = draw(fc.nat(sessions.length - 1));
  sessions[place] = session;
  const signature = hexlify(draw(fc.uint8Array({ maxLength: 200 })));
  const grant = proofFor({ sessions, validator: w.validatorAddress, signature }, place);

  const tree = permissionTree(session);
  const calls = used.map((index) => ({ permission: session.permissions[index]!, proof: tree.proof(index) }));
  const envelope = {
    mode,
    session,
    height: tree.height,
    calls,
    ...(time === undefined ? {} : { time }),
    ...(mode === "use" ? {} : { grant }),
  };
  const bytes = encodeEnvelope(envelope);

  // The SDK against itself, and against the encoder of the tests.
  const decoded = decodeEnvelope(bytes, calls.length);
  expect(encodeEnvelope(decoded)).to.equal(bytes);
  expect(joinFields(fieldsOf(decoded))).to.equal(bytes);
  expect(openEnvelope(concat([bytes, "0x1234"]), calls.length).keySignature).to.equal("0x1234");

  // The contract.
  const op = await attempt(
    w,
    session,
    used.map((index) => pairs[index]!.call),
    { envelope: bytes },
  );
  if (mode === "use") {
    await expectRevert(w, op, "SessionNotEnabled", [sessionId(session, tree)]);
  } else {
    await expectRevert(w, op, "BadGrant", [session.account, grantDigest(sessions, w.validatorAddress)]);
  }
}

describe("Parity of envelopes", () => {
  it("what the SDK encodes, the contract decodes: 60 random envelopes", async function () {
    this.timeout(120_000);
    const w = await world();
    const base = await sessionOf(w, []);
    const property = fc.asyncProperty(fc.gen(), async (gen) => {
      // fast-check's generator takes factories.
      await check(w, base, (arbitrary) => gen(() => arbitrary));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("where the SDK says that the envelope ends, the contract starts to read the key's signature", async () => {
    const w = await world();
    const session = await sessionOf(w, [permissionFor(w)]);
    await enable(w, session);
    const op = await attempt(w, session, [callOf(w)]);
    const { bytes, keySignature } = openEnvelope(op.signature, 1);
    expect(dataLength(keySignature)).to.equal(65);
    // Another key signature, and none: both wrong, and neither is taken for a part of the envelope.
    await expectWrongKey(w, { ...op, signature: bytes });
    await expectWrongKey(w, { ...op, signature: concat([bytes, `0x${"11".repeat(65)}`]) });
  });
});
