import { getBytes, hexlify } from "ethers";
import {
  argumentCharge,
  buildEnvelope,
  callPermission,
  countCharge,
  MAX_UINT256,
  periodicBudget,
  proofFor,
  ratioRule,
  rule,
  totalBudget,
  type Mode,
} from "../../sdk";
import { enable, expectRefusal, expectRejection, grantBy, hashOf, operation, sessionOf } from "../helpers/operations";
import { callOf, permissionFor, rawCall, readAnswer, validationCall } from "../helpers/validation";
import { now, world } from "../helpers/world";
import { attack, type Trial } from "./catalogue";
import { flip } from "./mutations";
import { Random } from "./random";

/** Of the bits of a signature every third is flipped, of the bytes of an envelope that has nothing of its own every fourth. */
const EVERY_BIT = 3;
const EVERY_BYTE = { use: 4, enable: 4, signed: 1 } as const;

/** A session with something in every field, in a tree, in a grant of three, used in this mode. */
async function rich(mode: Mode) {
  const w = await world();
  const start = await now();
  const busy = permissionFor(w, {
    maxValue: 2n ** 64n,
    rules: [rule("gte", [0], 2n, MAX_UINT256 - 1n), ratioRule("lte", [32], [0], 10n ** 18n)],
    charges: [countCharge(0), argumentCharge(1, [32])],
  });
  const others = ["0x00000001", "0x00000002"].map((selector) => callPermission(w.tokenAddress, selector));
  const budgets = [totalBudget(100n), periodicBudget(2n ** 100n, 3600)];
  const terms = { budgets, validAfter: start - 5000, salt: 0x0102030405060708n };
  const session = await sessionOf(w, [others[0]!, busy, others[1]!], terms);
  const grant = await grantBy(w, [session, { ...session, salt: 1n }, { ...session, salt: 2n }]);
  if (mode === "use") await enable(w, session);
  const calls = [callOf(w, [4, 3], 1n), callOf(w, [2, 1])];
  const time = start - 40;
  const op = await operation(w, session, calls, { mode, time, ...(mode === "use" ? {} : { grant }) });
  const proof = mode === "use" ? {} : { grant: proofFor(grant, 0) };
  const envelope = buildEnvelope({ session, calls, mode, time, ...proof });
  return { w, op, size: getBytes(envelope).length, granted: mode === "use" ? 0 : getBytes(grant.signature).length };
}

/**
 * One flipped bit: refused by the validator, and by the EntryPoint for the same reason. Which error depends on the bytes, and
 * those on the clock, so the table only counts.
 */
async function tryFlip(trial: Trial, { w, op }: Awaited<ReturnType<typeof rich>>, bit: number, send: boolean) {
  const hostile = { ...op, signature: hexlify(flip(getBytes(op.signature), bit)) };
  const raw = await rawCall(w.validatorAddress, validationCall(w, hostile, hashOf(w, op)), op.sender);
  const answer = readAnswer(w, raw);
  trial.repelled(typeof answer === "bigint" ? answer : 1n, 1n, "a named error or AA24");
  if (!send) return;
  if (typeof answer === "bigint") await expectRejection(w, hostile, "AA24");
  else await expectRefusal(w, hostile, ...answer);
  trial.repelled(send, true, "the same at the EntryPoint");
}

describe("F7: flipped bits of the envelope", function () {
  this.timeout(180_000);

  for (const mode of ["use", "enable", "signed"] as const) {
    attack("F7", `no byte of an envelope in mode ${mode} can be changed`, async (trial) => {
      const found = await rich(mode);
      const random = new Random(found.size);
      for (let byte = 0; byte < found.size - found.granted; byte += EVERY_BYTE[mode]) {
        await tryFlip(trial, found, 8 * byte + random.below(8), byte % 52 === 0);
      }
      // The owner's signature is the end of the envelope, the key's is what follows.
      const [from, to] = [8 * (found.size - found.granted), 8 * getBytes(found.op.signature).length];
      for (let bit = from; bit < to; bit += EVERY_BIT) await tryFlip(trial, found, bit, bit % 100 === 0);
      await trial.included(found.w, found.op);
    });
  }
});
