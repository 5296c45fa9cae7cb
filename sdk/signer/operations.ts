import { TransactionReceipt, type Provider } from "ethers";
import { explain, type ErrorSource } from "../explain";
import type { Hex } from "../hex";
import {
  askUntil,
  waitForOperation,
  type OperationReceipt,
  type Transport,
  type WaitOptions,
} from "../transport/transport";
import { remember } from "./memory";

/**
 * The receipt of the transaction that included an operation, with the events of that operation alone.
 * @example
 * const receipt: SessionReceipt = await (await signer.sendCalls(calls)).wait();
 * console.log(receipt.operation.actualGasCost, receipt.logs); // wei that the account paid, what the calls emitted
 */
export class SessionReceipt extends TransactionReceipt {
  /** What the EntryPoint says of the operation: its gas and its cost, not those of the whole bundle. */
  readonly operation: OperationReceipt;

  constructor(receipt: TransactionReceipt, operation: OperationReceipt, provider: Provider) {
    const own = new Set(operation.logs.map(({ logIndex }) => logIndex));
    const logs = receipt.logs.filter(({ index }) => own.has(index));
    super({ ...receipt, logs }, provider);
    this.operation = operation;
  }
}

/**
 * The operations that a signer has sent.
 * @example
 * const operations: Operations = signer.operations;
 * const { operation } = await operations.wait((await signer.sendCalls(calls)).hash, 60); // seconds
 */
export class Operations {
  /** Hash of the transaction by that of the operation, empty while it is pending. */
  readonly #known = new Map<Hex, Hex>();

  constructor(
    private readonly transport: Transport,
    private readonly provider: Provider,
    private readonly abis: readonly ErrorSource[],
    private readonly options: WaitOptions,
  ) {}

  /**
   * Remembers one that was sent.
   * @example
   * const hash = await transport.send(op); // before a restart, say
   * signer.operations.add(hash); // now the signer's provider answers for it
   */
  add(userOpHash: Hex): void {
    remember(this.#known, userOpHash, "");
  }

  /**
   * Whether it was sent by this signer, or added.
   * @example signer.operations.has((await signer.sendCalls(calls)).hash) // true
   */
  has(userOpHash: unknown): userOpHash is Hex {
    return typeof userOpHash === "string" && this.#known.has(userOpHash);
  }

  /**
   * Hash of the transaction that included the operation, or the operation's own while nobody has waited for it.
   * @example
   * const response = await signer.sendCalls(calls);
   * await response.wait();
   * const explorer = `https://etherscan.io/tx/${signer.operations.transactionHash(response.hash)}`;
   */
  transactionHash(userOpHash: Hex): Hex {
    return this.#known.get(userOpHash) || userOpHash;
  }

  /**
   * Waits until it is included. Raises a `SessionFailure` if the calls reverted, with the {@link OperationReceipt} as
   * `original`; and what {@link waitForOperation} raises.
   * @example const { blockNumber } = await signer.operations.wait((await signer.sendCalls(calls)).hash);
   */
  async wait(userOpHash: Hex, timeout?: number): Promise<SessionReceipt> {
    const options = timeout === undefined ? this.options : { ...this.options, timeout };
    const operation = await waitForOperation(this.transport, userOpHash, options);
    if (this.#known.has(userOpHash)) this.#known.set(userOpHash, operation.transactionHash);
    if (!operation.success) throw explain(operation, { abis: this.abis });
    const { transactionHash } = operation;
    const { provider } = this;
    // The bundler's node may be a block ahead of ours.
    const receipt = await askUntil(() => provider.getTransactionReceipt(transactionHash), userOpHash, options);
    return new SessionReceipt(receipt, operation, provider);
  }
}

/**
 * The provider, which also knows the signer's operations by their hashes. ethers' `Contract` makes a response of its own
 * from what a signer returns and asks the signer's provider for the receipt: so this one waits for the operation, and
 * throws what {@link Operations.wait} throws.
 */
export function withOperations(provider: Provider, operations: Operations): Provider {
  const translated = (event: unknown) => (operations.has(event) ? operations.transactionHash(event) : event);
  const overrides: Record<string, (...args: never[]) => unknown> = {
    getTransactionReceipt: (hash: Hex) =>
      operations.has(hash) ? operations.wait(hash) : provider.getTransactionReceipt(hash),
    waitForTransaction: (hash: Hex, confirms?: number, timeout?: number) =>
      operations.has(hash)
        ? operations.wait(hash, timeout === undefined ? undefined : timeout / 1000)
        : provider.waitForTransaction(hash, confirms, timeout),
    getTransaction: (hash: Hex) => provider.getTransaction(translated(hash) as Hex),
    on: (event: never, listener: never) => provider.on(translated(event) as never, listener),
    once: (event: never, listener: never) => provider.once(translated(event) as never, listener),
    off: (event: never, listener: never) => provider.off(translated(event) as never, listener),
  };
  return new Proxy(provider, {
    get(target, name) {
      const override = typeof name === "string" ? overrides[name] : undefined;
      if (override !== undefined) return override;
      const member: unknown = Reflect.get(target, name, target);
      // Private fields are looked up on `this`, and a proxy has none.
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
