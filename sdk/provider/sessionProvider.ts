import { toQuantity, type Eip1193Provider } from "ethers";
import { SessionKeyError } from "../errors";
import type { Hex } from "../hex";
import { remember } from "../signer/memory";
import type { SessionSigner } from "../signer/sessionSigner";
import type { SentOperation } from "../signer/response";
import type { OperationReceipt } from "../transport/transport";
import { callsStatus, receiptJson, transactionJson, type CallsStatus } from "./answers";
import { PROVIDER_CODES, providerError, ProviderRpcError } from "./errors";
import { assertAccount, firstObject, firstString, readCall, readCallsRequest } from "./requests";

/**
 * A node's JSON-RPC: any ethers provider over JSON-RPC, or an EIP-1193 provider.
 * @example
 * const node: NodeRpc = provider;
 * const wallet = new SessionProvider(signer, node);
 */
export type NodeRpc = { send(method: string, params: unknown[]): Promise<unknown> } | Eip1193Provider;

/**
 * An EIP-1193 request.
 * @example
 * const request: ProviderRequest = { method: "eth_accounts" };
 * const accounts = await new SessionProvider(signer, provider).request(request);
 */
export interface ProviderRequest {
  readonly method: string;
  readonly params?: unknown;
}

/** What is asked of the node as it is: it reads, and does nothing in anybody's name. */
const READS =
  /^(eth_(blockNumber|call|estimateGas|gasPrice|blobBaseFee|maxPriorityFeePerGas|feeHistory|syncing|getBalance|getCode|getStorageAt|getProof|getLogs|getTransactionCount|getTransactionByHash|getTransactionByBlock(Hash|Number)AndIndex|getTransactionReceipt|getBlockReceipts|getBlockBy(Hash|Number)|getBlockTransactionCountBy(Hash|Number)|newFilter|newBlockFilter|getFilterChanges|getFilterLogs|uninstallFilter)|net_version|web3_clientVersion)$/;

type Handler = (params: unknown) => unknown;

/**
 * A session as a wallet: an EIP-1193 provider with EIP-5792, so that code written for a wallet works unchanged. Its one
 * account is the session's; a transaction, and a batch of calls, becomes an operation, and its hash is that of the
 * operation. A gas limit that comes with a transaction is left aside, because it was estimated for another kind of
 * transaction. Signing is refused with 4200, what the session does not allow with 4100, see {@link PROVIDER_CODES}.
 *
 * @example
 * const wallet = await new BrowserProvider(new SessionProvider(signer, provider)).getSigner();
 * await (await usdc.connect(wallet).transfer(alice, 5_000_000n)).wait();
 */
export class SessionProvider implements Eip1193Provider {
  readonly #signer: SessionSigner;
  readonly #node: NodeRpc;
  readonly #sent = new Map<Hex, SentOperation>();
  /** Operations by the ids of the apps; empty until they are sent. */
  readonly #ids = new Map<string, Hex>();
  readonly #handlers: Readonly<Record<string, Handler>> = {
    eth_accounts: () => [this.#session.account],
    eth_requestAccounts: () => [this.#session.account],
    eth_chainId: () => toQuantity(this.#session.chainId),
    eth_sendTransaction: (params) => this.#sendTransaction(params),
    eth_getTransactionByHash: (params) => this.#transaction(params),
    eth_getTransactionReceipt: (params) => this.#receipt(params),
    wallet_sendCalls: (params) => this.#sendCalls(params),
    wallet_getCallsStatus: (params) => this.#callsStatus(firstString(params)),
    wallet_getCapabilities: (params) => this.#capabilities(params),
    wallet_switchEthereumChain: (params) => this.#switchChain(params),
  };

  constructor(signer: SessionSigner, node: NodeRpc) {
    this.#signer = signer;
    this.#node = node;
  }

  /**
   * Raises a {@link ProviderRpcError}.
   * @example const [account] = (await new SessionProvider(signer, provider).request({ method: "eth_accounts" })) as string[];
   */
  async request({ method, params }: ProviderRequest): Promise<unknown> {
    try {
      if (Object.hasOwn(this.#handlers, method)) return await this.#handlers[method]!(params);
      if (READS.test(method)) return await this.#ask(method, params);
    } catch (error) {
      throw providerError(error);
    }
    throw new ProviderRpcError(PROVIDER_CODES.unsupportedMethod, `a session does not know ${method}`);
  }

  /**
   * Does nothing: neither account nor chain of a session ever change.
   * @example const wallet = new SessionProvider(signer, provider).on();
   */
  on(): this {
    return this;
  }

  /**
   * Does nothing, as {@link on}.
   * @example const wallet = new SessionProvider(signer, provider).removeListener();
   */
  removeListener(): this {
    return this;
  }

  get #session() {
    return this.#signer.session;
  }

  #ask(method: string, params: unknown = []): Promise<unknown> {
    const list = params as unknown[];
    return "send" in this.#node ? this.#node.send(method, list) : this.#node.request({ method, params: list });
  }

  // ------------------------------------------------------------------------------------------------- transactions

  async #sendTransaction(params: unknown): Promise<Hex> {
    const tx = firstObject(params);
    assertAccount(tx["from"], this.#session);
    return this.#send([readCall(tx)]);
  }

  async #send(calls: Parameters<SessionSigner["sendCalls"]>[0]): Promise<Hex> {
    const { hash, op, chainId } = await this.#signer.sendCalls(calls);
    remember(this.#sent, hash, { userOpHash: hash, op, calls, chainId });
    return hash;
  }

  async #transaction(params: unknown): Promise<unknown> {
    const sent = this.#sent.get(firstString(params));
    if (sent === undefined) return this.#ask("eth_getTransactionByHash", params);
    return transactionJson(sent, await this.#signer.transport.receipt(sent.userOpHash));
  }

  async #receipt(params: unknown): Promise<unknown> {
    const sent = this.#sent.get(firstString(params));
    if (sent === undefined) return this.#ask("eth_getTransactionReceipt", params);
    const operation = await this.#signer.transport.receipt(sent.userOpHash);
    if (operation === undefined) return null;
    const transaction = await this.#ask("eth_getTransactionReceipt", [operation.transactionHash]);
    return transaction === null ? null : receiptJson(transaction as Parameters<typeof receiptJson>[0], operation);
  }

  // -------------------------------------------------------------------------------------------------------- calls

  async #sendCalls(params: unknown): Promise<{ id: string }> {
    const { calls, id } = readCallsRequest(params, this.#session);
    if (id === undefined) return { id: await this.#send(calls) };
    if (this.#ids.has(id)) throw new ProviderRpcError(PROVIDER_CODES.duplicateId, `id ${id} was used already`);
    remember(this.#ids, id, "");
    try {
      this.#ids.set(id, await this.#send(calls));
      return { id };
    } catch (error) {
      this.#ids.delete(id);
      throw error;
    }
  }

  async #callsStatus(id: string): Promise<CallsStatus> {
    const hash = this.#ids.get(id) ?? id;
    const { chainId } = this.#session;
    if (hash === "") return callsStatus(id, chainId, undefined);
    const found = /^0x[0-9a-f]{64}$/i.test(hash) ? await this.#outcome(hash) : undefined;
    // After a restart, the chain still knows what was included under its own hash.
    if (found === undefined && !this.#sent.has(hash)) {
      throw new ProviderRpcError(PROVIDER_CODES.unknownId, `no calls of id ${id} were sent`);
    }
    return callsStatus(id, chainId, found);
  }

  async #outcome(userOpHash: Hex): Promise<OperationReceipt | "failed" | undefined> {
    try {
      return await this.#signer.transport.receipt(userOpHash);
    } catch (error) {
      if (error instanceof SessionKeyError && error.code === "BUNDLE_REVERTED") return "failed";
      throw error;
    }
  }

  #capabilities(params: unknown): Record<Hex, unknown> {
    assertAccount(firstString(params), this.#session);
    const own = toQuantity(this.#session.chainId);
    const asked = (params as [string, Hex[]?])[1];
    return asked === undefined || asked.some((chain) => BigInt(chain) === this.#session.chainId)
      ? { [own]: { atomic: { status: "supported" } } }
      : {};
  }

  #switchChain(params: unknown): null {
    const { chainId } = firstObject(params);
    if (typeof chainId === "string" && BigInt(chainId) === this.#session.chainId) return null;
    throw new ProviderRpcError(PROVIDER_CODES.unknownChain, `the session is for chain ${this.#session.chainId}`);
  }
}
