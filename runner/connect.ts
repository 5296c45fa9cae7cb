import { FetchRequest, JsonRpcProvider } from "ethers";
import { SessionKeyError } from "../sdk/errors";
import { assertEndpoint, callRpc, type RpcEndpoint } from "../sdk/transport/rpc";

/**
 * A provider for a runner, from the node's `url`, with `headers` and a `timeout` in milliseconds: it knows
 * its chain from the start, so that a node that is down is an error and no silence, and it remembers no answers. Raises a
 * `SessionFailure` if the node does not answer, `INVALID_URL`, `INVALID_ANSWER`.
 * @example const provider = await connect({ url });
 */
export async function connect(endpoint: RpcEndpoint): Promise<JsonRpcProvider> {
  assertEndpoint(endpoint);
  const { url, headers = {}, timeout = 30_000 } = endpoint;
  const answer = await callRpc(endpoint, "eth_chainId", []);
  if (typeof answer !== "string") throw new SessionKeyError("INVALID_ANSWER", "eth_chainId has no hex for an answer");
  const request = new FetchRequest(url);
  request.timeout = timeout;
  for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
  // A runner tries again by itself, and later.
  request.setThrottleParams({ maxAttempts: 1 });
  return new JsonRpcProvider(request, BigInt(answer), { staticNetwork: true, cacheTimeout: -1 });
}
