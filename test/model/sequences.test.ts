import { expect } from "chai";
import * as fc from "fast-check";
import { VALIDATOR_INTERFACE } from "../../sdk";
import { expectIntact } from "./audit";
import { Chain } from "./chain";
import { COMMANDS, start } from "./commands";
import { Reference } from "./reference";
import { shape } from "./sessions";
import { Statistics } from "./statistics";

/** How many sequences: 300 here, 10,000 in `npm run test:deep`; the seed by `MODEL_SEED`. */
const SEQUENCES = Number(process.env["MODEL_SEQUENCES"] ?? "300");
const SEED = Number(process.env["MODEL_SEED"] ?? "20261122");
const LONGEST = 14;
/** One of so many bundles that should be accepted is traced for ERC-7562. */
const TRACE_EVERY = Number(process.env["MODEL_TRACE_EVERY"] ?? "100");

describe("model: whatever happens in whatever order, chain and reference agree and I1 to I10 hold", () => {
  it(`in ${SEQUENCES} sequences (seed ${SEED})`, async function () {
    this.timeout(0);
    const statistics = new Statistics(TRACE_EVERY);
    const chain = await Chain.open(statistics);
    const epochs = await epochsOf(chain);
    const shapes = fc.array(shape, { minLength: 3, maxLength: 3 });
    const sequence = fc.commands(COMMANDS, { maxCommands: LONGEST, size: "max" });
    const property = fc.asyncProperty(shapes, sequence, async (first, steps) => {
      await chain.reset();
      statistics.sequences += 1;
      const reference = new Reference(chain.world, epochs);
      await start(reference, chain, first);
      await fc.asyncModelRun(() => ({ model: reference, real: chain }), steps);
      await expectIntact(reference, chain);
    });
    try {
      await fc.assert(property, { numRuns: SEQUENCES, seed: SEED });
    } finally {
      await chain.close();
      console.log(`${statistics.toString()}\nseed ${SEED}`);
    }
    expect(statistics.share, "too few operations are accepted to mean anything").to.be.at.least(0.2);
  });
});

async function epochsOf(chain: Chain): Promise<[bigint, bigint]> {
  const { validatorAddress, accountAddress, otherAccountAddress } = chain.world;
  const epoch = async (account: string): Promise<bigint> =>
    (await chain.view(VALIDATOR_INTERFACE, validatorAddress, "epochOf", [account]))[0] as bigint;
  return [await epoch(accountAddress), await epoch(otherAccountAddress)];
}
