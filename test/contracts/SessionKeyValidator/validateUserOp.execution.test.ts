import { expect } from "chai";
import { AbiCoder, concat, dataLength, dataSlice, Interface } from "ethers";
import { encodeExecute, MAX_UINT256, transferPermission, type Call, type Session } from "../../../sdk";
import { BATCH_MODE, EXECUTE_SELECTOR, SINGLE_MODE } from "../../../sdk/constants";
import { enable, expectRefusal, operation, sessionOf, use } from "../../helpers/operations";
import {
  attempt,
  bytes,
  callOf,
  expectAccepted,
  expectRevert,
  patch,
  permissionFor,
  refusalName,
  validate,
  word,
  wordAt,
} from "../../helpers/validation";
import { world, type World } from "../../helpers/world";

const HEAD = 100;
const FIRST_POINTER = HEAD + 64;
const HUGE = [2n ** 16n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 255n, MAX_UINT256 - 31n, MAX_UINT256];

interface Parts {
  readonly w: World;
  readonly session: Session;
  readonly calls: Call[];
  readonly callData: string;
  readonly accept: (callData: string, calls?: readonly Call[]) => Promise<void>;
  readonly refuse: (callData: string, name: string, args: readonly (bigint | number | string)[]) => Promise<void>;
}

/** A session that allows the calls, whatever their arguments; `callData` is their canonical encoding, and accepted. */
async function encoded(calls: (w: World) => Call[]): Promise<Parts> {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w, { maxValue: 100n })]);
  await enable(w, session);
  const all = calls(w);
  const callData = encodeExecute(all);
  const op = await attempt(w, session, all, { callData });
  await expectAccepted(w, op);
  return {
    w,
    session,
    calls: all,
    callData,
    accept: async (data, claimed = all) => {
      await expectAccepted(w, await attempt(w, session, claimed, { callData: data }));
    },
    // Refused before the key's signature is looked at: it need not be made anew.
    refuse: (data, name, args) => expectRevert(w, { ...op, callData: data }, name, args),
  };
}

/** 52 + 68 = 120 bytes, 8 of padding; the last byte of the arguments is not zero. */
const single = () => encoded((w) => [callOf(w, [7, 8], 5n)]);
/** Three tuples of 4 + 3, 2 and 2 words. */
const batch = () => encoded((w) => [callOf(w, [7, 8], 5n), callOf(w, [0x99], 6n), callOf(w, [0xaa], 7n)]);

describe("SessionKeyValidator.validateUserOp: userOp.callData", () => {
  describe("the account's function", () => {
    const account = new Interface([
      "function executeFromExecutor(bytes32,bytes)",
      "function executeUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32)",
      "function installModule(uint256,address,bytes)",
      "function uninstallModule(uint256,address,bytes)",
      "function upgradeToAndCall(address,bytes)",
      "function execute(address,uint256,bytes)",
      "function executeBatch((address,uint256,bytes)[])",
      "function validateUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32,uint256)",
      "function addDeposit()",
      "function withdrawDepositTo(address,uint256)",
      "function transferOwnership(address)",
      "function initialize(bytes)",
      "function multicall(bytes[])",
    ]);
    const selectors = account.fragments.map((fragment) => account.getFunction(fragment.format())!.selector);
    for (const selector of [...selectors, "0x00000000", "0xffffffff", "0xe9ae5c52", "0xe9ae5d53"]) {
      it(`may not be ${selector}, with the arguments of execute`, async () => {
        const { callData, refuse } = await single();
        await refuse(patch(callData, 0, selector), "ForbiddenSelector", [selector, EXECUTE_SELECTOR]);
      });
    }

    it("may not be execute inside of executeUserOp (B5)", async () => {
      const { callData, refuse } = await single();
      const selector = account.getFunction("executeUserOp")!.selector;
      await refuse(concat([selector, callData]), "ForbiddenSelector", [selector, EXECUTE_SELECTOR]);
      await refuse(concat([selector, selector, callData]), "ForbiddenSelector", [selector, EXECUTE_SELECTOR]);
    });

    for (const length of [0, 1, 3]) {
      it(`may not be missing: ${length} bytes of callData (C1)`, async () => {
        const { callData, refuse } = await single();
        await refuse(dataSlice(callData, 0, length), "ForbiddenSelector", ["0x00000000", EXECUTE_SELECTOR]);
      });
    }

    it("is refused by the EntryPoint too", async () => {
      const { w, session, calls } = await single();
      const callData = w.account.interface.encodeFunctionData("installModule", [1, w.tokenAddress, "0x"]);
      const op = await operation(w, session, calls, { callData });
      await expectRefusal(w, op, "ForbiddenSelector", [callData.slice(0, 10), EXECUTE_SELECTOR]);
    });
  });

  describe("mode", () => {
    it("is one of two of the 256 call types, and of the 256 execution types only the default (B1, B2) @mass", async () => {
      const one = await single();
      for (let type = 0; type < 256; type++) {
        const callType = concat([bytes(type, 1), `0x${"00".repeat(31)}`]);
        if (type > 1) await one.refuse(patch(one.callData, 4, callType), "ForbiddenMode", [callType]);
        if (type === 0) continue;
        for (const first of type % 16 === 1 ? ["0x00", "0x01"] : ["0x00"]) {
          const mode = concat([first, bytes(type, 1), `0x${"00".repeat(30)}`]);
          await one.refuse(patch(one.callData, 4, mode), "ForbiddenMode", [mode]);
        }
      }
    });

    it("may not have any other bit (B3)", async () => {
      const one = await single();
      const many = await batch();
      for (let bit = 0n; bit < 256n; bit++) {
        const mode = word(1n << bit);
        if (mode !== BATCH_MODE) await one.refuse(patch(one.callData, 4, mode), "ForbiddenMode", [mode]);
        const dirty = word((1n << bit) | (1n << 248n));
        if (bit !== 248n && bit % 4n === 3n)
          await many.refuse(patch(many.callData, 4, dirty), "ForbiddenMode", [dirty]);
      }
    });

    it("decides how the rest is read: one does not pass for the other", async () => {
      const one = await single();
      const target = wordAt(one.callData, HEAD);
      await one.refuse(patch(one.callData, 4, BATCH_MODE), "NonCanonicalWord", [HEAD, target, 32]);
      // The head of a batch read as a single call: its first 20 bytes are a target, the zero address.
      const many = await batch();
      await many.refuse(patch(many.callData, 4, SINGLE_MODE), "ForbiddenTarget", [0, `0x${"00".repeat(20)}`]);
    });

    it("try is refused by the EntryPoint too", async () => {
      const { w, session, calls } = await single();
      const mode = concat(["0x0001", `0x${"00".repeat(30)}`]);
      const op = await operation(w, session, calls, { callData: patch(encodeExecute(calls), 4, mode) });
      await expectRefusal(w, op, "ForbiddenMode", [mode]);
    });
  });

  for (const [name, make] of Object.entries({ single, batch })) {
    describe(`arguments of execute (${name})`, () => {
      for (const length of [4, 5, 35, 36, 67, 68, 99]) {
        it(`may not end after ${length} bytes (C1)`, async () => {
          const { callData, refuse } = await make();
          await refuse(dataSlice(callData, 0, length), "NonCanonicalLength", [0, length, HEAD]);
        });
      }

      it("may not end anywhere else before their end (C1)", async () => {
        const { callData, refuse } = await make();
        const total = dataLength(callData);
        const length = wordAt(callData, 68);
        for (let end = HEAD; end < total; end += end > total - 40 ? 1 : 5) {
          const padded = HEAD + Math.ceil(Number(length) / 32) * 32;
          const args = end - HEAD < length ? [HEAD, end - HEAD, length] : [0, end, padded];
          await refuse(dataSlice(callData, 0, end), "NonCanonicalLength", args);
        }
      });

      for (const offset of [0n, 1n, 0x20n, 0x3fn, 0x41n, 0x60n, 0x80n, ...HUGE]) {
        it(`may not lie at offset ${offset} (C2)`, async () => {
          const { callData, refuse } = await make();
          await refuse(patch(callData, 36, word(offset)), "NonCanonicalWord", [36, offset, 0x40]);
        });
      }

      it("may not be longer than what is there (C3)", async () => {
        const { callData, refuse } = await make();
        const room = BigInt(dataLength(callData) - HEAD);
        for (const length of [room + 1n, room + 32n, ...HUGE, MAX_UINT256 - 99n, MAX_UINT256 - 100n]) {
          await refuse(patch(callData, 68, word(length)), "NonCanonicalLength", [HEAD, room, length]);
        }
      });

      it("may not be a word shorter than what is there (C3)", async () => {
        const { callData, refuse } = await make();
        const total = dataLength(callData);
        const length = wordAt(callData, 68) - 32n;
        await refuse(patch(callData, 68, word(length)), "NonCanonicalLength", [0, total, total - 32]);
        await refuse(patch(callData, 68, word(0)), "NonCanonicalLength", [0, total, HEAD]);
      });

      it("may not be followed by 1 to 64 bytes (C4)", async () => {
        const { callData, refuse } = await make();
        const total = dataLength(callData);
        for (let extra = 1; extra <= 64; extra++) {
          for (const byte of extra % 16 === 1 ? ["00", "ff"] : ["00"]) {
            const longer = concat([callData, `0x${byte.repeat(extra)}`]);
            await refuse(longer, "NonCanonicalLength", [0, total + extra, total]);
          }
        }
      });
    });
  }

  describe("a single call", () => {
    it("may not have dirty padding, in any bit (C4)", async () => {
      const { callData, refuse } = await single();
      const at = HEAD + 120;
      expect(dataLength(callData)).to.equal(at + 8);
      for (let bit = 0n; bit < 64n; bit++) {
        await refuse(patch(callData, at, bytes(1n << bit, 8)), "NonCanonicalWord", [at, 1n << bit, 0]);
      }
    });

    it("may not be a byte shorter than its last byte that is not zero (C3)", async () => {
      const { callData, refuse } = await single();
      await refuse(patch(callData, 68, word(119)), "NonCanonicalWord", [HEAD + 119, 8n << 64n, 0]);
    });

    it("may end with one more zero byte: that is the encoding of a longer call", async () => {
      const { w, calls, callData, accept } = await single();
      const longer = [{ ...calls[0]!, data: concat([calls[0]!.data, "0x00"]) }];
      expect(patch(callData, 68, word(121))).to.equal(encodeExecute(longer));
      await accept(patch(callData, 68, word(121)));
      expect(w.targetAddress).to.equal(longer[0]!.target);
    });

    it("may not be packed in 0 to 51 bytes (C7), but in 52", async () => {
      const w = await world();
      const session = await sessionOf(w, [transferPermission(w.targetAddress, 1n)]);
      await enable(w, session);
      const calls = [{ target: w.targetAddress, value: 1n, data: "0x" }];
      const callData = encodeExecute(calls);
      await expectAccepted(w, await attempt(w, session, calls, { callData }));
      for (let length = 0; length < 52; length++) {
        const packed = dataSlice(callData, HEAD, HEAD + length);
        const short = w.account.interface.encodeFunctionData("execute", [SINGLE_MODE, packed]);
        const op = await attempt(w, session, calls, { callData: short });
        await expectRevert(w, op, "NonCanonicalLength", [HEAD, length, 52]);
      }
    });
  });

  describe("a batch", () => {
    /** Absolute positions of the tuples. */
    const tuples = (callData: string) =>
      [0, 1, 2].map((i) => FIRST_POINTER + Number(wordAt(callData, FIRST_POINTER + 32 * i)));

    for (const length of [0, 1, 31, 32, 33, 63]) {
      it(`may not be encoded in ${length} bytes`, async () => {
        const { w, callData, refuse } = await batch();
        const head = dataSlice(callData, HEAD, HEAD + length);
        const short = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, head]);
        await refuse(short, "NonCanonicalLength", [HEAD, length, 64]);
      });
    }

    for (const offset of [0n, 1n, 0x1fn, 0x21n, 0x40n, ...HUGE]) {
      it(`may not lie at offset ${offset} (C5)`, async () => {
        const { callData, refuse } = await batch();
        await refuse(patch(callData, HEAD, word(offset)), "NonCanonicalWord", [HEAD, offset, 0x20]);
      });
    }

    for (const count of [0n, 33n, 34n, ...HUGE]) {
      it(`may not be of ${count} calls`, async () => {
        const { callData, refuse } = await batch();
        await refuse(patch(callData, HEAD + 32, word(count)), "InvalidCallCount", [count, 32]);
      });
    }

    it("may be of 32 calls and not of 33", async () => {
      const w = await world();
      const session = await sessionOf(w, [permissionFor(w)]);
      await enable(w, session);
      const calls = Array.from({ length: 32 }, (_, i) => callOf(w, [i]));
      await expectAccepted(w, await attempt(w, session, calls));
      const tuplesOf33 = [...calls, ...calls.slice(0, 1)].map(({ target, value, data }) => [target, value, data]);
      const encodedBatch = AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [tuplesOf33]);
      const callData = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, encodedBatch]);
      await expectRevert(w, await attempt(w, session, calls, { callData }), "InvalidCallCount", [33, 32]);
    });

    it("of one call is canonical too", async () => {
      const w = await world();
      const session = await sessionOf(w, [permissionFor(w)]);
      await enable(w, session);
      const calls = [callOf(w, [1])];
      const one = calls.map(({ target, value, data }) => [target, value, data]);
      const encodedBatch = AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [one]);
      const callData = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, encodedBatch]);
      await expectAccepted(w, await attempt(w, session, calls, { callData }));
      await use(w, session, calls, { callData });
    });

    it("may not count more or fewer calls than it has", async () => {
      const { callData, refuse } = await batch();
      for (const count of [1n, 2n, 4n, 5n, 32n]) {
        const args = [FIRST_POINTER, 96, 32n * count];
        const patched = patch(callData, HEAD + 32, word(count));
        const room = dataLength(callData) - FIRST_POINTER;
        const fits = 32n * count + 128n <= BigInt(room);
        if (fits) await refuse(patched, "NonCanonicalWord", args);
        else
          await refuse(patched, "NonCanonicalLength", [FIRST_POINTER, wordAt(callData, 68) - 64n, 32n * count + 128n]);
      }
    });

    it("may not have pointers that are swapped, equal, decreasing, overlapping, with gaps or out of it (C5)", async () => {
      const { callData, refuse } = await batch();
      const expected = [0, 1, 2].map((i) => wordAt(callData, FIRST_POINTER + 32 * i));
      const [first, second, third] = expected as [bigint, bigint, bigint];
      const total = BigInt(dataLength(callData));
      for (const pointers of [
        [second, first, third],
        [first, third, second],
        [first, first, third],
        [first, second, second],
        [third, second, first],
        [first, second - 32n, third],
        [first, second + 32n, third],
        [first, second, third + 32n],
        [first + 1n, second, third],
        [0n, second, third],
        [first, second, total - BigInt(FIRST_POINTER)],
        [first, second, total],
        ...HUGE.map((huge) => [first, huge, third]),
        ...HUGE.map((huge) => [huge, second, third]),
        [first, second, MAX_UINT256 - third],
      ]) {
        const wrong = pointers.findIndex((pointer, i) => pointer !== expected[i]);
        const patched = patch(callData, FIRST_POINTER, concat(pointers.map(word)));
        const args = [FIRST_POINTER + 32 * wrong, pointers[wrong]!, expected[wrong]!];
        await refuse(patched, "NonCanonicalWord", args);
      }
    });

    it("may not have dirty bits above a target (C11)", async () => {
      const { callData, refuse } = await batch();
      for (const at of tuples(callData)) {
        const target = wordAt(callData, at);
        for (let bit = 160n; bit < 256n; bit += 5n) {
          const dirty = target | (1n << bit);
          await refuse(patch(callData, at, word(dirty)), "NonCanonicalWord", [at, dirty, target]);
        }
      }
    });

    it("may not have a tuple whose calldata lies elsewhere (C6)", async () => {
      const { callData, refuse } = await batch();
      for (const tuple of tuples(callData)) {
        for (const offset of [0n, 0x20n, 0x40n, 0x5fn, 0x61n, 0x80n, ...HUGE]) {
          await refuse(patch(callData, tuple + 64, word(offset)), "NonCanonicalWord", [tuple + 64, offset, 0x60]);
        }
      }
    });

    it("may not have a tuple whose calldata is longer than what is there (C6)", async () => {
      const { callData, refuse } = await batch();
      for (const tuple of tuples(callData)) {
        // Pointers and tuples live in the blob, which ends a padding before callData does (here: at the same place).
        const room = BigInt(HEAD) + wordAt(callData, 68) - BigInt(tuple + 128);
        for (const length of [room + 1n, ...HUGE]) {
          await refuse(patch(callData, tuple + 96, word(length)), "NonCanonicalLength", [tuple + 128, room, length]);
        }
      }
    });

    it("may not have a tuple whose calldata reaches into the next one (C6)", async () => {
      const { callData, refuse } = await batch();
      const [first] = tuples(callData) as [number];
      const second = wordAt(callData, FIRST_POINTER + 32);
      // 68 bytes fill three words; 128 fill four, and would end with the next tuple's target.
      const args = [FIRST_POINTER + 32, second, second + 32n];
      await refuse(patch(callData, first + 96, word(128)), "NonCanonicalWord", args);
    });

    it("may not have a tuple whose calldata is a word too short (C6)", async () => {
      const { callData, refuse } = await batch();
      const [first] = tuples(callData) as [number];
      const second = wordAt(callData, FIRST_POINTER + 32);
      await refuse(patch(callData, first + 96, word(64)), "NonCanonicalWord", [
        FIRST_POINTER + 32,
        second,
        second - 32n,
      ]);
      const last = tuples(callData)[2]!;
      const room = wordAt(callData, 68) - 64n;
      await refuse(patch(callData, last + 96, word(32)), "NonCanonicalLength", [FIRST_POINTER, room, room - 32n]);
    });

    it("may not have dirty padding after a tuple's calldata (C4)", async () => {
      const { callData, refuse } = await batch();
      for (const [tuple, size] of tuples(callData).map((at, i) => [at, i === 0 ? 68 : 36] as const)) {
        const at = tuple + 128 + size;
        for (const padding of [1n, 1n << 100n, 1n << 223n, 2n ** 224n - 1n]) {
          await refuse(patch(callData, at, bytes(padding, 28)), "NonCanonicalWord", [at, padding, 0]);
        }
      }
    });

    it("may not have anything between its last tuple and its end (C4)", async () => {
      const { w, callData, refuse } = await batch();
      const blob = dataSlice(callData, HEAD);
      const room = dataLength(blob) - 64;
      for (const extra of [32, 64, 128]) {
        const longer = concat([blob, `0x${"00".repeat(extra)}`]);
        const data = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, longer]);
        await refuse(data, "NonCanonicalLength", [FIRST_POINTER, room + extra, room]);
      }
      for (const extra of [1, 31]) {
        const longer = concat([blob, `0x${"00".repeat(extra)}`]);
        const data = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, longer]);
        await refuse(data, "NonCanonicalLength", [FIRST_POINTER, room + extra, room]);
      }
    });

    it("may not end inside of a tuple", async () => {
      const { w, session, calls, callData } = await batch();
      const op = await attempt(w, session, calls);
      const blob = dataSlice(callData, HEAD);
      for (let length = 64; length < dataLength(blob); length += 13) {
        const data = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, dataSlice(blob, 0, length)]);
        const answer = await validate(w, { ...op, callData: data });
        expect(refusalName(answer), `${length} bytes`).to.be.oneOf(["NonCanonicalLength", "NonCanonicalWord"]);
      }
    });

    it("may not end right before one of its tuples, as if it had fewer", async () => {
      const { w, session, calls, callData } = await batch();
      const op = await attempt(w, session, calls);
      await expectAccepted(w, op);
      for (const end of tuples(callData)) {
        const data = w.account.interface.encodeFunctionData("execute", [BATCH_MODE, dataSlice(callData, HEAD, end)]);
        expect(refusalName(await validate(w, { ...op, callData: data })), `end ${end}`).to.equal("NonCanonicalLength");
      }
    });

    it("is refused by the EntryPoint too, and executed as it was checked", async () => {
      const { w, session, calls, callData } = await batch();
      const [first] = tuples(callData) as [number];
      const hostile = patch(callData, first + 64, word(0x80));
      const op = await operation(w, session, calls, { callData: hostile });
      await expectRefusal(w, op, "NonCanonicalWord", [BigInt(first + 64), 0x80n, 0x60n]);
      await use(w, session, calls);
      const seen = (await w.target.records()).map(({ sender, value, data }) => ({ sender, value, data }));
      const sent = calls.map(({ value, data }) => ({ sender: w.accountAddress, value, data }));
      expect(seen).to.deep.equal(sent);
    });
  });
});
