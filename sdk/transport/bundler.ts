import { ENTRY_POINTS, type EntryPointVersion } from "../constants";
import { asAddress, asHex, type Address, type Hex } from "../hex";
import type { PackedUserOperation } from "../userOp";
import { assertEndpoint, callRpc, explained, type RpcEndpoint } from "./rpc";
import type { GasEstimate, OperationReceipt, Transport } from "./transport";
import { decodeRpcGas, decodeRpcKnown, decodeRpcReceipt, encodeRpcUserOp, type KnownOperation } from "./wire";

/**
 * Which bundler.
 * @example
 * const options: BundlerOptions = { url, version: "0.7", headers: { "X-Client": "my app" }, timeout: 10_000 };
 * const transport = new BundlerTransport(options);
 */
export interface BundlerOptions extends RpcEndpoint {
  /** `0.8` by default. */
  readonly version?: EntryPointVersion;
}

/**
 * Operations go to a bundler by its JSON-RPC (ERC-7769). Everything it raises is a `SessionFailure`: the bundler's codes
 * (`BUNDLER_RULES`, `TIME_RANGE`, …), the EntryPoint's (`AA25`), the validator's errors (`BudgetExceeded`).
 * @example
 * const bundler = new BundlerTransport({ url });
 * const hash = await bundler.send(op);
 * const { success } = await waitForOperation(bundler, hash);
 */
export class BundlerTransport implements Transport {
  readonly version: EntryPointVersion;
  readonly entryPoint: Address;
  /** Bundlers want a `validAfter` some 5 seconds ago. */
  readonly opened = 6;
  /** Bundlers want some 30 seconds of life. */
  readonly remaining = 35;
  // Private to the language, so that no log prints an API key.
  readonly #endpoint: RpcEndpoint;

  /** Raises `INVALID_URL`. */
  constructor({ version = "0.8", ...endpoint }: BundlerOptions) {
    assertEndpoint(endpoint);
    this.version = version;
    this.entryPoint = ENTRY_POINTS[version];
    this.#endpoint = endpoint;
  }

  /**
   * `eth_sendUserOperation`.
   * @example const hash = await new BundlerTransport({ url }).send(op); // the operation's
   */
  send(op: PackedUserOperation): Promise<Hex> {
    return explained(async () => {
      const answer = await this.#call("eth_sendUserOperation", [encodeRpcUserOp(op), this.entryPoint]);
      return asHex(answer, "userOpHash", 32);
    });
  }

  /**
   * `eth_estimateUserOperationGas`, with gas limits of zero: some bundlers want the fields to be there.
   * @example const { verificationGasLimit } = await new BundlerTransport({ url }).estimateGas(op);
   */
  estimateGas(op: PackedUserOperation): Promise<GasEstimate> {
    return explained(async () => {
      const unlimited = { ...encodeRpcUserOp(op), ...NO_LIMITS };
      return decodeRpcGas(await this.#call("eth_estimateUserOperationGas", [unlimited, this.entryPoint]));
    });
  }

  /**
   * `eth_getUserOperationReceipt`; `undefined` until it is included.
   * @example
   * const bundler = new BundlerTransport({ url });
   * const receipt = await bundler.receipt(await bundler.send(op));
   */
  receipt(userOpHash: Hex): Promise<OperationReceipt | undefined> {
    return explained(async () => {
      const answer = await this.#call("eth_getUserOperationReceipt", [userOpHash]);
      return answer === null ? undefined : decodeRpcReceipt(answer);
    });
  }

  /**
   * `eth_getUserOperationByHash`; `undefined` if the bundler does not know it.
   * @example
   * const bundler = new BundlerTransport({ url });
   * const known = await bundler.operation(await bundler.send(op));
   */
  operation(userOpHash: Hex): Promise<KnownOperation | undefined> {
    return explained(async () => {
      const answer = await this.#call("eth_getUserOperationByHash", [userOpHash]);
      return answer === null ? undefined : decodeRpcKnown(answer);
    });
  }

  /**
   * `eth_supportedEntryPoints`.
   * @example
   * const bundler = new BundlerTransport({ url });
   * if (!(await bundler.supportedEntryPoints()).includes(bundler.entryPoint)) console.error("another version");
   */
  supportedEntryPoints(): Promise<Address[]> {
    return explained(async () => {
      const answer = (await this.#call("eth_supportedEntryPoints", [])) as unknown[];
      return answer.map((address) => asAddress(address, "entryPoint"));
    });
  }

  #call(method: string, params: readonly unknown[]): Promise<unknown> {
    return callRpc(this.#endpoint, method, params);
  }
}

const NO_LIMITS = { callGasLimit: "0x0", verificationGasLimit: "0x0", preVerificationGas: "0x0" };
