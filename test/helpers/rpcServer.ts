import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server is asked. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly headers: IncomingMessage["headers"];
  /** Path and query of the URL. */
  readonly path: string;
}

/** What it answers: a result, a JSON-RPC error, or anything over HTTP. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: unknown; readonly status?: number }
  | { readonly body: string; readonly status: number }
  | "silence";

/** A JSON-RPC server on 127.0.0.1, with a real socket: nothing between it and the client is replaced. */
export interface RpcServer {
  readonly url: string;
  /** What was asked, in its order. */
  readonly requests: RpcRequest[];
  close(): Promise<void>;
}

/** Starts a server; close it after the test. */
export async function rpcServer(answer: (request: RpcRequest) => RpcAnswer | Promise<RpcAnswer>): Promise<RpcServer> {
  const requests: RpcRequest[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming, response, async (request) => {
      requests.push(request);
      return answer(request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: RpcRequest) => Promise<RpcAnswer>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest & { id: number };
  const said = await answer({ method, params, headers: incoming.headers, path: incoming.url ?? "" });
  if (said === "silence") return;
  const body = "body" in said ? said.body : JSON.stringify({ jsonrpc: "2.0", id, ...said });
  response.writeHead("status" in said ? (said.status ?? 200) : 200, { "content-type": "application/json" }).end(body);
}
