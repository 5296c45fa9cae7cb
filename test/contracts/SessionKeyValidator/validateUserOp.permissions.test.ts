import { expect } from "chai";
import { concat, getAddress, id, ZeroAddress } from "ethers";
import {
  anyCallPermission,
  callAnyTargetPermission,
  callPermission,
  ENTRY_POINTS,
  PERMISSION_KINDS,
  permissionTree,
  sessionId,
  transferPermission,
  type Call,
  type Permission,
  type Session,
} from "../../../sdk";
import { decodeEnvelope, encodeEnvelope } from "../../../sdk/envelope";
import { foldProof } from "../../../sdk/tree";
import { permissionHash, sessionStructHash } from "../../../sdk/typedData";
import { enable, expectRefusal, expectRejection, operation, seal, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  callOf,
  claim,
  expectAccepted,
  expectRevert,
  fieldsOf,
  joinFields,
  permissionFor,
  SELECTOR,
  word,
} from "../../helpers/validation";
import { wallet, world, type World } from "../../helpers/world";

/** A session with these permissions, enabled. */
async function having(permissions: (w: World) => Permission[], overrides: Partial<Session> = {}) {
  const w = await world();
  const session = await sessionOf(w, permissions(w), overrides);
  await enable(w, session);
  return { w, session };
}

describe("SessionKeyValidator.validateUserOp: permissions", () => {
  describe("targets that no session may call", () => {
    const targets: Record<string, (w: World) => string> = {
      "the account": (w) => w.accountAddress,
      "the validator": (w) => w.validatorAddress,
      "the zero address": () => ZeroAddress,
      "EntryPoint v0.6": () => ENTRY_POINTS["0.6"],
      "EntryPoint v0.7": () => ENTRY_POINTS["0.7"],
      "EntryPoint v0.8": () => ENTRY_POINTS["0.8"],
      "EntryPoint v0.9": () => ENTRY_POINTS["0.9"],
    };
    for (const [name, find] of Object.entries(targets)) {
      it(`${name}: with any permission, at any place in a batch (A1–A4)`, async () => {
        const w = await world();
        const target = getAddress(find(w));
        const fine = callOf(w);
        const grants: [Permission, string][] = [
          [callPermission(target, SELECTOR), SELECTOR],
          [callAnyTargetPermission(SELECTOR), SELECTOR],
          [anyCallPermission(target), SELECTOR],
          [anyCallPermission(target), "0x9517e29f"],
          [transferPermission(target, 1n), "0x"],
        ];
        for (const [permission, data] of grants) {
          const session = await sessionOf(w, [permission, permissionFor(w)]);
          await enable(w, session);
          const call: Call = { target, value: 0n, data };
          for (const position of [0, 1, 2]) {
            const calls = [fine, fine];
            const claimed = [1, 1];
            calls.splice(position, 0, call);
            claimed.splice(position, 0, 0);
            const op = await attempt(w, session, calls, { envelope: claim(session, claimed) });
            await expectRevert(w, op, "ForbiddenTarget", [position, target]);
          }
          const alone = await attempt(w, session, [call], { envelope: claim(session, [0]) });
          await expectRevert(w, alone, "ForbiddenTarget", [0, target]);
          await expectAccepted(w, await attempt(w, session, [fine, fine]));
        }
      });
    }

    it("are refused by the EntryPoint too", async () => {
      const { w, session } = await having(() => [
        callAnyTargetPermission("0x9517e29f"),
        callAnyTargetPermission(SELECTOR),
      ]);
      const data = w.account.interface.encodeFunctionData("installModule", [1, w.tokenAddress, "0x"]);
      for (const target of [w.accountAddress, ZeroAddress, w.validatorAddress, ENTRY_POINTS["0.8"]]) {
        const calls = [{ target, value: 0n, data }];
        const op = await operation(w, session, calls, { envelope: claim(session, [0]) });
        await expectRefusal(w, op, "ForbiddenTarget", [0n, target]);
      }
      await use(w, session, [callOf(w)]);
    });

    it("do not include another account", async () => {
      const { w, session } = await having((all) => [callPermission(all.otherAccountAddress, SELECTOR)]);
      await expectAccepted(w, await attempt(w, session, [{ ...callOf(w), target: w.otherAccountAddress }]));
    });
  });

  describe("kinds", () => {
    const CALL = PERMISSION_KINDS.call;
    const TRANSFER = PERMISSION_KINDS.transfer;
    const ANY_CALL = PERMISSION_KINDS.anyCall;
    const ANY_TARGET = PERMISSION_KINDS.callAnyTarget;
    const make: Record<number, (w: World) => Permission> = {
      [CALL]: (w) => permissionFor(w),
      [TRANSFER]: (w) => transferPermission(w.targetAddress, 0n),
      [ANY_CALL]: (w) => anyCallPermission(w.targetAddress),
      [ANY_TARGET]: () => callAnyTargetPermission(SELECTOR),
    };
    const lengths: [number, number[], number[]][] = [
      [CALL, [4, 5, 36], [0, 1, 2, 3]],
      [TRANSFER, [0], [1, 2, 3, 4, 36]],
      [ANY_CALL, [4, 5, 36], [0, 1, 2, 3]],
      [ANY_TARGET, [4, 5, 36], [0, 1, 2, 3]],
    ];
    for (const [kind, allowed, refused] of lengths) {
      it(`${kind} takes calldata of ${allowed.join(", ")} bytes and not of ${refused.join(", ")}`, async () => {
        const { w, session } = await having((all) => [make[kind]!(all)]);
        const call = (size: number): Call => ({
          ...callOf(w),
          data: concat([SELECTOR, word(0)]).slice(0, 2 + 2 * size),
        });
        const envelope = claim(session, [0]);
        for (const size of allowed) await expectAccepted(w, await attempt(w, session, [call(size)], { envelope }));
        for (const size of refused) {
          const op = await attempt(w, session, [call(size)], { envelope });
          await expectRevert(w, op, "CallDataMismatch", [0, kind, size]);
        }
      });
    }

    it("tell which call of the batch does not fit", async () => {
      const { w, session } = await having((all) => [permissionFor(all)]);
      const calls = [callOf(w), { ...callOf(w), data: "0x123456" }];
      const op = await attempt(w, session, calls, { envelope: claim(session, [0, 0]) });
      await expectRevert(w, op, "CallDataMismatch", [1, CALL, 3]);
    });

    /** What the session becomes if the contract takes target and selector from the call. */
    const asIf = (session: Session, change: Partial<Permission>): Session => ({
      ...session,
      permissions: [{ ...session.permissions[0]!, ...change }],
    });

    it("CALL: another target or selector makes another session", async () => {
      const { w, session } = await having((all) => [permissionFor(all)]);
      const envelope = claim(session, [0]);
      await expectAccepted(w, await attempt(w, session, [callOf(w)], { envelope }));
      const elsewhere = { ...callOf(w), target: w.tokenAddress };
      const moved = sessionId(asIf(session, { target: w.tokenAddress }));
      await expectRevert(w, await attempt(w, session, [elsewhere], { envelope }), "SessionNotEnabled", [moved]);
      for (const selector of ["0x00000000", "0xffffffff", "0x32323232", "0xe0e0e0e0", "0x00000001"]) {
        const other = sessionId(asIf(session, { selector }));
        const op = await attempt(w, session, [{ ...callOf(w), data: selector }], { envelope });
        await expectRevert(w, op, "SessionNotEnabled", [other]);
      }
    });

    it("TRANSFER and ANY_CALL: another target makes another session", async () => {
      for (const kind of [TRANSFER, ANY_CALL]) {
        const { w, session } = await having((all) => [make[kind]!(all)]);
        const envelope = claim(session, [0]);
        const call = { ...callOf(w), data: kind === TRANSFER ? "0x" : "0x12345678" };
        await expectAccepted(w, await attempt(w, session, [call], { envelope }));
        const id = sessionId(asIf(session, { target: w.tokenAddress }));
        const op = await attempt(w, session, [{ ...call, target: w.tokenAddress }], { envelope });
        await expectRevert(w, op, "SessionNotEnabled", [id]);
      }
    });

    it("ANY_CALL takes every selector, also the strange ones", async () => {
      const { w, session } = await having((all) => [anyCallPermission(all.targetAddress)]);
      for (const data of ["0x00000000", "0xffffffff", "0x095ea7b3", "0x12345678ff"]) {
        await expectAccepted(w, await attempt(w, session, [{ ...callOf(w), data }]));
      }
    });

    it("ANY_TARGET takes every lawful target, but one selector", async () => {
      const { w, session } = await having(() => [callAnyTargetPermission(SELECTOR)]);
      const envelope = claim(session, [0]);
      for (const target of [w.targetAddress, w.tokenAddress, wallet("anybody").address, `0x${"00".repeat(19)}01`]) {
        await expectAccepted(w, await attempt(w, session, [{ ...callOf(w), target }], { envelope }));
      }
      const id = sessionId(asIf(session, { selector: "0x12345678" }));
      const op = await attempt(w, session, [{ ...callOf(w), data: "0x12345678" }], { envelope });
      await expectRevert(w, op, "SessionNotEnabled", [id]);
    });

    it("one kind does not pass for another: the kind is hashed", async () => {
      const { w, session } = await having((all) => [permissionFor(all)]);
      for (const [kind, change] of [
        [ANY_CALL, { selector: "0x00000000" }],
        [ANY_TARGET, { target: ZeroAddress }],
      ] as const) {
        const envelope = claim(session, [0], { kind });
        const op = await attempt(w, session, [callOf(w)], { envelope });
        await expectRevert(w, op, "SessionNotEnabled", [sessionId(asIf(session, { kind, ...change }))]);
      }
    });
  });

  describe("maxValue", () => {
    for (const maxValue of [0n, 1n, 10n ** 18n, 2n ** 128n - 1n]) {
      it(`${maxValue} is the greatest value of a call, not of the batch`, async () => {
        const { w, session } = await having((all) => [permissionFor(all, { maxValue })]);
        const envelope = claim(session, [0]);
        const below = maxValue === 0n ? 0n : maxValue - 1n;
        for (const value of [below, maxValue]) {
          await expectAccepted(w, await attempt(w, session, [callOf(w, [], value)], { envelope }));
        }
        for (const value of [maxValue + 1n, 2n ** 128n + maxValue, 2n ** 256n - 1n]) {
          const op = await attempt(w, session, [callOf(w, [], value)], { envelope });
          await expectRevert(w, op, "ValueTooHigh", [0, value, maxValue]);
        }
        const twice = [callOf(w, [], maxValue), callOf(w, [], maxValue)];
        await expectAccepted(w, await attempt(w, session, twice));
        const second = [callOf(w, [], maxValue), callOf(w, [], maxValue + 1n)];
        const op = await attempt(w, session, second, { envelope: claim(session, [0, 0]) });
        await expectRevert(w, op, "ValueTooHigh", [1, maxValue + 1n, maxValue]);
      });
    }

    it("is hashed: a higher one makes another session", async () => {
      const { w, session } = await having((all) => [permissionFor(all, { maxValue: 1n })]);
      const envelope = claim(session, [0], { maxValue: 2n });
      const higher = { ...session, permissions: [{ ...session.permissions[0]!, maxValue: 2n }] };
      const op = await attempt(w, session, [callOf(w, [], 2n)], { envelope });
      await expectRevert(w, op, "SessionNotEnabled", [sessionId(higher)]);
    });

    it("is refused by the EntryPoint too", async () => {
      const { w, session } = await having((all) => [permissionFor(all, { maxValue: 5n })]);
      const op = await operation(w, session, [callOf(w, [], 6n)], { envelope: claim(session, [0]) });
      await expectRefusal(w, op, "ValueTooHigh", [0n, 6n, 5n]);
      await use(w, session, [callOf(w, [], 5n)]);
    });
  });

  describe("the tree", () => {
    const many = (count: number) => (w: World) =>
      Array.from({ length: count }, (_, i) => callPermission(w.targetAddress, id(`f${i}()`).slice(0, 10)));

    for (const count of [1, 2, 3, 4, 5, 8, 9]) {
      it(`of ${count}: every permission can be used, alone and together`, async () => {
        const { w, session } = await having(many(count));
        const calls = session.permissions.map(({ selector }) => ({ ...callOf(w), data: selector }));
        for (const call of calls) await expectAccepted(w, await attempt(w, session, [call]));
        await expectAccepted(w, await attempt(w, session, calls));
        await expectAccepted(w, await attempt(w, session, [...calls].reverse()));
        const missing = { ...callOf(w), data: id("g()").slice(0, 10) };
        const op = await attempt(w, session, [missing], { envelope: claim(session, [count - 1]) });
        const answer = sessionId({
          ...session,
          // The last leaf is replaced, its copies in the padding are not.
          permissions: [
            ...session.permissions.slice(0, -1),
            { ...session.permissions[count - 1]!, selector: missing.data },
            ...Array<Permission>(2 ** permissionTree(session).height - count).fill(session.permissions[count - 1]!),
          ],
        });
        await expectRevert(w, op, "SessionNotEnabled", [answer]);
      });
    }

    it("the padding can be used like the permission that it repeats", async () => {
      const { w, session } = await having(many(3));
      const tree = permissionTree(session);
      const calls = [{ permission: session.permissions[2]!, proof: tree.proof(3) }];
      const envelope = encodeEnvelope({ mode: "use", session, height: 2, calls });
      const call = { ...callOf(w), data: session.permissions[2]!.selector };
      await expectAccepted(w, await attempt(w, session, [call], { envelope }));
    });

    it("a wrong sibling makes another session; two trees in one operation are refused", async () => {
      const { w, session } = await having(many(2));
      const [first, second] = session.permissions as [Permission, Permission];
      const calls = [first, second].map(({ selector }) => ({ ...callOf(w), data: selector }));
      await expectAccepted(w, await attempt(w, session, calls));
      const stranger = permissionTree({ permissions: [first, callPermission(w.tokenAddress, SELECTOR)] });
      const tree = permissionTree(session);
      const envelope = encodeEnvelope({
        mode: "use",
        session,
        height: 1,
        calls: [
          { permission: first, proof: tree.proof(0) },
          { permission: first, proof: stranger.proof(0) },
        ],
      });
      const op = await attempt(w, session, [calls[0]!, calls[0]!], { envelope });
      await expectRevert(w, op, "PermissionsMismatch", [1, stranger.root, tree.root]);
      const lonely = encodeEnvelope({
        mode: "use",
        session,
        height: 1,
        calls: [{ permission: first, proof: stranger.proof(0) }],
      });
      const other = { ...session, permissions: [first, callPermission(w.tokenAddress, SELECTOR)] };
      const lone = await attempt(w, session, [calls[0]!], { envelope: lonely });
      await expectRevert(w, lone, "SessionNotEnabled", [sessionId(other)]);
    });

    it("a permission of another session cannot be borrowed in a batch", async () => {
      const { w, session } = await having(many(2));
      const [mine] = session.permissions as [Permission];
      const other = await sessionOf(w, [permissionFor(w), mine], { salt: 5n });
      await enable(w, other);
      const tree = permissionTree(session);
      const borrowed = permissionTree(other);
      const envelope = encodeEnvelope({
        mode: "use",
        session,
        height: 1,
        calls: [
          { permission: mine, proof: tree.proof(0) },
          { permission: other.permissions[0]!, proof: borrowed.proof(0) },
        ],
      });
      const op = await attempt(w, session, [{ ...callOf(w), data: mine.selector }, callOf(w)], { envelope });
      await expectRevert(w, op, "PermissionsMismatch", [1, borrowed.root, tree.root]);
    });

    it("of another height is another session: an inner node does not pass for a leaf (F16)", async () => {
      const { w, session } = await having(many(4));
      const tree = permissionTree(session);
      const proof = tree.proof(0);
      const call = { ...callOf(w), data: session.permissions[0]!.selector };
      const fields = fieldsOf(decodeEnvelope(claim(session, [0]), 1));
      for (const { height, siblings } of [
        { height: 1, siblings: proof.siblings.slice(0, 1) },
        { height: 3, siblings: [...proof.siblings, tree.root] },
      ]) {
        const edit = () => ({
          height: `0x0${height}`,
          permissions: fields.permissions.map((part) => ({ ...part, siblings: concat(siblings) })),
        });
        const root = foldProof(permissionHash(session.permissions[0]!), { index: 0, siblings });
        const expected = sessionStructHash(session, root, height);
        const op = await attempt(w, session, [call], { edit });
        await expectRevert(w, op, "SessionNotEnabled", [expected]);
      }
      await expectAccepted(w, await attempt(w, session, [call]));
    });

    it("is refused by the EntryPoint too when the envelope is swapped for another session's", async () => {
      const { w, session } = await having((all) => [permissionFor(all)]);
      const rich = await sessionOf(w, [anyCallPermission(w.targetAddress)], { signer: w.otherKey.address });
      await enable(w, rich);
      const op = await operation(w, session, [callOf(w)]);
      // The key of the poor session signs for the rich one: its signer is another.
      const stolen = joinFields(fieldsOf(decodeEnvelope(claim(rich, [0]), 1)));
      await expectRejection(w, await seal(w, op, stolen), "AA24");
      await use(w, session, [callOf(w)]);
      expect(await w.validator.sessionStatus(sessionId(rich), w.accountAddress)).to.equal(1n);
    });
  });
});
