import { concat, dataLength, dataSlice } from "ethers";
import {
  anyCallPermission,
  argumentCharge,
  callPermission,
  decodeFailedOp,
  encodeExecute,
  ENTRY_POINT_INTERFACE,
  MAX_UINT256,
  rule,
  totalBudget,
  type PackedUserOperation,
  type Rule,
} from "../../sdk";
import { SINGLE_MODE } from "../../sdk/constants";
import { operation } from "../helpers/operations";
import { bytes, callOf, patch, permissionFor, word, wordAt } from "../helpers/validation";
import { attack, type Trial } from "./catalogue";
import { disguised, encode, forged, having, selector, spentOf, type Having } from "./fixture";

const HEAD = 100;
const HANDLE_OPS = ENTRY_POINT_INTERFACE.getFunction("handleOps")!.selector;
const POINTERS = HEAD + 64;
const HUGE = [2n ** 64n - 1n, 2n ** 64n, 2n ** 255n, MAX_UINT256 - 31n];

/** 52 + 68 = 120 bytes of arguments, 8 of padding; and three tuples of 7, 6 and 6 words. */
async function encoded() {
  const found = await having((w) => [permissionFor(w, { maxValue: 100n })]);
  const { w, session } = found;
  const [one, many] = [[callOf(w, [7, 8], 5n)], [callOf(w, [7, 8], 5n), callOf(w, [0x99], 6n), callOf(w, [0xaa], 7n)]];
  const [single, batch] = [encodeExecute(one), encodeExecute(many)];
  const tuples = [0, 1, 2].map((i) => POINTERS + Number(wordAt(batch, POINTERS + 32 * i)));
  return {
    found,
    single,
    batch,
    tuples,
    twins: async (trial: Trial) => {
      await trial.accepted(w, session, one);
      await trial.accepted(w, session, many);
    },
  };
}

/** Each blob is refused with that error. */
async function refuse(
  trial: Trial,
  found: Having,
  name: string,
  cases: readonly (readonly [string, readonly (bigint | number)[]])[],
) {
  for (const [callData, args] of cases) {
    await trial.refused(found.w, await disguised(found, callData), name, args.map(BigInt));
  }
}

describe("C: calldata malleation", () => {
  attack("C1", "cut short anywhere", async (trial) => {
    const { found, single, batch, twins } = await encoded();
    for (const length of [0, 1, 3]) {
      await trial.refused(found.w, await disguised(found, dataSlice(single, 0, length)), "ForbiddenSelector");
    }
    for (const data of [single, batch]) {
      const short = [4, 35, 36, 67, 68, 99].map((length) => [dataSlice(data, 0, length), [0, length, HEAD]] as const);
      await refuse(trial, found, "NonCanonicalLength", short);
      await refuse(trial, found, "NonCanonicalLength", [[dataSlice(data, 0, HEAD), [HEAD, 0, wordAt(data, 68)]]]);
    }
    await twins(trial);
  });

  attack("C2", "arguments that lie elsewhere", async (trial) => {
    const { found, single, batch, twins } = await encoded();
    for (const data of [single, batch]) {
      const moved = [0n, 0x20n, 0x41n, 0x60n, ...HUGE].map(
        (at) => [patch(data, 36, word(at)), [36, at, 0x40]] as const,
      );
      await refuse(trial, found, "NonCanonicalWord", moved);
    }
    await twins(trial);
  });

  attack("C3", "arguments that are longer or shorter than they are", async (trial) => {
    const { found, single, batch, twins } = await encoded();
    for (const data of [single, batch]) {
      const [total, length] = [dataLength(data), wordAt(data, 68)];
      const room = BigInt(total - HEAD);
      const long = [room + 1n, room + 32n, ...HUGE, MAX_UINT256, MAX_UINT256 - 99n];
      const longer = long.map((size) => [patch(data, 68, word(size)), [HEAD, room, size]] as const);
      await refuse(trial, found, "NonCanonicalLength", longer);
      const shorter = [[patch(data, 68, word(length - 32n)), [0, total, total - 32]]] as const;
      await refuse(trial, found, "NonCanonicalLength", shorter);
    }
    await refuse(trial, found, "NonCanonicalWord", [[patch(single, 68, word(119)), [HEAD + 119, 8n << 64n, 0]]]);
    await twins(trial);
  });

  attack("C4", "bytes behind the arguments, and padding that is not zero", async (trial) => {
    const { found, single, batch, tuples, twins } = await encoded();
    for (const data of [single, batch]) {
      const total = dataLength(data);
      const longer = [1, 31, 32, 33, 64].map(
        (extra) => [concat([data, `0x${"00".repeat(extra)}`]), [0, total + extra, total]] as const,
      );
      await refuse(trial, found, "NonCanonicalLength", longer);
    }
    const dirty = [
      [patch(single, HEAD + 120, bytes(1n, 8)), [HEAD + 120, 1n, 0]],
      [patch(single, HEAD + 120, bytes(1n << 63n, 8)), [HEAD + 120, 1n << 63n, 0]],
      [patch(batch, tuples[0]! + 128 + 68, bytes(1n, 28)), [tuples[0]! + 128 + 68, 1n, 0]],
    ] as const;
    await refuse(trial, found, "NonCanonicalWord", dirty);
    await twins(trial);
  });

  attack(
    "C5",
    "pointers that are swapped, shared, falling, overlapping, negative, outside, inside another call",
    async (trial) => {
      const { found, batch, twins } = await encoded();
      const lawful = [0, 1, 2].map((i) => wordAt(batch, POINTERS + 32 * i)) as [bigint, bigint, bigint];
      const [first, second, third] = lawful;
      const arrays = [0n, 0x1fn, 0x21n, 0x40n, ...HUGE].map(
        (at) => [patch(batch, HEAD, word(at)), [HEAD, at, 0x20]] as const,
      );
      await refuse(trial, found, "NonCanonicalWord", arrays);
      for (const pointers of [
        [second, first, third],
        [first, first, third],
        [third, second, first],
        [first, second - 32n, third],
        [first, second + 32n, third],
        [first, second, MAX_UINT256 - 95n],
        [first, BigInt(dataLength(batch)), third],
        [first, first + 128n, third],
        ...HUGE.map((huge) => [first, huge, third]),
      ]) {
        const wrong = pointers.findIndex((pointer, i) => pointer !== lawful[i]);
        const data = patch(batch, POINTERS, concat(pointers.map(word)));
        const args = [POINTERS + 32 * wrong, pointers[wrong]!, lawful[wrong]!];
        await refuse(trial, found, "NonCanonicalWord", [[data, args]]);
      }
      await twins(trial);
    },
  );

  attack("C6", "tuples whose calldata lies elsewhere, is huge, or reaches into the next", async (trial) => {
    const { found, batch, tuples, twins } = await encoded();
    const moved = [0n, 0x40n, 0x5fn, 0x61n, 0x80n, ...HUGE].map(
      (at) => [patch(batch, tuples[1]! + 64, word(at)), [tuples[1]! + 64, at, 0x60]] as const,
    );
    await refuse(trial, found, "NonCanonicalWord", moved);
    const end = BigInt(HEAD) + wordAt(batch, 68);
    for (const tuple of tuples) {
      const room = end - BigInt(tuple + 128);
      const long = [room + 1n, ...HUGE].map(
        (size) => [patch(batch, tuple + 96, word(size)), [tuple + 128, room, size]] as const,
      );
      await refuse(trial, found, "NonCanonicalLength", long);
    }
    const second = wordAt(batch, POINTERS + 32);
    const overlapping = [[patch(batch, tuples[0]! + 96, word(128)), [POINTERS + 32, second, second + 32n]]] as const;
    await refuse(trial, found, "NonCanonicalWord", overlapping);
    await twins(trial);
  });

  attack("C7", "a single call packed in fewer than 52 bytes", async (trial) => {
    const { found, single, twins } = await encoded();
    for (const length of [0, 1, 19, 20, 51]) {
      const data = encode("execute(bytes32,bytes)", SINGLE_MODE, dataSlice(single, HEAD, HEAD + length));
      await refuse(trial, found, "NonCanonicalLength", [[data, [HEAD, length, 52]]]);
    }
    await twins(trial);
  });

  attack("C8", "a rule never reads beyond its own call, also not from the next one of the batch", async (trial) => {
    const found = await having((w) => [permissionFor(w, { rules: [rule("eq", [32], 8n)] })]);
    const { w, session } = found;
    for (const missing of [1, 31, 32, 64]) {
      const data = dataSlice(callOf(w, [7, 8]).data, 0, 68 - missing);
      const short = [{ ...callOf(w), data }, callOf(w, [7, 8])];
      await trial.refused(w, await forged(found, short), "ArgumentOutOfBounds", [0n, 32n, BigInt(64 - missing)]);
    }
    await trial.accepted(w, session, [callOf(w, [7, 8]), callOf(w, [7, 8])]);
  });

  attack("C9", "paths that overflow do not come back around; unaligned ones read what is there", async (trial) => {
    const following = await having((w) => [permissionFor(w, { rules: [rule("eq", [0, 0], 0x20n)] })]);
    const { w } = following;
    for (const at of [2n ** 16n, 2n ** 64n - 1n, 2n ** 255n, MAX_UINT256, MAX_UINT256 - 31n, 2n ** 256n - 64n]) {
      await trial.refused(w, await forged(following, [callOf(w, [at, 1])]), "ArgumentOutOfBounds", [0n, at, 64n]);
    }
    await trial.accepted(w, following.session, [callOf(w, [32, 0x20])]);
    const unaligned = await having((all) => [permissionFor(all, { rules: [rule("eq", [4], 1n << 32n)] })]);
    await trial.refused(w, await forged(unaligned, [callOf(w, [0, 2])]), "RuleNotMet", [0n, 0n, 0n, 0n, 1n << 32n]);
    await trial.accepted(w, unaligned.session, [callOf(w, [1, 0])]);
    const far = await having((all) => [permissionFor(all, { rules: [rule("gte", [0xffff], 0n)] })]);
    await trial.refused(w, await forged(far, [callOf(w, [1])]), "ArgumentOutOfBounds", [0n, 0xffffn, 32n]);
  });

  attack("C10", "a relocated array is followed to where its head points", async (trial) => {
    const swap = "swap(uint256,address[])";
    const rules = [rule("eq", [32, 0], 1n), rule("eq", [32, 32], 0xaan)];
    const found = await having((w) => [callPermission(w.targetAddress, selector(swap), { rules })]);
    const { w, session } = found;
    const lawful = [word(5), word(64), word(1), word(0xaa)];
    const call = (words: readonly string[]) => ({ ...callOf(w), data: concat([selector(swap), ...words]) });
    const decoy = call([word(5), word(128), word(1), word(0xaa), word(1), word(0xbb)]);
    await trial.refused(w, await forged(found, [decoy]), "RuleNotMet", [0n, 1n, 0n, 0xbbn, 0xaan]);
    const outside = call([word(5), word(160), word(1), word(0xaa)]);
    await trial.refused(w, await forged(found, [outside]), "ArgumentOutOfBounds", [0n, 160n, 128n]);
    await trial.accepted(w, session, [call(lawful)]);
    await trial.accepted(w, session, [call([word(5), word(96), word(0), word(1), word(0xaa)])]);
  });

  attack("C11", "dirty bits above an address neither pass for another address nor hide one", async (trial) => {
    const [blocked, dirt] = [0xbadn, 1n << 160n];
    const mask = 2n ** 160n - 1n;
    const checks: [Rule, bigint][] = [
      [rule("eq", [0], blocked), dirt | blocked],
      [rule("neq", [0], blocked, mask), dirt | blocked],
    ];
    for (const [check, attempted] of checks) {
      const found = await having((w) => [permissionFor(w, { rules: [check] })]);
      const { w, session } = found;
      const args = [0n, 0n, BigInt(check.op), attempted & check.mask, blocked];
      await trial.refused(w, await forged(found, [callOf(w, [attempted])]), "RuleNotMet", args);
      await trial.accepted(w, session, [callOf(w, [check.op === 0 ? blocked : 1n])]);
    }
    const { found, batch, tuples } = await encoded();
    const target = wordAt(batch, tuples[0]!);
    const dirty = [[patch(batch, tuples[0]!, word(target | dirt)), [tuples[0]!, target | dirt, target]]] as const;
    await refuse(trial, found, "NonCanonicalWord", dirty);
  });

  attack("C12", "signs, alignment and booleans are compared as the rule says", async (trial) => {
    const minus = MAX_UINT256;
    const cases: [Rule, bigint, bigint][] = [
      [rule("lte", [0], 5n), minus, 5n],
      [rule("slte", [0], 5n), 6n, minus],
      [rule("sgt", [0], minus), 2n ** 255n, 0n],
      [rule("eq", [0], 1n), 2n, 1n],
      [rule("eq", [0], 0x12345678n << 224n), 0x12345678n, 0x12345678n << 224n],
    ];
    for (const [check, bad, good] of cases) {
      const found = await having((w) => [permissionFor(w, { rules: [check] })]);
      const { w, session } = found;
      const args = [0n, 0n, BigInt(check.op), bad, check.value];
      await trial.refused(w, await forged(found, [callOf(w, [bad])]), "RuleNotMet", args);
      await trial.accepted(w, session, [callOf(w, [good])]);
    }
  });

  attack(
    "C13",
    "extra calldata changes nothing that is checked or charged, and is paid from the fee budget",
    async (trial) => {
      const found = await having((w) => [permissionFor(w, { charges: [argumentCharge(0, [0])] })], {
        budgets: [totalBudget(9n)],
      });
      const { w, session } = found;
      const padded = { ...callOf(w, [5]), data: concat([callOf(w, [5]).data, `0x${"ff".repeat(300)}`]) };
      await trial.accepted(w, session, [padded]);
      trial.admitted(await spentOf(found), 5n);
      await trial.refused(w, await forged(found, [padded]), "BudgetExceeded", [0n, 5n, 4n]);
    },
  );

  attack(
    "C14",
    "fields of the operation that overlap or are reordered are hashed and decoded as one",
    async (trial) => {
      const found = await having((w) => [anyCallPermission(w.targetAddress)]);
      const { w } = found;
      const op = await operation(w, found.session, [callOf(w, [1])]);
      const send = async (data: string) => {
        const response = await w.bundler.sendTransaction({ to: w.entryPoint, data, gasLimit: 5_000_000n });
        await response.wait();
      };
      const aliased = layOut(op, w.bundler.address, ["signature"]);
      const failure = await send(aliased).catch((error: unknown) => decodeFailedOp(error));
      trial.repelled(failure?.name, "InvalidHead", "InvalidHead");
      const swapped = layOut({ ...op, callData: op.signature, signature: op.callData }, w.bundler.address);
      const confused = await send(swapped).catch((error: unknown) => decodeFailedOp(error));
      trial.repelled(confused?.name, "InvalidHead", "InvalidHead");

      await send(layOut(op, w.bundler.address));
      const seen = (await w.target.records()).map(({ data }) => data);
      trial.admitted(seen, [callOf(w, [1]).data]);
    },
  );
});

const DYNAMIC = ["initCode", "callData", "paymasterAndData", "signature"] as const;

/** `handleOps` with the dynamic fields last to first and one word for all that are empty; `asCallData` lie where callData is. */
function layOut(op: PackedUserOperation, beneficiary: string, asCallData: readonly string[] = []): string {
  const tail: string[] = [word(0)];
  const offsets = new Map<string, number>();
  let next = 9 * 32 + 32;
  for (const field of [...DYNAMIC].reverse()) {
    const size = dataLength(op[field]);
    offsets.set(field, size === 0 ? 9 * 32 : next);
    if (size === 0) continue;
    tail.push(word(size), op[field], `0x${"00".repeat((32 - (size % 32)) % 32)}`);
    next += 32 + Math.ceil(size / 32) * 32;
  }
  const at = (field: string) => word(offsets.get(asCallData.includes(field) ? "callData" : field)!);
  const head = [word(op.sender), word(op.nonce), at("initCode"), at("callData"), op.accountGasLimits];
  const rest = [word(op.preVerificationGas), op.gasFees, at("paymasterAndData"), at("signature")];
  const ops = [word(1), word(32), ...head, ...rest, ...tail];
  return concat([HANDLE_OPS, word(64), word(beneficiary), ...ops]);
}
