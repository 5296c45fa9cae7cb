/** Asks the chain for the next nonce of a lane. */
export type NextNonce = (lane: number) => Promise<bigint>;

/**
 * Which nonces are on their way. Operations of different lanes (nonce keys) are independent: none waits for another. A
 * lane is used again as soon as the chain has moved past what was sent in it, so that few lanes are ever opened.
 */
export class Lanes {
  /** The last nonce that was sent, by lane. */
  readonly #sent = new Map<number, bigint>();
  /** Lanes in which something is being sent, with the end of their queue. */
  readonly #turns = new Map<number, Promise<unknown>>();
  /** Lanes that were asked for by name: those who did so count on their order. */
  readonly #named = new Set<number>();

  constructor(private readonly next: NextNonce) {}

  /** Runs `send` with a nonce of the first lane in which nothing is on its way. */
  async parallel<Result>(send: (nonce: bigint) => Promise<Result>): Promise<Result> {
    for (let lane = 0; ; lane++) {
      if (this.#named.has(lane) || this.#turns.has(lane)) continue;
      const done = await this.#turn(lane, async () => {
        const nonce = await this.next(lane);
        return nonce > this.#last(lane) ? { result: await this.#take(lane, nonce, send) } : undefined;
      });
      if (done !== undefined) return done.result;
    }
  }

  /** Runs `send` with the nonce after the last one of this lane: one after the other, in the order of the calls. */
  ordered<Result>(lane: number, send: (nonce: bigint) => Promise<Result>): Promise<Result> {
    this.#named.add(lane);
    return this.#turn(lane, async () => {
      const [nonce, last] = [await this.next(lane), this.#last(lane)];
      return this.#take(lane, nonce > last ? nonce : last + 1n, send);
    });
  }

  #last(lane: number): bigint {
    return this.#sent.get(lane) ?? -1n;
  }

  async #take<Result>(lane: number, nonce: bigint, send: (nonce: bigint) => Promise<Result>): Promise<Result> {
    const result = await send(nonce);
    this.#sent.set(lane, nonce);
    return result;
  }

  #turn<Result>(lane: number, run: () => Promise<Result>): Promise<Result> {
    const turn = (this.#turns.get(lane) ?? Promise.resolve()).then(run);
    const end = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(lane) === end) this.#turns.delete(lane);
      });
    this.#turns.set(lane, end);
    return turn;
  }
}
