import { expect } from "chai";
import { Lanes } from "../../../sdk/signer/lanes";

/** A chain that counts nonces: lane ‖ sequence. */
function chain() {
  const next = new Map<number, bigint>();
  const nonce = (lane: number) => next.get(lane) ?? BigInt(lane) << 64n;
  return {
    lanes: new Lanes((lane) => Promise.resolve(nonce(lane))),
    /** What was sent with this nonce is included. */
    include: (sent: bigint) => next.set(Number(sent >> 64n), sent + 1n),
  };
}

const same = (nonce: bigint) => Promise.resolve(nonce);
const at = (lane: number, sequence: number) => (BigInt(lane) << 64n) + BigInt(sequence);

describe("Lanes", () => {
  it("in parallel: the first lane in which nothing is on its way", async () => {
    const { lanes, include } = chain();
    expect(await Promise.all([1, 2, 3].map(() => lanes.parallel(same)))).to.have.members([
      at(0, 0),
      at(1, 0),
      at(2, 0),
    ]);
    include(at(1, 0));
    expect(await lanes.parallel(same)).to.equal(at(1, 1));
    expect(await lanes.parallel(same)).to.equal(at(3, 0));
  });

  it("what could not be sent leaves its lane free", async () => {
    const { lanes } = chain();
    const failed = await lanes
      .parallel(() => Promise.reject(new Error("refused")))
      .catch((error: Error) => error.message);
    expect(failed).to.equal("refused");
    expect(await lanes.parallel(same)).to.equal(at(0, 0));
  });

  it("by name: one after the other, also past what is on its way, and after a failure", async () => {
    const { lanes, include } = chain();
    const order: bigint[] = [];
    const slow = async (nonce: bigint) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(nonce);
      return nonce;
    };
    const failing = lanes.ordered(7, () => Promise.reject(new Error("refused")));
    const sent = Promise.all([1, 2].map(() => lanes.ordered(7, slow)));
    expect(await failing.catch((error: Error) => error.message)).to.equal("refused");
    expect(await sent).to.deep.equal([at(7, 0), at(7, 1)]);
    expect(order).to.deep.equal([at(7, 0), at(7, 1)]);
    include(at(7, 1));
    expect(await lanes.ordered(7, same)).to.equal(at(7, 2));
  });

  it("a lane with a name is nobody else's", async () => {
    const { lanes, include } = chain();
    expect(await lanes.ordered(0, same)).to.equal(at(0, 0));
    include(at(0, 0));
    expect(await lanes.parallel(same)).to.equal(at(1, 0));
  });
});
