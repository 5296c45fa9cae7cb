import { expect } from "chai";
import { BundlerTransport, explain, type PackedUserOperation } from "../../sdk";
import { deployBench, ownOpcode, userOpOf, type Bench, type Step } from "../../test/erc7562/fixture";
import { ACCESS_VICES, OPCODE_VICES, STORAGE_VICES, VIRTUES } from "../../test/erc7562/vices";
import { mine } from "../support/operate";
import { onChain } from "../support/place";

/** What ERC-7562 forbids, the project's own checker flags, and alto 0.0.18 overlooks: the tests of the checker have it. */
const OVERLOOKED = new Set([
  "EXTCODESIZE of a precompile",
  "value to the EntryPoint by a stranger",
  "depositTo by a stranger",
  "depositTo for a stranger",
  "DELEGATECALL to the EntryPoint",
  "RETURN that cannot pay for its memory",
  "a preimage of three words",
]);

/** What it refuses all the same. */
const TOO_STRICT = new Set(["CALL to the last precompile of Prague", "incrementNonce by the sender"]);

// That a lawful session is mined says something only if the bundler refuses what is not lawful: the vices on which the
// project's trace checker is tested (`test/erc7562`), by the same account, in front of a real bundler.
describe("the bundler is in safe mode", () => {
  let bench: Bench;
  let bundler: BundlerTransport;
  let nonce = 0n;

  before(async () => {
    await onChain();
    bench = await deployBench();
    bundler = new BundlerTransport({ url: process.env["BUNDLER_URL"]!, version: "0.8" });
  });

  /** `taken` if it was mined, else the code of the refusal. */
  async function answerTo(step: Step): Promise<string> {
    const op = { ...userOpOf(bench, { step }), nonce, gasFees: `0x${gwei(1n)}${gwei(3n)}` };
    try {
      await mine({ bundler }, op as PackedUserOperation);
      nonce += 1n;
      return "taken";
    } catch (error) {
      return explain(error).code;
    }
  }

  const gwei = (fee: bigint) => (fee * 10n ** 9n).toString(16).padStart(32, "0");

  for (const [opcode, name] of OPCODE_VICES) {
    // INVALID ends the frame, and the account's validation with it.
    const code = name === "INVALID" ? "AA23" : "BUNDLER_RULES";
    it(`refuses ${name}`, async () => expect(await answerTo(ownOpcode(opcode))).to.equal(code));
  }

  for (const { name, step, rule } of [...ACCESS_VICES, ...STORAGE_VICES]) {
    if (OVERLOOKED.has(name)) continue;
    it(`refuses ${name} (${rule})`, async () => expect(await answerTo(step(bench))).to.equal("BUNDLER_RULES"));
  }

  for (const { name, step } of VIRTUES) {
    if (TOO_STRICT.has(name)) continue;
    it(`takes ${name}`, async () => expect(await answerTo(step(bench))).to.equal("taken"));
  }
});
