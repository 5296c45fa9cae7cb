import { AbstractSigner, type Provider, type TransactionRequest } from "ethers";
import { getNonce } from "../actions/send";
import { SessionKeyError } from "../errors";
import type { Call } from "../execution";
import { explain } from "../explain";
import type { Session } from "../session";
import type { Transport } from "../transport/transport";
import { permissionTree } from "../typedData";
import { chainClock } from "./clock";
import { Lanes } from "./lanes";
import { Operations, withOperations } from "./operations";
import { grantedSession, type SendOptions, type SessionSignerOptions } from "./options";
import type { Planner } from "./plan";
import { prepareOperation } from "./prepare";
import { SessionResponse, type SentOperation } from "./response";
import { asCall } from "./transaction";

/**
 * A session as an ethers `Signer`: what it sends becomes an operation of the account. It enables the session by its first
 * operation, claims the time, estimates gas, and asks {@link checkCalls} before it sends anything.
 *
 * Everything that it raises is a `SessionFailure` as {@link explain} makes it. `hash` of a response is that of the
 * operation; the receipt is that of its transaction, with the events of the operation alone.
 *
 * @example
 * const signer = new SessionSigner({ grant, key: ecdsaKey(bot), transport, provider, adapter });
 * await (await usdc.connect(signer).transfer(alice, 5_000_000n)).wait();
 * await (await signer.sendCalls(calls)).wait();
 */
export class SessionSigner extends AbstractSigner<Provider> {
  readonly session: Session;
  readonly transport: Transport;
  /** The operations that it has sent. */
  readonly operations: Operations;
  readonly #options: SessionSignerOptions;
  readonly #planner: Planner;
  readonly #lanes: Lanes;

  /** Raises `NO_SESSION`, `NOT_GRANTED`. */
  constructor(options: SessionSignerOptions) {
    const { provider, transport, abis = [], waiting = {}, clock = chainClock(provider) } = options;
    const operations = new Operations(transport, provider, abis, waiting);
    super(withOperations(provider, operations));
    const granted = grantedSession(options);
    this.session = granted.session;
    this.transport = transport;
    this.operations = operations;
    this.#options = options;
    this.#planner = { ...granted, tree: permissionTree(granted.session), provider, transport, clock };
    this.#lanes = new Lanes((lane) => this.#nonce(lane));
  }

  /**
   * The account's address: it is the one who calls.
   * @example const caller = await signer.getAddress(); // session.account
   */
  getAddress(): Promise<string> {
    return Promise.resolve(this.session.account);
  }

  /**
   * The same session at another node of its chain.
   * @example const elsewhere = signer.connect(provider);
   */
  override connect(provider: Provider): SessionSigner {
    return new SessionSigner({ ...this.#options, provider });
  }

  /**
   * One call. `gasLimit` becomes the operation's `callGasLimit`; the fields that an operation has not (`nonce`, access
   * lists, blobs, authorizations) are refused. Raises as {@link sendCalls} and `UNSUPPORTED_TRANSACTION`.
   * @example const { logs } = await (await signer.sendTransaction({ to: USDC, data: calls[0]!.data })).wait();
   */
  override sendTransaction(tx: TransactionRequest): Promise<SessionResponse> {
    return this.#inTurn(this.#options.nonceKey, async () => {
      const { call, options } = await asCall(tx, this.session, this.provider);
      return { calls: [call], options };
    });
  }

  /**
   * All of these calls in one operation, or none of them. Raises a `SessionFailure`: what the validator would raise,
   * `NO_PERMISSION`, `SESSION_NOT_ACTIVE`, and what the transport raises.
   * @example
   * const pay = (to: string, amount: bigint) => new Interface(usdc.abi).encodeFunctionData("transfer", [to, amount]);
   * const batch = [pay(alice, 5_000_000n), pay(bob, 2_000_000n)].map((data) => ({ target: USDC, value: 0n, data }));
   * const { logs } = await (await signer.sendCalls(batch)).wait(); // both, or none
   */
  sendCalls(calls: readonly Call[], options: SendOptions = {}): Promise<SessionResponse> {
    const { nonceKey = this.#options.nonceKey } = options;
    return this.#inTurn(nonceKey, () => Promise.resolve({ calls, options }));
  }

  /**
   * Session keys sign operations only: always raises `SESSION_KEYS_DO_NOT_SIGN`.
   * @example await signer.signTransaction().catch(({ remedy }: SessionFailure) => console.log(remedy));
   */
  override signTransaction(): Promise<string> {
    return refuseToSign("a transaction: the account makes none, use sendTransaction, which makes an operation");
  }

  /**
   * Session keys sign operations only: always raises `SESSION_KEYS_DO_NOT_SIGN`.
   * @example await signer.signMessage().catch(({ code }: SessionFailure) => console.log(code));
   */
  override signMessage(): Promise<string> {
    return refuseToSign("a message: whoever may sign for the account may permit anything in its name");
  }

  /**
   * Session keys sign operations only: always raises `SESSION_KEYS_DO_NOT_SIGN`.
   * @example await signer.signTypedData().catch(({ cause }: SessionFailure) => console.log(cause));
   */
  override signTypedData(): Promise<string> {
    return refuseToSign("typed data: it could be a permit, or a grant of another session");
  }

  /** The turn is taken before anything is asked for: who calls first is the first in the lane. */
  #inTurn(nonceKey: number | undefined, asked: () => Promise<Asked>): Promise<SessionResponse> {
    const send = async (nonce: bigint) => this.#send(await asked(), nonce);
    return this.#explained(async () => {
      const sent = await (nonceKey === undefined ? this.#lanes.parallel(send) : this.#lanes.ordered(nonceKey, send));
      this.operations.add(sent.userOpHash);
      return new SessionResponse(sent, this.provider, this.operations);
    });
  }

  async #send({ calls, options }: Asked, nonce: bigint): Promise<SentOperation> {
    const settings = { ...this.#options, ...options, gas: { ...this.#options.gas, ...options.gas } };
    const op = await prepareOperation(this.#planner, calls, nonce, settings);
    return { userOpHash: await this.transport.send(op), op, calls, chainId: this.session.chainId };
  }

  async #nonce(lane: number): Promise<bigint> {
    const { provider, validator } = this.#planner;
    await this.#assertChain();
    const key = this.#options.adapter.nonceKey(validator, lane);
    return getNonce(provider, this.transport.entryPoint, this.session.account, key);
  }

  async #assertChain(): Promise<void> {
    const { chainId } = await this.#planner.provider.getNetwork();
    if (chainId === this.session.chainId) return;
    const message = `the session is for chain ${this.session.chainId}, the provider is on ${chainId}`;
    throw new SessionKeyError("WRONG_CHAIN", message, { expected: this.session.chainId, found: chainId });
  }

  async #explained<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      throw explain(error, { abis: this.#options.abis ?? [] });
    }
  }
}

interface Asked {
  readonly calls: readonly Call[];
  readonly options: SendOptions;
}

function refuseToSign(what: string): Promise<never> {
  return Promise.reject(explain(new SessionKeyError("SESSION_KEYS_DO_NOT_SIGN", `no session key signs ${what}`)));
}
