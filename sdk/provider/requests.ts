import { toQuantity } from "ethers";
import { SessionKeyError } from "../errors";
import { MAX_CALLS } from "../constants";
import type { Call } from "../execution";
import { asAddress, asHex, sameAddress, type Hex } from "../hex";
import type { Session } from "../session";
import { PROVIDER_CODES, ProviderRpcError } from "./errors";

// What wallets are asked, read: EIP-5792 and eth_sendTransaction. Raises ProviderRpcErrors.

/** The version of `wallet_sendCalls` that is spoken. */
export const CALLS_VERSION = "2.0.0";

/** Most characters of an id (inclusive): 4,096 bytes in hex. */
const MAX_ID = 8194;

/** A `wallet_sendCalls` request. */
export interface CallsRequest {
  readonly calls: readonly Call[];
  readonly id?: string;
}

const invalid = (message: string) => new ProviderRpcError(PROVIDER_CODES.invalidParams, message);

/** The first parameter as an object. Raises -32602. */
export function firstObject(params: unknown): Record<string, unknown> {
  const [first]: unknown[] = Array.isArray(params) ? (params as unknown[]) : [];
  if (typeof first !== "object" || first === null) throw invalid("the first parameter must be an object");
  return first as Record<string, unknown>;
}

/** The first parameter as a string. Raises -32602. */
export function firstString(params: unknown): string {
  const [first]: unknown[] = Array.isArray(params) ? (params as unknown[]) : [];
  if (typeof first !== "string") throw invalid("the first parameter must be a string");
  return first;
}

/** Raises 4100 unless it is the session's account; left out, it is. */
export function assertAccount(from: unknown, { account }: Session): void {
  if (from === undefined || (typeof from === "string" && sameAddress(from, account))) return;
  throw new ProviderRpcError(PROVIDER_CODES.unauthorized, `the session is one of ${account} only`);
}

/** Raises -32602, 4100, 5700, 5710, 5740. */
export function readCallsRequest(params: unknown, session: Session): CallsRequest {
  const request = firstObject(params);
  if (request["version"] !== CALLS_VERSION) throw invalid(`version must be "${CALLS_VERSION}"`);
  if (typeof request["atomicRequired"] !== "boolean") throw invalid("atomicRequired must be true or false");
  assertAccount(request["from"], session);
  assertChain(request["chainId"], session);
  assertCapabilities(request["capabilities"]);
  const { calls, id } = request;
  if (!Array.isArray(calls) || calls.length === 0) throw invalid("calls must be an array of at least one call");
  if (calls.length > MAX_CALLS) {
    throw new ProviderRpcError(PROVIDER_CODES.tooLarge, `${calls.length} calls, at most ${MAX_CALLS}`);
  }
  if (id !== undefined && (typeof id !== "string" || id.length === 0 || id.length > MAX_ID)) {
    throw invalid(`id must be a string of 1 to ${MAX_ID} characters`);
  }
  return { calls: calls.map(readCall), ...(id === undefined ? {} : { id }) };
}

/** A call of `wallet_sendCalls`, or of `eth_sendTransaction`. Raises -32602, 4100, 5700. */
export function readCall(json: unknown): Call {
  if (typeof json !== "object" || json === null) throw invalid("a call must be an object");
  const { to, data, input, value, capabilities } = json as Record<string, unknown>;
  assertCapabilities(capabilities);
  if (to === undefined || to === null) {
    throw new ProviderRpcError(
      PROVIDER_CODES.unauthorized,
      "a call without `to` deploys a contract: sessions only call",
    );
  }
  return readable(() => ({
    target: asAddress(to, "to"),
    value: value === undefined ? 0n : BigInt(asQuantity(value)),
    data: asHex(data ?? input ?? "0x", "data"),
  }));
}

function asQuantity(value: unknown): Hex {
  if (typeof value === "string" && /^0x[0-9a-f]+$/i.test(value)) return value;
  throw invalid("value must be a hex string");
}

function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof SessionKeyError ? invalid(error.message) : error;
  }
}

function assertChain(chainId: unknown, session: Session): void {
  if (typeof chainId !== "string" || !/^0x[1-9a-f][0-9a-f]*$/i.test(chainId)) throw invalid("chainId must be hex");
  if (BigInt(chainId) === session.chainId) return;
  const message = `the session is for chain ${toQuantity(session.chainId)}, not ${chainId}`;
  throw new ProviderRpcError(PROVIDER_CODES.unsupportedChain, message);
}

/** Batches are atomic anyway; nothing else is supported. */
function assertCapabilities(capabilities: unknown): void {
  if (capabilities === undefined) return;
  if (typeof capabilities !== "object" || capabilities === null) throw invalid("capabilities must be an object");
  const wanted = Object.entries(capabilities as Record<string, { optional?: unknown } | undefined>);
  const unknown = wanted.find(([name, value]) => name !== "atomic" && value?.optional !== true);
  if (unknown === undefined) return;
  throw new ProviderRpcError(PROVIDER_CODES.unsupportedCapability, `capability ${unknown[0]} is not supported`);
}
