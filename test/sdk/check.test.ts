import { expect } from "chai";
import { AbiCoder, concat, getAddress, id, Wallet, ZeroAddress } from "ethers";
import {
  ANY_PAYMASTER,
  buildEnvelope,
  check,
  checkCalls,
  ecdsaKey,
  encodeExecute,
  ENTRY_POINTS,
  grantDigest,
  MAX_UINT256,
  OPS,
  packUserOp,
  PERMISSION_KINDS,
  permissionTree,
  proofFor,
  rule,
  sessionId,
  signUse,
  STATUSES,
  streamBudget,
  totalBudget,
  type Call,
  type CheckRequest,
  type PackedUserOperation,
  type Session,
  type SessionState,
  type UserOperation,
  type Verdict,
} from "../../sdk";
import { ACCOUNT, ALICE, simpleSession, TOKEN, VALIDATOR } from "./arbitraries";

const HASH = id("userOp");
const transfer = (amount: bigint, to = ALICE): Call => ({
  target: TOKEN,
  value: 0n,
  data: concat(["0xa9059cbb", AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [to, amount])]),
});

const STATE: SessionState = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };
const TIME = 1_000_100;

interface Options extends Partial<Omit<CheckRequest, "op" | "state">> {
  time?: number | null;
  state?: Partial<SessionState>;
  op?: Partial<UserOperation>;
  packed?: Partial<PackedUserOperation>;
  callData?: string;
}

/** The verdict on an operation of `calls` that `session` allows; the options spoil it. */
function judge(session: Session, calls: Call[], options: Options = {}): Verdict {
  const { time = TIME, state, op, packed, callData = encodeExecute(calls), ...rest } = options;
  const signature =
    packed?.signature ?? buildEnvelope({ session, calls, mode: "use", ...(time === null ? {} : { time }) });
  const full = packUserOp({
    sender: ACCOUNT,
    nonce: 0n,
    callData,
    callGasLimit: 0n,
    verificationGasLimit: 0n,
    preVerificationGas: 0n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    signature,
    ...op,
  });
  return check({
    op: { ...full, ...packed },
    validator: VALIDATOR,
    chainId: session.chainId,
    state: { ...STATE, ...state },
    keyValid: true,
    ...rest,
  });
}

function expectRefusal(verdict: Verdict, name: string, ...args: (bigint | number | string)[]): void {
  const expected = args.map((arg) => (typeof arg === "number" ? BigInt(arg) : arg));
  expect(verdict.outcome === "refused" ? [verdict.name, ...verdict.args] : verdict).to.deep.equal([name, ...expected]);
}

function expectAccepted(verdict: Verdict) {
  if (verdict.outcome !== "accepted") throw verdict.outcome === "refused" ? verdict.error : new Error("wrong key");
  return verdict;
}

describe("check", () => {
  const session = simpleSession();

  describe("the account", () => {
    it("must be the caller, installed and not paused", () => {
      expectAccepted(judge(session, [transfer(1n)], { caller: ACCOUNT.toLowerCase() }));
      expectRefusal(judge(session, [transfer(1n)], { caller: ALICE }), "NotSender", ALICE, ACCOUNT);
      expectRefusal(judge(session, [transfer(1n)], { state: { installed: false } }), "NotInstalled", ACCOUNT);
      expectRefusal(judge(session, [transfer(1n)], { state: { paused: true } }), "AccountPaused", ACCOUNT);
    });

    it("may carry an EIP-7702 marker, without init data", () => {
      const marker = `0x7702${"00".repeat(18)}`;
      expectAccepted(judge(session, [transfer(1n)], { packed: { initCode: marker } }));
      expectRefusal(
        judge(session, [transfer(1n)], { packed: { initCode: `${marker}12` } }),
        "DelegationInitData",
        21,
        20,
      );
      expectAccepted(judge(session, [transfer(1n)], { packed: { initCode: `0x770201${"00".repeat(18)}` } }));
    });
  });

  describe("the order", () => {
    it("judges the header before the calls, and a call before the rest of the envelope", () => {
      expectRefusal(
        judge(session, [transfer(1n)], { packed: { signature: "0x" }, callData: "0x" }),
        "EnvelopeTruncated",
        1,
        0,
      );
      expectRefusal(
        judge(session, [transfer(1n)], { callData: "0x" }),
        "ForbiddenSelector",
        "0x00000000",
        "0xe9ae5c53",
      );
      const envelope = buildEnvelope({ session, calls: [transfer(1n)], mode: "use", time: TIME });
      const onlyHeader = envelope.slice(0, 2 + 2 * (1 + 8 + 12 + 1 + 22 + 1 + 7 + 6 + 1));
      const packed = { signature: onlyHeader };
      expectRefusal(
        judge(session, [], { packed, callData: encodeExecute([{ ...transfer(1n), target: ACCOUNT }]) }),
        "ForbiddenTarget",
        0,
        ACCOUNT,
      );
      expectRefusal(
        judge(session, [], { packed, callData: encodeExecute([transfer(1n)]) }),
        "EnvelopeTruncated",
        60,
        59,
      );
    });

    it("asks for the session before the money", () => {
      expectRefusal(
        judge(session, [transfer(101n)], { state: { status: STATUSES.none } }),
        "SessionNotEnabled",
        sessionId(session),
      );
      expectRefusal(judge(session, [transfer(101n)]), "BudgetExceeded", 0, 101, 100);
    });
  });

  describe("targets", () => {
    for (const target of [ACCOUNT, VALIDATOR, ZeroAddress, ...Object.values(ENTRY_POINTS)]) {
      it(`refuses ${target} even for ANY_TARGET`, () => {
        const any = simpleSession({
          permissions: [{ ...session.permissions[0]!, kind: PERMISSION_KINDS.callAnyTarget, target: ZeroAddress }],
        });
        const signature = buildEnvelope({ session: any, calls: [transfer(1n)], mode: "use", time: TIME });
        const forbidden = encodeExecute([{ ...transfer(1n), target }]);
        expectAccepted(judge(any, [transfer(1n)]));
        expectRefusal(
          judge(any, [], { packed: { signature }, callData: forbidden }),
          "ForbiddenTarget",
          0,
          getAddress(target),
        );
      });
    }

    it("makes another id of another target or selector", () => {
      const signature = buildEnvelope({ session, calls: [transfer(1n)], mode: "use", time: TIME });
      for (const call of [
        { ...transfer(1n), target: ALICE },
        { ...transfer(1n), data: `0x12345678${transfer(1n).data.slice(10)}` },
      ]) {
        const verdict = judge(session, [], { packed: { signature }, callData: encodeExecute([call]), session });
        expect(verdict.outcome === "refused" && verdict.name).to.equal("SessionNotEnabled");
      }
    });
  });

  describe("calls", () => {
    const variant = (changes: object) =>
      simpleSession({ permissions: [{ ...session.permissions[0]!, charges: [], ...changes }] });
    const raw = (of: Session, call: Call, like: Call) =>
      judge(of, [], {
        packed: { signature: buildEnvelope({ session: of, calls: [like], mode: "use" }) },
        callData: encodeExecute([call]),
      });

    it("caps the value", () => {
      const capped = variant({ maxValue: 5n });
      expectAccepted(raw(capped, { ...transfer(1n), value: 5n }, transfer(1n)));
      expectRefusal(raw(capped, { ...transfer(1n), value: 6n }, transfer(1n)), "ValueTooHigh", 0, 6, 5);
    });

    it("wants no calldata for TRANSFER and at least four bytes for the others", () => {
      const empty = { target: TOKEN, value: 0n, data: "0x" };
      const transferOnly = variant({ kind: PERMISSION_KINDS.transfer, selector: "0x00000000" });
      expectAccepted(raw(transferOnly, empty, empty));
      for (const [data, length] of [
        ["0x12", 1],
        ["0x12345678", 4],
      ] as const) {
        expectRefusal(raw(transferOnly, { ...empty, data }, empty), "CallDataMismatch", 0, 1, length);
      }
      const any = variant({ kind: PERMISSION_KINDS.anyCall, selector: "0x00000000" });
      for (const [data, length] of [
        ["0x", 0],
        ["0x123456", 3],
      ] as const) {
        expectRefusal(raw(any, { ...empty, data }, transfer(1n)), "CallDataMismatch", 0, 2, length);
        expectRefusal(raw(variant({}), { ...empty, data }, transfer(1n)), "CallDataMismatch", 0, 0, length);
      }
      expectAccepted(raw(any, { ...empty, data: "0x12345678" }, transfer(1n)));
    });

    it("holds to every rule, and names the first that fails", () => {
      const ruled = variant({ rules: [rule("eq", [0], BigInt(ALICE)), rule("lte", [32], 10n, 0xffn)] });
      expectAccepted(raw(ruled, transfer(10n), transfer(1n)));
      expectAccepted(raw(ruled, transfer(0x10a_0an), transfer(1n)));
      expectRefusal(raw(ruled, transfer(11n), transfer(1n)), "RuleNotMet", 0, 1, OPS.lte, 11, 10);
      expectRefusal(
        raw(ruled, transfer(11n, TOKEN), transfer(1n)),
        "RuleNotMet",
        0,
        0,
        OPS.eq,
        BigInt(TOKEN),
        BigInt(ALICE),
      );
      expectRefusal(
        raw(ruled, { ...transfer(1n), data: transfer(1n).data.slice(0, -2) }, transfer(1n)),
        "ArgumentOutOfBounds",
        0,
        32,
        63,
      );
    });
  });

  describe("batches", () => {
    const two = simpleSession({
      permissions: [session.permissions[0]!, { ...session.permissions[0]!, selector: "0x095ea7b3" }],
    });
    const approve = { ...transfer(40n), data: `0x095ea7b3${transfer(40n).data.slice(10)}` };

    it("let several permissions draw on one budget", () => {
      expect(expectAccepted(judge(two, [transfer(60n), approve])).usage).to.deep.equal([{ spent: 100n, period: 0n }]);
      expectRefusal(judge(two, [transfer(61n), approve]), "BudgetExceeded", 0, 101, 100);
    });

    it("stay within one session", () => {
      const other = simpleSession({ permissions: [two.permissions[0]!, { ...two.permissions[1]!, maxValue: 1n }] });
      const first = buildEnvelope({ session: two, calls: [transfer(1n)], mode: "use", time: TIME });
      const second = buildEnvelope({ session: other, calls: [approve], mode: "use", time: TIME });
      const header = 2 + 2 * 59;
      const verdict = judge(two, [], {
        packed: { signature: first + second.slice(header) },
        callData: encodeExecute([transfer(1n), approve]),
      });
      expectRefusal(verdict, "PermissionsMismatch", 1, permissionTree(other).root, permissionTree(two).root);
    });
  });

  describe("status and grant", () => {
    const revoked = { status: STATUSES.revoked };
    const wallet = Wallet.createRandom();
    const sessions = [session, { ...session, chainId: 10n }, { ...session, chainId: 42n }];
    const grant = {
      sessions,
      validator: VALIDATOR,
      signature: wallet.signingKey.sign(grantDigest(sessions, VALIDATOR)).serialized,
    };
    const by = (mode: "enable" | "signed", options: Options) => {
      const signature = buildEnvelope({ session, calls: [transfer(1n)], mode, time: TIME, grant: proofFor(grant, 0) });
      return judge(session, [transfer(1n)], { packed: { signature }, ...options });
    };

    it("refuses a revoked session in every mode", () => {
      expectRefusal(judge(session, [transfer(1n)], { state: revoked }), "SessionIsRevoked", sessionId(session));
      expectRefusal(by("enable", { state: revoked, grantValid: true }), "SessionIsRevoked", sessionId(session));
      expectRefusal(by("signed", { state: revoked, grantValid: true }), "SessionIsRevoked", sessionId(session));
    });

    it("asks for the grant to enable, unless it is enabled, and always in mode signed", () => {
      const bad = ["BadGrant", ACCOUNT, grantDigest(sessions, VALIDATOR)] as const;
      const none = { status: STATUSES.none };
      expect(expectAccepted(by("enable", { state: none, grantValid: true })).status).to.equal(STATUSES.enabled);
      expectRefusal(by("enable", { state: none }), ...bad);
      expectAccepted(by("enable", {}));
      expect(expectAccepted(by("signed", { state: none, grantValid: true })).status).to.equal(STATUSES.none);
      expectRefusal(by("signed", {}), ...bad);
    });

    it("takes the grant's state as that of the granted session only", () => {
      expectAccepted(judge(session, [transfer(1n)], { session }));
      const verdict = judge(session, [transfer(1n)], { session: { ...session, epoch: 0n } });
      expectRefusal(verdict, "SessionNotEnabled", sessionId(session));
    });
  });

  describe("the key", () => {
    it("signs the whole envelope", async () => {
      const key = ecdsaKey(Wallet.createRandom());
      const mine = simpleSession({ signer: key.signer });
      const envelope = buildEnvelope({ session: mine, calls: [transfer(1n)], mode: "use", time: TIME });
      const signature = await signUse({ envelope, userOpHash: HASH, validator: VALIDATOR, key });
      const verdict = (userOpHash: string, changed: string) =>
        judge(mine, [transfer(1n)], { packed: { signature: changed }, userOpHash, keyValid: undefined });
      expectAccepted(verdict(HASH, signature));
      expect(verdict(id("other"), signature)).to.include({ outcome: "wrongKey", validationData: 1n });
      expect(verdict(HASH, envelope + key.dummySignature.slice(2))).to.include({
        outcome: "wrongKey",
        validationData: 1n,
      });
      expect(verdict(HASH, `${signature}00`).outcome).to.equal("wrongKey");
    });

    it("if wrong, charges the same usage but lets fees be of any size", () => {
      const paying = simpleSession({ budgets: [totalBudget(100n)], feeBudget: 0, permissions: session.permissions });
      const op = { preVerificationGas: 1000n, maxFeePerGas: 1n };
      expectRefusal(judge(paying, [transfer(1n)], { op }), "BudgetExceeded", 0, 1001, 100);
      expect(judge(paying, [transfer(1n)], { op, keyValid: false })).to.deep.include({
        outcome: "wrongKey",
        validationData: 1n,
        usage: [{ spent: 100n, period: 0n }],
      });
      expectRefusal(judge(paying, [transfer(101n)], { op, keyValid: false }), "BudgetExceeded", 0, 101, 100);
      const late = { state: { paused: false, usage: [{ spent: 100n, period: 1n }] }, keyValid: false };
      expectRefusal(judge(session, [transfer(1n)], late), "PeriodPassed", 0, 0, 1);
    });
  });

  describe("fees", () => {
    const paymasterData = (paymaster: string) => concat([paymaster, "0x" + "00".repeat(32)]);
    const with_ = (changes: Partial<Session>, packed: Partial<PackedUserOperation>, op: Partial<UserOperation> = {}) =>
      judge(simpleSession({ budgets: [totalBudget(100n)], ...changes }), [transfer(1n)], { packed, op, time: null });

    it("charge the fee budget when the account pays, worst case", () => {
      const op = { preVerificationGas: 3n, callGasLimit: 4n, verificationGasLimit: 5n, maxFeePerGas: 8n };
      expect(expectAccepted(with_({ feeBudget: 0 }, {}, op)).usage[0]!.spent).to.equal(97n);
      expectRefusal(with_({ feeBudget: 0 }, {}, { ...op, maxFeePerGas: 9n }), "BudgetExceeded", 0, 109, 100);
      expect(expectAccepted(with_({ feeBudget: 254 }, {}, { ...op, maxFeePerGas: 9n })).usage[0]!.spent).to.equal(1n);
      const huge = { preVerificationGas: MAX_UINT256, maxFeePerGas: 2n ** 128n - 1n };
      expectRefusal(with_({ feeBudget: 0 }, {}, huge), "BudgetExceeded", 0, MAX_UINT256, 100);
    });

    it("are the paymaster's, if the session allows it", () => {
      const packed = { paymasterAndData: paymasterData(ALICE) };
      const op = { preVerificationGas: 1000n, maxFeePerGas: 1n };
      expectRefusal(with_({}, packed), "PaymasterNotAllowed", ALICE, ZeroAddress);
      expectRefusal(with_({ paymaster: TOKEN }, packed), "PaymasterNotAllowed", ALICE, TOKEN);
      for (const paymaster of [ALICE, ANY_PAYMASTER]) {
        expect(expectAccepted(with_({ paymaster, feeBudget: 0 }, packed, op)).usage[0]!.spent).to.equal(1n);
        expectAccepted(with_({ paymaster, feeBudget: 255 }, packed, op));
        expectRefusal(with_({ paymaster, feeBudget: 255 }, {}), "PaymasterRequired");
      }
    });

    it("are nobody's with half a paymaster", () => {
      const changes = { paymaster: ANY_PAYMASTER };
      const short = paymasterData(ALICE).slice(0, -2);
      expectRefusal(with_(changes, { paymasterAndData: short }), "InvalidPaymasterData", 51, ALICE);
      expectRefusal(
        with_(changes, { paymasterAndData: "0x12" }),
        "InvalidPaymasterData",
        1,
        getAddress("0x12" + "00".repeat(19)),
      );
      expectRefusal(
        with_(changes, { paymasterAndData: paymasterData(ZeroAddress) }),
        "InvalidPaymasterData",
        52,
        ZeroAddress,
      );
      expectAccepted(with_(changes, { paymasterAndData: paymasterData(ALICE) }));
    });
  });

  describe("time", () => {
    it("is required as soon as a timed budget is charged, even with nothing", () => {
      expectAccepted(judge(session, [transfer(0n)]));
      expectRefusal(judge(session, [transfer(0n)], { time: null }), "TimeRequired", 0);
    });

    it("narrows the window to the period, inclusive", () => {
      const { validAfter, validUntil, validationData, usage } = expectAccepted(
        judge(session, [transfer(5n)], { time: 1_604_800 }),
      );
      expect([validAfter, validUntil]).to.deep.equal([1_604_800, 2_209_599]);
      expect(validationData).to.equal((1_604_800n << 208n) | (2_209_599n << 160n));
      expect(usage).to.deep.equal([{ spent: 5n, period: 1n }]);
      const first = expectAccepted(judge(session, [transfer(5n)], { time: 1_604_799 }));
      expect([first.validAfter, first.validUntil]).to.deep.equal([1_000_000, 1_604_799]);
      expect(expectAccepted(judge(session, [transfer(5n)], { time: 3_000_000 })).validUntil).to.equal(3_000_000);
    });

    it("starts a new period from zero and never goes back", () => {
      const state = { usage: [{ spent: 100n, period: 1n }] };
      expectRefusal(judge(session, [transfer(1n)], { state, time: 1_604_800 }), "BudgetExceeded", 0, 1, 0);
      expect(expectAccepted(judge(session, [transfer(1n)], { state, time: 2_209_600 })).usage).to.deep.equal([
        { spent: 1n, period: 2n },
      ]);
      expectRefusal(judge(session, [transfer(1n)], { state, time: 1_604_799 }), "PeriodPassed", 0, 0, 1);
    });

    it("accrues a stream, rounded down, and allows an older time while it covers what is spent", () => {
      const stream = simpleSession({ budgets: [streamBudget(7n, 60)] });
      const at = (time: number, amount: bigint, spent: bigint) =>
        judge(stream, [transfer(amount)], { time, state: { usage: [{ spent, period: 0n }] } });
      expectRefusal(at(1_000_059, 7n, 0n), "BudgetExceeded", 0, 7, 6);
      const { validAfter, validUntil, usage } = expectAccepted(at(1_000_060, 7n, 0n));
      expect([validAfter, validUntil, usage[0]]).to.deep.equal([1_000_060, 3_000_000, { spent: 7n, period: 0n }]);
      expectAccepted(at(1_000_060, 0n, 7n));
      expectRefusal(at(1_000_059, 0n, 7n), "BudgetExceeded", 0, 0, 0);
      const flood = simpleSession({ budgets: [streamBudget(2n ** 104n - 1n, 60)] });
      const full = { time: 3_000_000, state: { usage: [{ spent: 2n ** 104n - 2n, period: 0n }] } };
      expectAccepted(judge(flood, [transfer(1n)], full));
      expectRefusal(judge(flood, [transfer(2n)], full), "BudgetExceeded", 0, 2, 1);
    });

    it("that no charged budget needs narrows nothing", () => {
      const idle = simpleSession({ permissions: [{ ...session.permissions[0]!, charges: [] }] });
      const { validAfter, validUntil } = expectAccepted(judge(idle, [transfer(5n)]));
      expect([validAfter, validUntil]).to.deep.equal([idle.validAfter, idle.validUntil]);
    });

    it("is judged for a block with `now`, as the strictest EntryPoint does", () => {
      const timely = (now: number) => expectAccepted(judge(session, [transfer(1n)], { now })).timely;
      expect([1_000_000, 1_000_001, 1_604_799, 1_604_800].map(timely)).to.deep.equal([false, true, true, false]);
    });
  });

  it("saturates what a batch asks", () => {
    expectRefusal(judge(session, [transfer(MAX_UINT256), transfer(1n)]), "BudgetExceeded", 0, MAX_UINT256, 100);
  });

  it("judges calls before there is an operation", () => {
    const request = { session, mode: "use" as const, validator: VALIDATOR, state: STATE, time: TIME };
    expect(checkCalls({ ...request, calls: [transfer(100n)] }).ok).to.equal(true);
    expectRefusal(checkCalls({ ...request, calls: [transfer(101n)] }), "BudgetExceeded", 0, 101, 100);
    expectRefusal(
      checkCalls({ ...request, calls: [transfer(1n)], state: { ...STATE, epoch: 2n } }),
      "SessionNotEnabled",
      sessionId({ ...session, epoch: 2n }),
    );
    const verdict = checkCalls({ ...request, calls: [{ ...transfer(1n), value: 1n }] });
    expect(verdict.outcome === "refused" && verdict.name).to.equal("NO_PERMISSION");
    expect(verdict.outcome === "refused" && verdict.error.message)
      .to.include("ValueTooHigh")
      .and.include(TOKEN);
  });
});
