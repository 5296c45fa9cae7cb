import { expect } from "chai";
import { AbiCoder, concat, getBytes } from "ethers";
import { network } from "hardhat";
import { argumentPath, SessionKeyError } from "../../../sdk";
import { readArgument } from "../../../sdk/argument";
import { encodeArguments, Random, randomCall } from "./randomAbi";
import { compileDecoder } from "./solidityDecoder";

const SIGNATURES = 300;
/** Of one contract: more make the compiler slow. */
const BATCH = 50;
const DECODER = "0xdec0dec0dec0dec0dec0dec0dec0dec0dec0dec0";

describe("argument paths, against deployed decoders", function () {
  this.timeout(600_000);

  it(`read what Solidity decodes, for ${SIGNATURES} random signatures`, async () => {
    const random = new Random(20_261_122);
    let words = 0;
    let tooDeep = 0;
    for (let first = 0; first < SIGNATURES; first += BATCH) {
      const calls = Array.from({ length: BATCH }, (_, i) => randomCall(random, `f${first + i}`));
      await network.provider.send("hardhat_setCode", [DECODER, await compileDecoder(calls)]);
      for (const { params, values, fragment, leaves } of calls) {
        const encoded = encodeArguments(params, values);
        const call = { to: DECODER, data: concat([fragment.selector, encoded]) };
        const answer = (await network.provider.send("eth_call", [call, "latest"])) as string;
        const [decoded] = AbiCoder.defaultAbiCoder().decode(["uint256[]"], answer) as unknown as [bigint[]];
        const args = { call: 0, bytes: getBytes(encoded) };
        for (const [index, { text, word }] of leaves.entries()) {
          expect(decoded[index], `${fragment.format("sighash")} ${text}`).to.equal(word);
          try {
            expect(readArgument(args, argumentPath(fragment.inputs, text)), text).to.equal(decoded[index]);
            words++;
          } catch (error) {
            if (!(error instanceof SessionKeyError && error.code === "PATH_TOO_LONG")) throw error;
            tooDeep++;
          }
        }
      }
    }
    expect(words).to.be.greaterThan(1_500);
    expect(tooDeep).to.be.lessThan(words / 10);
  });
});
