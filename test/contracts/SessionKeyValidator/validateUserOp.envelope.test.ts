import { expect } from "chai";
import { concat, dataLength, dataSlice, ZeroAddress } from "ethers";
import {
  ANY_PAYMASTER,
  argumentCharge,
  callPermission,
  countCharge,
  MAX_UINT256,
  periodicBudget,
  permissionTree,
  ratioRule,
  rule,
  sessionId,
  streamBudget,
  totalBudget,
  valueCharge,
  type Call,
  type Permission,
  type Session,
} from "../../../sdk";
import { decodeEnvelope, encodeEnvelope } from "../../../sdk/envelope";
import { enable, expectRefusal, grantBy, operation, seal, sessionOf } from "../../helpers/operations";
import {
  attempt,
  bytes,
  callOf,
  editPermission,
  envelopeOf,
  expectAccepted,
  expectError,
  expectRevert,
  expectTruncated,
  expectTruncatedAnswer,
  expectWrongKey,
  fieldsOf,
  joinFields,
  minimal,
  pathField,
  permissionFor,
  rawCall,
  readAnswer,
  refusalName,
  ruleField,
  SELECTOR,
  validate,
  validateSaying,
  validationCall,
  word,
  type AttemptOptions,
  type EnvelopeFields,
} from "../../helpers/validation";
import { now, wallet, world, type World } from "../../helpers/world";

type Arguments = readonly (bigint | number | string)[];

/** A session with one of everything, enabled, and an operation of it that is accepted. */
async function plain(overrides: Partial<Session> = {}, options: Parameters<typeof permissionFor>[1] = {}) {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w, options)], overrides);
  await enable(w, session);
  return { w, session, calls: [callOf(w, [7, 8])] };
}

/** The edited envelope is refused, the unedited one is accepted. */
async function expectEditRefused(
  { w, session, calls }: { w: World; session: Session; calls: Call[] },
  edit: (fields: EnvelopeFields) => Partial<EnvelopeFields>,
  name: string,
  args: Arguments,
  options: AttemptOptions = {},
): Promise<void> {
  await expectAccepted(w, await attempt(w, session, calls, options));
  await expectRevert(w, await attempt(w, session, calls, { ...options, edit }), name, args);
}

/** The session is accepted with these terms. */
async function expectSessionAccepted(overrides: Partial<Session>, options: AttemptOptions = {}): Promise<void> {
  const { w, session, calls } = await plain(overrides);
  await expectAccepted(w, await attempt(w, session, calls, options));
}

describe("SessionKeyValidator.validateUserOp: the envelope", () => {
  describe("an envelope with everything", () => {
    async function rich() {
      const w = await world();
      const start = await now();
      const busy: Permission = permissionFor(w, {
        maxValue: 2n ** 128n - 1n,
        rules: [
          rule("gte", [0], 2n ** 255n, MAX_UINT256 - 1n),
          ratioRule("lte", [32], [0], 10n ** 18n),
          rule("neq", [0], 0n),
        ],
        charges: [countCharge(0), argumentCharge(1, [32]), valueCharge(2)],
      });
      const calm = callPermission(w.tokenAddress, SELECTOR, { charges: [countCharge(2)] });
      const other = callPermission(wallet("somewhere").address, "0x01020304");
      const terms = {
        paymaster: ANY_PAYMASTER,
        salt: 0x0102030405060708n,
        budgets: [totalBudget(10n), periodicBudget(2n ** 103n, 3600), streamBudget(2n ** 104n - 1n, 86_400)],
        validAfter: start - 5000,
      };
      const sessions = [
        await sessionOf(w, [other, other, other], terms),
        await sessionOf(w, [busy, other, calm], terms),
        await sessionOf(w, [other, calm, other], terms),
      ];
      const session = sessions[1]!;
      const calls = [callOf(w, [2n ** 255n, 5], 3n), { ...callOf(w), target: w.tokenAddress }];
      const options: AttemptOptions = {
        mode: "signed",
        time: start - 40,
        grant: await grantBy(w, sessions),
        grantIndex: 1,
      };
      const op = await attempt(w, session, calls, options);
      const envelope = envelopeOf(session, calls, options);
      return { w, session, calls, options, op, envelope, size: dataLength(envelope) };
    }

    it("has fields that the test can name, and is accepted", async () => {
      const { w, op, envelope, calls } = await rich();
      const fields = fieldsOf(decodeEnvelope(envelope, calls.length));
      expect(joinFields(fields)).to.equal(envelope);
      expect(op.signature.startsWith(envelope)).to.equal(true);
      await expectAccepted(w, op);
    });

    it("is refused wherever the bytes end, and needs its key's signature @mass", async function () {
      this.timeout(120_000);
      const { w, op, size } = await rich();
      const length = dataLength(op.signature);
      for (let cut = 0; cut < size; cut++) {
        await expectTruncated(w, { ...op, signature: dataSlice(op.signature, 0, cut) }, cut, size);
      }
      for (let cut = size; cut < length; cut++) {
        await expectWrongKey(w, { ...op, signature: dataSlice(op.signature, 0, cut) });
      }
    });

    it("is refused wherever it says that it ends, whatever follows @mass", async function () {
      this.timeout(120_000);
      const { w, op, size } = await rich();
      const length = dataLength(op.signature);
      for (let cut = 0; cut < length; cut += cut < 120 || cut > size - 90 ? 1 : 5) {
        const answer = await validateSaying(w, op, cut);
        if (cut >= size) expect(answer).to.equal(1n);
        else expectTruncatedAnswer(answer, cut, size);
      }
    });

    it("is not accepted with any other byte in it @mass", async function () {
      this.timeout(120_000);
      const { w, op, size } = await rich();
      for (let at = 0; at < dataLength(op.signature); at += at < 150 || at > size - 100 ? 1 : 9) {
        const byte = Number(dataSlice(op.signature, at, at + 1));
        const flipped = concat([dataSlice(op.signature, 0, at), bytes(byte ^ 1, 1), dataSlice(op.signature, at + 1)]);
        const answer = readAnswer(
          w,
          await rawCall(w.validatorAddress, validationCall(w, { ...op, signature: flipped }), op.sender),
        );
        // Either a named error or "wrong key"; never a range.
        expect(answer === 1n || typeof answer !== "bigint", `byte ${at}`).to.equal(true);
      }
    });

    it("is refused by the EntryPoint too, and nothing changes", async () => {
      const { w, session, calls, options } = await rich();
      const whole = await operation(w, session, calls, options);
      for (const cut of [0, 1, 20, 21, 40]) {
        const op = { ...whole, signature: dataSlice(whole.signature, 0, cut) };
        await expectRefusal(w, op, "EnvelopeTruncated");
      }
    });
  });

  describe("head", () => {
    for (const head of [3, 7, 11, 15, 16, 17, 32, 64, 128, 255]) {
      it(`may not be ${head}`, async () => {
        await expectEditRefused(await plain(), () => ({ head: bytes(head, 1) }), "InvalidHead", [head]);
      });
    }

    it("is refused by the EntryPoint too", async () => {
      const { w, session, calls } = await plain();
      const op = await operation(w, session, calls);
      const envelope = joinFields({ ...fieldsOf(decodeEnvelope(envelopeOf(session, calls), 1)), head: "0x10" });
      await expectRefusal(w, await seal(w, op, envelope), "InvalidHead", [16n]);
    });
  });

  describe("window", () => {
    const FIRST = 1;
    const LAST = 2 ** 47 - 1;
    const windows = { "the longest": [FIRST, LAST], "the earliest": [1, 2], "the latest": [LAST - 1, LAST] } as const;
    for (const [name, [validAfter, validUntil]] of Object.entries(windows)) {
      it(`may be ${name}: ${validAfter} to ${validUntil}, and is returned`, async () => {
        const { w, session, calls } = await plain({ validAfter, validUntil });
        expect(await expectAccepted(w, await attempt(w, session, calls))).to.deep.equal({ validAfter, validUntil });
      });
    }

    for (const [after, until] of [
      [0, 5],
      [0, 0],
      [5, 5],
      [6, 5],
      [5, 0],
      [5, 2 ** 47],
      [5, 2 ** 48 - 1],
      [2 ** 47, 2 ** 47 + 1],
    ] as const) {
      it(`may not be ${after} to ${until}`, async () => {
        const edit = () => ({ validAfter: bytes(after, 6), validUntil: bytes(until, 6) });
        await expectEditRefused(await plain(), edit, "InvalidTimeWindow", [after, until]);
      });
    }
  });

  describe("paymaster field", () => {
    it("is left out rather than zero", async () => {
      const edit = () => ({ head: "0x04", paymaster: ZeroAddress });
      await expectEditRefused(await plain(), edit, "ZeroPaymasterField", []);
    });

    it("holds the paymaster of the session: another one makes another session", async () => {
      const paymaster = `0x${"00".repeat(19)}01`;
      const { w, session, calls } = await plain({ paymaster });
      await expectAccepted(w, await attempt(w, session, calls));
      const stranger = { ...session, paymaster: `0x${"00".repeat(19)}02` };
      await expectRevert(w, await attempt(w, stranger, calls), "SessionNotEnabled", [sessionId(stranger)]);
    });
  });

  describe("signer", () => {
    for (const length of [0, 1, 19, 1025, 65_535]) {
      it(`may not have ${length} bytes`, async () => {
        const edit = () => ({ signerLength: bytes(length, 2), signer: `0x${"ab".repeat(length)}` });
        await expectEditRefused(await plain(), edit, "InvalidSignerLength", [length, 20, 1024]);
      });
    }

    for (const length of [21, 1024]) {
      it(`may have ${length} bytes: read, though nobody can sign for it`, async () => {
        const { w, session, calls } = await plain({ signer: `0x${"ab".repeat(length)}` });
        await expectWrongKey(w, await attempt(w, session, calls));
      });
    }
  });

  describe("budgets", () => {
    const TOTAL = concat(["0x00", minimal(9n), "0x00000000"]);

    for (const count of [0, 1, 16]) {
      it(`may be ${count}`, () =>
        expectSessionAccepted({ budgets: Array.from({ length: count }, (_, i) => totalBudget(BigInt(i))) }));
    }
    for (const count of [17, 18, 255]) {
      it(`may not be ${count}`, async () => {
        const edit = () => ({ budgetCount: bytes(count, 1), budgets: concat(Array<string>(count).fill(TOTAL)) });
        await expectEditRefused(await plain(), edit, "TooManyBudgets", [count, 16]);
      });
    }

    for (const kind of [3, 4, 128, 255]) {
      it(`may not be of kind ${kind}, charged or not`, async () => {
        const edit = () => ({ budgets: concat([TOTAL, bytes(kind, 1), "0x00", bytes(3600, 4)]) });
        const parts = await plain({ budgets: [totalBudget(9n), totalBudget(0n)] });
        await expectEditRefused(parts, edit, "UnknownBudgetKind", [1, kind]);
      });
    }

    it("may be as large as 2^104 - 1", () => expectSessionAccepted({ budgets: [totalBudget(2n ** 104n - 1n)] }));
    it("may not have a limit of 14 bytes", async () => {
      const edit = () => ({ budgets: concat(["0x00", minimal(2n ** 104n), "0x00000000"]) });
      await expectEditRefused(await plain({ budgets: [totalBudget(1n)] }), edit, "IntegerTooLong", [14, 13]);
    });
    it("may not have a limit with a leading zero byte", async () => {
      const edit = () => ({ budgets: "0x0002000100000000" });
      await expectEditRefused(await plain({ budgets: [totalBudget(1n)] }), edit, "IntegerNotMinimal", [2]);
    });
    it("may not have a limit of 0 in one byte", async () => {
      const edit = () => ({ budgets: "0x00010000000000" });
      await expectEditRefused(await plain({ budgets: [totalBudget(0n)] }), edit, "IntegerNotMinimal", [1]);
    });

    for (const period of [1, 60, 2 ** 32 - 1]) {
      it(`of kind TOTAL may not have the period ${period}`, async () => {
        const edit = () => ({ budgets: concat(["0x00", minimal(9n), bytes(period, 4)]) });
        await expectEditRefused(await plain({ budgets: [totalBudget(9n)] }), edit, "InvalidBudgetPeriod", [
          0,
          period,
          0,
        ]);
      });
    }

    for (const kind of [1, 2]) {
      const name = kind === 1 ? "PERIODIC" : "STREAM";
      const budget = (period: number) => ({ kind, limit: 9n, period });
      const edit = (period: number) => () => ({ budgets: concat([bytes(kind, 1), minimal(9n), bytes(period, 4)]) });

      for (const period of [0, 1, 59]) {
        it(`of kind ${name} may not have the period ${period}, but 60`, async () => {
          await expectEditRefused(await plain({ budgets: [budget(60)] }), edit(period), "InvalidBudgetPeriod", [
            0,
            period,
            60,
          ]);
        });
      }

      it(`of kind ${name} may have 2^20 - 1 periods and not a second more`, async () => {
        const validAfter = 1_000;
        const validUntil = validAfter + (2 ** 20 - 1) * 100;
        const terms = { validAfter, budgets: [budget(100)] };
        await expectSessionAccepted({ ...terms, validUntil });
        const longer = await plain({ validAfter, validUntil: validUntil + 1, budgets: [budget(101)] });
        await expectEditRefused(longer, edit(100), "InvalidBudgetPeriod", [0, 100, 101]);
      });

      it(`of kind ${name} may have the period 2^32 - 1, for any session that fits`, async () => {
        const period = 2 ** 32 - 1;
        await expectSessionAccepted({ validAfter: 1, validUntil: 2 ** 47 - 1, budgets: [budget(period)] });
      });
    }
  });

  describe("fee budget", () => {
    const budgets = [totalBudget(2n ** 104n - 1n), totalBudget(2n ** 104n - 1n)];
    for (const [count, feeBudget] of [
      [2, 0],
      [2, 1],
      [2, 254],
      [0, 254],
    ] as const) {
      it(`may be ${feeBudget} of ${count} budgets`, () =>
        expectSessionAccepted({ budgets: budgets.slice(0, count), feeBudget }));
    }
    for (const [count, feeBudget] of [
      [0, 0],
      [0, 253],
      [2, 2],
      [2, 253],
    ] as const) {
      it(`may not be ${feeBudget} of ${count} budgets`, async () => {
        const edit = () => ({ feeBudget: bytes(feeBudget, 1) });
        const parts = await plain({ budgets: budgets.slice(0, count) });
        await expectEditRefused(parts, edit, "InvalidFeeBudget", [feeBudget, count]);
      });
    }

    it("is judged also when a paymaster pays", async () => {
      const paymaster = `0x${"9a".repeat(20)}`;
      const fields = { paymaster };
      const edit = () => ({ feeBudget: "0x00" });
      await expectEditRefused(await plain({ paymaster }), edit, "InvalidFeeBudget", [0, 0], { fields });
    });
  });

  describe("claimed time", () => {
    const WINDOW = { validAfter: 1_000_000, validUntil: 2_000_000 };
    for (const time of [1_000_000, 1_500_000, 2_000_000]) {
      it(`may be ${time} in ${WINDOW.validAfter} to ${WINDOW.validUntil}, and narrows nothing that is not charged`, async () => {
        const { w, session, calls } = await plain({
          ...WINDOW,
          budgets: [periodicBudget(1n, 60), streamBudget(1n, 60)],
        });
        expect(await expectAccepted(w, await attempt(w, session, calls, { time }))).to.deep.equal(WINDOW);
      });
    }
    for (const time of [0, 999_999, 2_000_001, 2 ** 48 - 1]) {
      it(`may not be ${time}`, async () => {
        const edit = () => ({ time: bytes(time, 6) });
        const args = [time, WINDOW.validAfter, WINDOW.validUntil];
        await expectEditRefused(await plain(WINDOW), edit, "TimeOutsideSession", args, { time: 1_500_000 });
      });
    }
  });

  describe("height of the permission tree", () => {
    for (const height of [11, 12, 255]) {
      it(`may not be ${height}`, async () => {
        await expectEditRefused(await plain(), () => ({ height: bytes(height, 1) }), "TreeTooHigh", [height, 10]);
      });
    }

    it("may be 10, with every leaf index", async () => {
      const w = await world();
      const permissions = Array.from({ length: 1024 }, (_, i) => permissionFor(w, { maxValue: BigInt(i) }));
      const session = await sessionOf(w, permissions);
      await enable(w, session);
      const tree = permissionTree(session);
      for (const index of [0, 1, 511, 512, 1023]) {
        const permission = permissions[index]!;
        const envelope = encodeEnvelope({
          mode: "use",
          session,
          height: 10,
          calls: [{ permission, proof: tree.proof(index) }],
        });
        const call = callOf(w, [], BigInt(index));
        await expectAccepted(w, await attempt(w, session, [call], { envelope }));
        const over = callOf(w, [], BigInt(index) + 1n);
        await expectRevert(w, await attempt(w, session, [over], { envelope }), "ValueTooHigh", [0, index + 1, index]);
      }
    });
  });

  describe("leaf index", () => {
    async function pair() {
      const w = await world();
      const session = await sessionOf(w, [
        permissionFor(w),
        callPermission(w.tokenAddress, SELECTOR),
        permissionFor(w, { maxValue: 1n }),
      ]);
      await enable(w, session);
      return { w, session, calls: [callOf(w)] };
    }
    it("is cut off, before it is wrong: a leaf index of which half is there", async () => {
      const { w, session, calls } = await pair();
      const op = await attempt(w, session, calls, { edit: editPermission({ index: "0xffff" })! });
      // Behind it come two siblings and the key's signature.
      const end = dataLength(op.signature) - 65 - 2 * 32;
      for (const cut of [end - 2, end - 1]) {
        await expectTruncated(w, { ...op, signature: dataSlice(op.signature, 0, cut) }, cut);
      }
      await expectRevert(w, { ...op, signature: dataSlice(op.signature, 0, end) }, "InvalidLeafIndex", [0xffff, 4]);
    });

    for (const index of [4, 5, 8, 0x100, 0x8000, 0xffff]) {
      it(`may not be ${index} of 4`, async () => {
        await expectEditRefused(await pair(), editPermission({ index: bytes(index, 2) })!, "InvalidLeafIndex", [
          index,
          4,
        ]);
      });
    }
    for (const index of [1, 2, 3]) {
      it(`of another place (${index}) makes another session`, async () => {
        const parts = await pair();
        const op = await attempt(parts.w, parts.session, parts.calls, {
          edit: editPermission({ index: bytes(index, 2) }),
        });
        const answer = await validate(parts.w, op);
        expect(refusalName(answer)).to.equal("SessionNotEnabled");
      });
    }
  });

  describe("permission", () => {
    for (const kind of [3, 4, 0x7f, 0x81, 0x82, 0x83, 0xff]) {
      it(`may not be of kind ${kind}`, async () => {
        const edit = editPermission({ kind: bytes(kind, 1) })!;
        await expectEditRefused(await plain(), edit, "UnknownPermissionKind", [0, kind]);
      });
    }
    it("tells in which call the unknown kind is", async () => {
      const { w, session, calls } = await plain();
      const two = [...calls, ...calls];
      await expectAccepted(w, await attempt(w, session, two));
      const op = await attempt(w, session, two, { edit: editPermission({ kind: "0x03" }, 1) });
      await expectRevert(w, op, "UnknownPermissionKind", [1, 3]);
    });

    it("may have a maxValue of 16 bytes and not of 17", async () => {
      const parts = await plain({}, { maxValue: 2n ** 128n - 1n });
      await expectEditRefused(parts, editPermission({ maxValue: minimal(2n ** 128n) })!, "IntegerTooLong", [17, 16]);
      await expectEditRefused(parts, editPermission({ maxValue: "0xff" })!, "IntegerTooLong", [255, 16]);
    });
    it("is cut off, before it is wrong: the size of an integer that is not there, with more behind the end", async () => {
      const { w, session, calls } = await plain();
      const op = await attempt(w, session, calls, { edit: editPermission({ maxValue: "0xff" })! });
      const fields = fieldsOf(decodeEnvelope(envelopeOf(session, calls), calls.length));
      const header = dataLength(joinFields({ ...fields, permissions: [] }));
      expectTruncatedAnswer(await validateSaying(w, op, header + 1), header + 1);
      expectError(await validateSaying(w, op, header + 2), "IntegerTooLong", [255, 16]);
    });
    for (const [field, size] of [
      ["0x0100", 1],
      ["0x020001", 2],
      [concat(["0x10", bytes(1, 16)]), 16],
    ] as const) {
      it(`may not have the maxValue ${field}`, async () => {
        await expectEditRefused(await plain(), editPermission({ maxValue: field })!, "IntegerNotMinimal", [size]);
      });
    }

    const RULE = ruleField(rule("eq", [0], 7n));
    const RULES = { rules: [rule("eq", [0], 7n)] };
    it("may have 16 rules and not 17", async () => {
      const parts = await plain({}, { rules: Array.from({ length: 16 }, () => rule("eq", [0], 7n)) });
      for (const count of [17, 255]) {
        const edit = editPermission({ ruleCount: bytes(count, 1), rules: concat(Array<string>(count).fill(RULE)) })!;
        await expectEditRefused(parts, edit, "TooManyRules", [count, 16]);
      }
    });

    for (const op of [10, 11, 255]) {
      it(`may not have a rule with op ${op}`, async () => {
        const edit = editPermission({ rules: concat([bytes(op, 1), dataSlice(RULE, 1)]) })!;
        await expectEditRefused(await plain({}, RULES), edit, "UnknownOp", [op]);
      });
    }

    for (const count of [0, 5, 255]) {
      it(`may not have a rule with a path of ${count} elements`, async () => {
        const path = pathField(Array<number>(count).fill(0));
        const edit = editPermission({ rules: concat(["0x00", path, "0x00000107"]) })!;
        await expectEditRefused(await plain({}, RULES), edit, "InvalidPathLength", [count, 1, 4]);
      });
    }
    for (const count of [5, 255]) {
      it(`may not have a rule with an other path of ${count} elements`, async () => {
        const other = pathField(Array<number>(count).fill(0));
        const edit = editPermission({ rules: concat(["0x00", pathField([0]), other, "0x000107"]) })!;
        await expectEditRefused(await plain({}, RULES), edit, "InvalidPathLength", [count, 0, 4]);
      });
    }

    for (const flag of [2, 3, 128, 255]) {
      it(`may not have a rule with mask flag ${flag}`, async () => {
        const edit = editPermission({ rules: concat(["0x00", pathField([0]), "0x00", bytes(flag, 1), "0x0107"]) })!;
        await expectEditRefused(await plain({}, RULES), edit, "UnknownMaskFlag", [flag]);
      });
    }
    it("may not spell out a mask of all ones", async () => {
      const rules = concat(["0x00", pathField([0]), "0x0001", word(MAX_UINT256), "0x0107"]);
      await expectEditRefused(await plain({}, RULES), editPermission({ rules })!, "MaskNotMinimal", []);
    });
    it("may have a mask of all ones but one", async () => {
      const { w, session, calls } = await plain({}, { rules: [rule("eq", [0], 6n, MAX_UINT256 - 1n)] });
      await expectAccepted(w, await attempt(w, session, calls));
    });

    it("may have a rule's value of 32 bytes and not of 33", async () => {
      const rules = [rule("lte", [0], MAX_UINT256)];
      const edit = editPermission({ rules: concat(["0x05", pathField([0]), "0x000021ff", `0x${"ff".repeat(32)}`]) })!;
      await expectEditRefused(await plain({}, { rules }), edit, "IntegerTooLong", [33, 32]);
    });
    it("may not have a rule's value with a leading zero byte", async () => {
      const edit = editPermission({ rules: concat(["0x00", pathField([0]), "0x00", "0x00", "0x020007"]) })!;
      await expectEditRefused(await plain({}, RULES), edit, "IntegerNotMinimal", [2]);
    });

    const CHARGED = { charges: [countCharge(0)] };
    const BUDGETS = { budgets: [totalBudget(100n)] };
    it("may have 8 charges and not 9", async () => {
      const parts = await plain(BUDGETS, { charges: Array.from({ length: 8 }, () => countCharge(0)) });
      for (const count of [9, 255]) {
        const edit = editPermission({
          chargeCount: bytes(count, 1),
          charges: concat(Array<string>(count).fill("0x000000")),
        })!;
        await expectEditRefused(parts, edit, "TooManyCharges", [count, 8]);
      }
    });
    for (const budget of [1, 2, 16, 255]) {
      it(`may not charge budget ${budget} of 1`, async () => {
        const edit = editPermission({ charges: concat([bytes(budget, 1), "0x0000"]) })!;
        await expectEditRefused(await plain(BUDGETS, CHARGED), edit, "UnknownBudget", [budget, 1]);
      });
    }
    it("may not charge a budget where there is none", async () => {
      const edit = editPermission({ chargeCount: "0x01", charges: "0x000000" })!;
      await expectEditRefused(await plain(), edit, "UnknownBudget", [0, 0]);
    });
    for (const source of [3, 4, 255]) {
      it(`may not charge from source ${source}`, async () => {
        const edit = editPermission({ charges: concat(["0x00", bytes(source, 1), "0x00"]) })!;
        await expectEditRefused(await plain(BUDGETS, CHARGED), edit, "UnknownSource", [source]);
      });
    }
    for (const source of [0, 1]) {
      for (const count of [1, 4]) {
        it(`may not have a path of ${count} in a charge from source ${source}`, async () => {
          const path = pathField(Array<number>(count).fill(0));
          const edit = editPermission({ charges: concat(["0x00", bytes(source, 1), path]) })!;
          await expectEditRefused(await plain(BUDGETS, CHARGED), edit, "InvalidPathLength", [count, 0, 0]);
        });
      }
    }
    for (const count of [0, 5]) {
      it(`may not have a path of ${count} in an ARGUMENT charge`, async () => {
        const edit = editPermission({ charges: concat(["0x0002", pathField(Array<number>(count).fill(0))]) })!;
        const parts = await plain(BUDGETS, { charges: [argumentCharge(0, [0])] });
        await expectEditRefused(parts, edit, "InvalidPathLength", [count, 1, 4]);
      });
    }

    it("is cut off, before it is wrong: a kind that is not there, of a call that fits none", async () => {
      const { w, session } = await plain();
      const calls = [{ ...callOf(w), data: "0x1234" }];
      const envelope = envelopeOf(session, [callOf(w)]);
      const header = dataLength(joinFields({ ...fieldsOf(decodeEnvelope(envelope, 1)), permissions: [] }));
      const op = await attempt(w, session, calls, { envelope });
      await expectTruncated(w, { ...op, signature: dataSlice(op.signature, 0, header) }, header);
      const signature = dataSlice(op.signature, 0, header + 1);
      await expectRevert(w, { ...op, signature }, "CallDataMismatch", [0, 0, 2]);
    });

    it("is cut off, before it is wrong: a charge of which only a part is there", async () => {
      const { w, session, calls } = await plain(BUDGETS, { charges: [argumentCharge(0, [0])] });
      const path = "fffe";
      const edit = editPermission({ charges: `0x000201${path}` })!;
      const op = await attempt(w, session, calls, { edit });
      await expectRevert(w, op, "ArgumentOutOfBounds", [0, 0xfffe, 64]);
      const end = op.signature.lastIndexOf(`000201${path}`) / 2 + 4;
      // What lies behind the end reads as zero: no path, or another one that leads nowhere.
      for (const left of [1, 2, 3, 4]) {
        const cut = end - 5 + left;
        await expectTruncated(w, { ...op, signature: dataSlice(op.signature, 0, cut) }, cut);
      }
      await expectRevert(
        w,
        { ...op, signature: dataSlice(op.signature, 0, end) },
        "ArgumentOutOfBounds",
        [0, 0xfffe, 64],
      );
    });
  });

  describe("grant", () => {
    async function granted() {
      const w = await world();
      const sessions = [await sessionOf(w, [permissionFor(w)]), await sessionOf(w, [permissionFor(w)], { salt: 1n })];
      const options: AttemptOptions = { mode: "enable", grant: await grantBy(w, sessions) };
      return { w, session: sessions[0]!, calls: [callOf(w)], options };
    }
    for (const height of [11, 12, 255]) {
      it(`may not be of height ${height}`, async () => {
        const { options, ...parts } = await granted();
        const edit = ({ grant }: EnvelopeFields) => ({ grant: { ...grant, height: bytes(height, 1) } });
        await expectEditRefused(parts, edit, "GrantTooHigh", [height, 10], options);
      });
    }
    for (const index of [2, 3, 0x8000]) {
      it(`may not have the index ${index} of 2`, async () => {
        const { options, ...parts } = await granted();
        const edit = ({ grant }: EnvelopeFields) => ({ grant: { ...grant, index: bytes(index, 2) } });
        await expectEditRefused(parts, edit, "InvalidLeafIndex", [index, 2], options);
      });
    }
    it("may not have a signature that is longer than what is left", async () => {
      const { w, session, calls, options } = await granted();
      const op = await attempt(w, session, calls, {
        ...options,
        edit: ({ grant }) => ({ grant: { ...grant, length: "0xffff" } }),
      });
      await expectTruncated(w, op, dataLength(op.signature));
    });
  });
});
