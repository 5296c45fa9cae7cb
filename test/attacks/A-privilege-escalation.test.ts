import { concat, ZeroAddress } from "ethers";
import {
  anyCallPermission,
  argumentCharge,
  callAnyTargetPermission,
  callPermission,
  countCharge,
  encodeExecute,
  ENTRY_POINTS,
  lint,
  PERMISSION_KINDS,
  rule,
  totalBudget,
  transferPermission,
  validateSession,
  type Permission,
} from "../../sdk";
import { BATCH_MODE } from "../../sdk/constants";
import { decodeEnvelope } from "../../sdk/envelope";
import { SessionKeyValidator__factory } from "../../typechain-types";
import { ERC7913_MAGIC, validAnswers, wrongAnswers } from "../contracts/SessionKeyValidator/answers";
import { asAccount, enable, operation, sessionOf } from "../helpers/operations";
import { bytes, callOf, claim, fieldsOf, joinFields, permissionFor, SELECTOR, word } from "../helpers/validation";
import { wallet, world, type World } from "../helpers/world";
import { expectCode } from "../sdk/arbitraries";
import { attack, type Trial } from "./catalogue";
import { disguised, encode, forged, having, spentOf } from "./fixture";

/** Permissions that would allow `data` at `target`, as narrow and as wide as a session can. */
function grantsFor(target: string, data: string): Permission[] {
  if (data.length < 10) return [transferPermission(target, 1n), anyCallPermission(target)];
  return [
    callPermission(target, data.slice(0, 10)),
    callAnyTargetPermission(data.slice(0, 10)),
    anyCallPermission(target),
  ];
}

/** None of the calls is made, whatever was granted, alone or anywhere in a batch; the rest of the batch would be. */
async function expectForbidden(trial: Trial, w: World, target: string, calldata: readonly string[]): Promise<void> {
  let place = 0;
  for (const data of calldata) {
    for (const permission of grantsFor(target, data)) {
      const session = await sessionOf(w, [permission, permissionFor(w)]);
      await enable(w, session);
      const [calls, claimed] = [
        [callOf(w), callOf(w)],
        [1, 1],
      ];
      const alone = place++ % 4 === 3;
      const at = alone ? 0 : place % 3;
      calls.splice(at, alone ? 2 : 0, { target, value: 0n, data });
      claimed.splice(at, alone ? 2 : 0, 0);
      const op = await operation(w, session, calls, { envelope: claim(session, claimed) });
      await trial.refused(w, op, "ForbiddenTarget", [BigInt(at), target]);
      const named = permission.kind !== PERMISSION_KINDS.callAnyTarget && target !== w.validatorAddress;
      if (named) expectCode(() => validateSession(session), "FORBIDDEN_TARGET");
    }
  }
  const session = await sessionOf(w, [callAnyTargetPermission(SELECTOR)]);
  await enable(w, session);
  await trial.accepted(w, session, [callOf(w), callOf(w)]);
}

/** Whatever would change an account, were it called on itself. */
function accountCalls(w: World): string[] {
  const { interface: account } = w.account;
  const installing = account.encodeFunctionData("installModule", [2, w.targetAddress, "0x"]);
  return [
    account.encodeFunctionData("execute", [BATCH_MODE, "0x"]),
    account.encodeFunctionData("executeFromExecutor", [BATCH_MODE, "0x"]),
    encode(
      "executeUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32)",
      [ZeroAddress, 0, "0x", installing, word(0), 0, word(0), "0x", "0x"],
      word(0),
    ),
    installing,
    account.encodeFunctionData("uninstallModule", [1, w.validatorAddress, "0x"]),
    encode("upgradeToAndCall(address,bytes)", w.targetAddress, "0x"),
    SELECTOR,
    "0x",
    "0x01",
    "0x010203",
  ];
}

describe("A: privilege escalation by target", () => {
  attack("A1", "no session calls its own account", async (trial) => {
    const w = await world();
    await expectForbidden(trial, w, w.accountAddress, accountCalls(w));
  });

  attack("A2", "no session calls the zero address, which OpenZeppelin's account takes for itself", async (trial) => {
    const w = await world();
    await expectForbidden(trial, w, ZeroAddress, accountCalls(w));
  });

  attack("A3", "no session calls the validator, and another instance only if it was granted", async (trial) => {
    const w = await world();
    const { interface: module } = w.validator;
    const calldata: string[] = [];
    module.forEachFunction(({ selector: found, stateMutability }) => {
      if (stateMutability === "nonpayable") calldata.push(concat([found, word(1), word(2), word(3), word(4)]));
    });
    await expectForbidden(trial, w, w.validatorAddress, calldata);
    const other = await (await new SessionKeyValidator__factory(w.bundler).deploy()).getAddress();
    const itself = w.account.connect((await asAccount(w)).runner);
    await itself.installModule(1, other, "0x");
    const session = await sessionOf(w, [permissionFor(w)]);
    const sid = await enable(w, session);
    const data = module.encodeFunctionData("enableSession", [word(1), "0x"]);
    const op = await forged({ w, session, sid }, [{ target: other, value: 0n, data }]);
    await trial.refused(w, op, "SessionNotEnabled");
  });

  attack("A4", "no session calls an EntryPoint, of any version", async (trial) => {
    const w = await world();
    const calldata = [
      encode("withdrawTo(address,uint256)", w.stranger.address, 1n),
      encode("withdrawStake(address)", w.stranger.address),
      encode("unlockStake()"),
      encode("addStake(uint32)", 1),
      encode("incrementNonce(uint192)", 0n),
      encode("depositTo(address)", w.stranger.address),
      encode("delegateAndRevert(address,bytes)", w.targetAddress, "0x"),
    ];
    for (const [version, entryPoint] of Object.entries(ENTRY_POINTS)) {
      await expectForbidden(trial, w, entryPoint, version === "0.8" ? calldata : calldata.slice(0, 2));
    }
  });

  attack(
    "A5",
    "an installed executor is out of reach but for a wildcard, which the SDK calls dangerous",
    async (trial) => {
      const { w, session, sid } = await having((all) => [callAnyTargetPermission(SELECTOR), permissionFor(all)]);
      // The executor obeys the account; the session reaches it by the one selector that was granted, and by no other.
      const data = encode("executeOnOwnedAccount(address,bytes)", w.accountAddress, "0x");
      const op = await forged({ w, session, sid }, [{ target: w.tokenAddress, value: 0n, data }]);
      await trial.refused(w, op, "SessionNotEnabled");
      await trial.accepted(w, session, [callOf(w)]);
      trial.repelled(
        lint(session).some(({ code }) => code === "ANY_TARGET"),
        true,
        "lint ANY_TARGET",
      );
    },
  );

  attack("A6", "no selector is a sentinel: neither as data nor in a permission", async (trial) => {
    const sentinels = ["0x00000000", "0xffffffff", "0x32323232", "0xe0e0e0e0", "0x00000001", "0x50ffbaad"];
    const plain = await having();
    const money = await having((w) => [transferPermission(w.targetAddress, 0n)]);
    for (const data of sentinels) {
      await trial.refused(plain.w, await forged(plain, [{ ...callOf(plain.w), data }]), "SessionNotEnabled");
      const op = await forged(money, [{ ...callOf(money.w), data }]);
      await trial.refused(money.w, op, "CallDataMismatch", [0n, 1n, 4n]);
      const { w, session } = await having((all) => [callPermission(all.targetAddress, data)]);
      await trial.accepted(w, session, [{ ...callOf(w), data }]);
      const [empty, other] = [
        await operation(w, session, [callOf(w)], {
          callData: encodeExecute([{ ...callOf(w), data: "0x" }]),
          envelope: claim(session, [0]),
        }),
        await forged({ w, session, sid: "" }, [callOf(w)]),
      ];
      await trial.refused(w, empty, "CallDataMismatch", [0n, 0n, 0n]);
      await trial.refused(w, other, "SessionNotEnabled");
    }
  });

  attack(
    "A7",
    "what is absent allows nothing: no permission, no call, no data, no record, no amount",
    async (trial) => {
      const { w, session, sid } = await having();
      expectCode(() => validateSession({ ...session, permissions: [] }), "EMPTY_PERMISSIONS");
      await trial.refused(w, await disguised({ w, session, sid }, "0x"), "ForbiddenSelector", [
        "0x00000000",
        "0xe9ae5c53",
      ]);
      const nothing = encode("execute(bytes32,bytes)", BATCH_MODE, concat([word(32), word(0)]));
      await trial.refused(w, await disguised({ w, session, sid }, nothing), "InvalidCallCount", [0n, 32n]);
      const zeros = callPermission(ZeroAddress, "0x00000000");
      const blank = await sessionOf(w, [zeros]);
      await enable(w, blank);
      const call = { target: w.targetAddress, value: 0n, data: "0x00000000" };
      await trial.refused(w, await operation(w, blank, [call], { envelope: claim(blank, [0]) }), "SessionNotEnabled");
      const idle = { ...call, data: encode("set(uint256)", 0n) };
      await trial.refused(w, await forged({ w, session, sid }, [idle]), "SessionNotEnabled");
      await trial.accepted(w, session, [callOf(w)]);
    },
  );

  attack("A8", "of several permissions one must allow the whole call, and is charged alone", async (trial) => {
    const small = { rules: [rule("lte", [0], 10n), rule("eq", [32], 1n)], charges: [argumentCharge(0, [0])] };
    const large = { rules: [rule("lte", [0], 99n), rule("eq", [32], 2n)], charges: [argumentCharge(1, [0])] };
    const found = await having((w) => [permissionFor(w, small), permissionFor(w, large)], {
      budgets: [totalBudget(100n), totalBudget(100n)],
    });
    const { w, session } = found;
    const loosest = [callOf(w, [50, 1])];
    for (const [index, failing] of [
      [0, [0n, 0n, 5n, 50n, 10n]],
      [1, [0n, 1n, 0n, 1n, 2n]],
    ] as const) {
      const op = await operation(w, session, loosest, { envelope: claim(session, [index]) });
      await trial.refused(w, op, "RuleNotMet", failing);
    }
    await trial.accepted(w, session, [callOf(w, [50, 2])]);
    trial.admitted([await spentOf(found, 0), await spentOf(found, 1)], [0n, 50n]);
  });

  attack("A9", "the last of every list bites, and one more than the most is refused", async (trial) => {
    const rules = [...Array.from({ length: 15 }, () => rule("gte", [0], 0n)), rule("eq", [0], 7n)];
    const charges = [...Array.from({ length: 7 }, () => countCharge(0)), argumentCharge(15, [0])];
    const deep = await having((w) => [permissionFor(w, { rules, charges })], {
      budgets: Array.from({ length: 16 }, () => totalBudget(10n)),
    });
    const { w, session } = deep;
    await trial.refused(w, await forged(deep, [callOf(w, [8])]), "RuleNotMet", [0n, 15n, 0n, 8n, 7n]);
    await trial.accepted(w, session, [callOf(w, [7])]);
    trial.admitted([await spentOf(deep, 0), await spentOf(deep, 15)], [7n, 7n]);
    const fields = fieldsOf(decodeEnvelope(claim(session, [0]), 1));
    const [first] = fields.permissions as [(typeof fields.permissions)[0]];
    for (const [envelope, error, most] of [
      [{ ...fields, permissions: [{ ...first, ruleCount: bytes(17, 1) }] }, "TooManyRules", 16n],
      [{ ...fields, permissions: [{ ...first, chargeCount: bytes(9, 1) }] }, "TooManyCharges", 8n],
      [{ ...fields, budgetCount: bytes(17, 1) }, "TooManyBudgets", 16n],
    ] as const) {
      const op = await operation(w, session, [callOf(w, [7])], { envelope: joinFields(envelope) });
      await trial.refused(w, op, error, [most + 1n, most]);
    }

    const wide = await having((all) => [permissionFor(all)]);
    const most = Array.from({ length: 32 }, () => callOf(w));
    const room = { fields: { callGasLimit: 4_000_000n } };
    const longer = encodeExecute(most).replace(word(32 * 32).slice(2), word(32 * 33).slice(2));
    await trial.refused(w, await disguised(wide, longer), "NonCanonicalWord");
    const last = [...most.slice(1), { ...callOf(w), data: "0x01" }];
    await trial.refused(w, await forged(wide, last, room), "CallDataMismatch", [31n, 0n, 1n]);
    await trial.accepted(w, wide.session, most, room);
  });

  attack(
    "A10",
    "a verifier or an owner without code, or with another answer than the magic word, says no",
    async (trial) => {
      const answers = wrongAnswers(ERC7913_MAGIC);
      answers["no code"] = () => Promise.resolve(wallet("nobody").address);
      for (const [answer, deploy] of Object.entries(answers)) {
        const { w, session } = await having();
        const signer = concat([await deploy(w), "0x01"]);
        const odd = { ...session, signer };
        await enable(w, odd);
        // Without gas the account cannot pay either, which the EntryPoint finds first.
        const aa = /gas|megabyte|storage/.test(answer) ? "AA21" : "AA24";
        await trial.rejected(w, await operation(w, odd, [callOf(w)]), aa);
      }
      const { w, session } = await having();
      const signer = concat([await validAnswers(ERC7913_MAGIC)["the magic in a word"]!(w), "0x01"]);
      await enable(w, { ...session, signer });
      await trial.accepted(w, { ...session, signer }, [callOf(w)], { broken: ["STO-021"] });
    },
  );
});
