import { expect } from "chai";
import * as fc from "fast-check";
import {
  buildEnvelope,
  check,
  checkCalls,
  encodeExecute,
  matchPermissions,
  packUserOp,
  sessionId,
  STATUSES,
  transferPermission,
  type Call,
  type Mode,
  type Session,
  type SessionState,
  type Verdict,
} from "../../sdk";
import { PreparedSession } from "../../sdk/prepared";
import { ALICE, callFor, expectCode, sessionOf, simpleSession, TOKEN, uint, VALIDATOR } from "./arbitraries";

const STATE: SessionState = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };
const GRANT = { proof: { index: 0, siblings: [] }, signature: "0x" };

interface Terms {
  readonly session: Session;
  readonly calls: readonly Call[];
  readonly mode: Mode;
  readonly state: SessionState;
  readonly time: number;
  readonly fee: bigint;
}

/** The verdict on the operation itself: its bytes are decoded and hashed anew. */
function verdictOnOp({ session, calls, mode, state, time, fee }: Terms): Verdict {
  const op = packUserOp({
    sender: session.account,
    nonce: 0n,
    callData: encodeExecute(calls),
    callGasLimit: 0n,
    verificationGasLimit: 0n,
    preVerificationGas: fee,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 0n,
    signature: buildEnvelope({ session, calls, mode, time, ...(mode === "use" ? {} : { grant: GRANT }) }),
  });
  const { chainId } = session;
  return check({ op, validator: VALIDATOR, chainId, state, session, keyValid: true, grantValid: true });
}

/** Name and arguments of a refusal, or everything that is said of an accepted operation. */
function said(verdict: Verdict): unknown {
  return verdict.outcome === "refused" ? [verdict.name, verdict.args] : verdict;
}

describe("prepared", () => {
  const state = fc.record({
    installed: fc.constantFrom(true, true, true, false),
    paused: fc.constantFrom(false, false, false, true),
    epoch: fc.constantFrom(1n, 1n, 1n, 2n),
    status: fc.constantFrom(STATUSES.enabled, STATUSES.enabled, STATUSES.none, STATUSES.revoked),
    usage: fc.constant([]),
  });

  it("makes the verdict that check makes of the operation", () => {
    const accepted = new Set<string>();
    const terms = fc.record({
      session: sessionOf(1, 6),
      picks: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
      words: fc.array(uint(64), { minLength: 16, maxLength: 16 }),
      mode: fc.constantFrom<Mode>("use", "enable", "signed"),
      state,
      fee: uint(40),
    });
    fc.assert(
      fc.property(terms, ({ session: drawn, picks, words, ...rest }) => {
        const session = { ...drawn, epoch: 1n, permissions: drawn.permissions.map((each) => ({ ...each, rules: [] })) };
        const data = `0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`;
        const calls = picks.map((pick) => callFor(session.permissions[pick % session.permissions.length]!, data));
        const request = { session, calls, ...rest, time: session.validAfter };
        fc.pre(isMatched(session, calls));
        const prepared = checkCalls({ ...request, session: new PreparedSession(session), validator: VALIDATOR });
        expect(said(prepared)).to.deep.equal(said(verdictOnOp(request)));
        accepted.add(prepared.outcome);
      }),
      { numRuns: 300 },
    );
    expect([...accepted].sort()).to.deep.equal(["accepted", "refused"]);
  });

  function isMatched(session: Session, calls: readonly Call[]): boolean {
    try {
      return matchPermissions(session, calls).length > 0;
    } catch {
      return false;
    }
  }

  it("lets the first permission that allows a call decide, whatever its kind", () => {
    const [limited] = simpleSession().permissions;
    const anything = { ...limited!, kind: 2, selector: "0x00000000", charges: [] };
    const data = `0xa9059cbb${"0".repeat(64)}${"f".repeat(64)}`;
    const request = { calls: [{ target: TOKEN, value: 0n, data }], mode: "use" as const, validator: VALIDATOR };
    const verdict = (...permissions: Session["permissions"]) =>
      checkCalls({ ...request, session: simpleSession({ permissions }), state: STATE, time: 1_000_000 });
    expect(verdict(limited!, anything).outcome).to.equal("refused");
    expect(verdict(anything, limited!).outcome).to.equal("accepted");
  });

  it("tells a transfer from a call, and neither allows one to three bytes", () => {
    const session = new PreparedSession(simpleSession({ permissions: [transferPermission(ALICE, 5n)] }));
    const call = (data: string) => ({ target: ALICE.toLowerCase(), value: 5n, data });
    expect(session.costs(call("0x"), 0, VALIDATOR)).to.deep.equal([]);
    for (const data of ["0x01", "0x010203", "0x01020304"]) {
      expectCode(() => session.costs(call(data), 0, VALIDATOR), "NO_PERMISSION");
    }
    expectCode(() => session.costs({ ...call("0x"), target: VALIDATOR }, 0, VALIDATOR), "ForbiddenTarget");
  });

  it("knows the id in any epoch, and refuses what is no session", () => {
    const session = simpleSession();
    const prepared = new PreparedSession(session);
    expect([prepared.id, prepared.idIn(1n)]).to.deep.equal([sessionId(session), sessionId(session)]);
    expect(prepared.idIn(2n)).to.equal(sessionId({ ...session, epoch: 2n }));
    expectCode(() => new PreparedSession({ ...session, permissions: [] }), "EMPTY_PERMISSIONS");
  });
});
