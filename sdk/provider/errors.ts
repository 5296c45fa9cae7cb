import { explain, type SessionFailure } from "../explain";

/** Codes of EIP-1193, EIP-1474 and EIP-5792 that a {@link SessionProvider} answers with. */
export const PROVIDER_CODES = {
  /** The calls would revert; `data` is the revert data, as nodes answer. */
  executionReverted: 3,
  /** Not the session's account, or nothing that the session allows. */
  unauthorized: 4100,
  unsupportedMethod: 4200,
  /** The endpoint cannot be reached. */
  disconnected: 4900,
  /** Of `wallet_switchEthereumChain`: a session has one chain. */
  unknownChain: 4902,
  /** A capability that is not marked as optional. */
  unsupportedCapability: 5700,
  unsupportedChain: 5710,
  duplicateId: 5720,
  unknownId: 5730,
  tooLarge: 5740,
  invalidParams: -32602,
  internal: -32603,
  /** The EntryPoint, the bundler or the paymaster refuses. */
  rejected: -32003,
} as const;

/** An error as EIP-1193 wants it: `code` is a number. */
export class ProviderRpcError extends Error {
  readonly code: number;
  /** Revert data in hex for code 3; else the `code`, `cause` and `remedy` of a {@link SessionFailure}. */
  readonly data?: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = "ProviderRpcError";
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}

const TOO_LARGE = ["InvalidCallCount", "USER_OP_TOO_LARGE"];
const UNREACHABLE = ["NETWORK_ERROR", "TIMEOUT", "SERVER_ERROR"];
const REJECTING = ["entryPoint", "bundler", "paymaster", "account"];

/** Anything that was thrown, with the code of a wallet. */
export function providerError(error: unknown): ProviderRpcError {
  if (error instanceof ProviderRpcError) return error;
  const failure = explain(error);
  const { code, cause, remedy, details } = failure;
  // All that was found, if nobody could read it.
  const [data] = [details["data"]].flat();
  if (failure.layer === "target") {
    return new ProviderRpcError(PROVIDER_CODES.executionReverted, `execution reverted: ${cause}`, data ?? "0x");
  }
  return new ProviderRpcError(codeOf(failure), failure.message, { code, cause, remedy });
}

function codeOf({ code, layer }: SessionFailure): number {
  if (TOO_LARGE.includes(code)) return PROVIDER_CODES.tooLarge;
  if (UNREACHABLE.includes(code)) return PROVIDER_CODES.disconnected;
  if (code === "UNSUPPORTED_TRANSACTION" || /^INVALID_(HEX|ADDRESS)$/.test(code)) return PROVIDER_CODES.invalidParams;
  // The window is over, no permission, a budget exceeded, the session revoked: nothing that the user would allow.
  if (layer === "validator" || layer === "sdk") return PROVIDER_CODES.unauthorized;
  return REJECTING.includes(layer) ? PROVIDER_CODES.rejected : PROVIDER_CODES.internal;
}
