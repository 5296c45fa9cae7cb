import { SessionKeyError } from "../errors";
import { explain } from "../explain";

/** A JSON-RPC endpoint over HTTP. */
export interface RpcEndpoint {
  /** Its address; an API key in it never shows up in an error. */
  readonly url: string;
  /** Further HTTP headers, such as `Authorization`; their values never show up in an error. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until an answer must be there; 30,000 by default. */
  readonly timeout?: number;
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: unknown;
}

/**
 * Calls a method. Not ethers' provider: that one's errors tell the address, and it asks a bundler for what only nodes know.
 * Raises a `SessionFailure`: the JSON-RPC error explained, whatever the HTTP status, `TIMEOUT`, `NETWORK_ERROR` or
 * `SERVER_ERROR`.
 */
export async function callRpc(endpoint: RpcEndpoint, method: string, params: readonly unknown[]): Promise<unknown> {
  const { status, body } = await post(endpoint, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const answer = parse(body);
  if (answer?.error === undefined && answer !== undefined && "result" in answer) return answer.result;
  const told = redact(body, endpoint);
  const error = parse(told)?.error ?? { code: "SERVER_ERROR", message: `HTTP ${status}: ${told.slice(0, 300)}` };
  throw explain(error);
}

/** Raises `INVALID_URL`, which does not tell the address either. */
export function assertEndpoint({ url }: RpcEndpoint): void {
  try {
    new URL(url);
  } catch {
    throw new SessionKeyError("INVALID_URL", "the endpoint's address is no URL, such as https://bundler.example/rpc");
  }
}

async function post(endpoint: RpcEndpoint, request: string): Promise<{ status: number; body: string }> {
  const { url, timeout = 30_000 } = endpoint;
  const headers = { "content-type": "application/json", ...endpoint.headers };
  try {
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(url, { method: "POST", headers, body: request, signal });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    // The error of fetch tells the address: only its kind goes on.
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    throw explain({ code: timedOut ? "TIMEOUT" : "NETWORK_ERROR" });
  }
}

function parse(body: string): RpcAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Shorter parts of an address are words, not keys. */
const SHORTEST_SECRET = 12;

/** The text without what is secret of an endpoint: some servers repeat in their errors what they were asked. */
export function redact(text: string, { url, headers = {} }: RpcEndpoint): string {
  const { pathname, searchParams, username, password } = new URL(url);
  const words = [...pathname.split("/"), ...searchParams.values()].filter((word) => word.length >= SHORTEST_SECRET);
  const tokens = Object.values(headers).flatMap((value) => [value, ...value.split(" ")]);
  const secrets = [url, ...words, username, password, ...tokens.filter((token) => token.length >= SHORTEST_SECRET)];
  return secrets.filter((secret) => secret !== "").reduce((left, secret) => left.replaceAll(secret, "…"), text);
}

/**
 * Runs what a transport does, and throws what it throws as a `SessionFailure`, without what ethers tells in its errors: the
 * node's address and the whole request.
 */
export async function explained<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw explain(error);
  }
}
