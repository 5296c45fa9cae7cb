import { createServer, type IncomingMessage, type Server } from "node:http";
import { patchTracer } from "./tracer";

interface Request {
  readonly method?: string;
  readonly params?: [unknown, unknown, { tracer?: string }?];
}

/**
 * A JSON-RPC proxy between the bundler and its node: everything goes through as it is, but for the tracer that the
 * bundler sends along with `debug_traceCall`, which {@link patchTracer} puts right.
 */
export async function startShim(port: number, node: string): Promise<Server> {
  const server = createServer((request, response) => {
    forward(request, node).then(
      (body) => response.setHeader("content-type", "application/json").end(body),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

async function forward(request: IncomingMessage, node: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = patched(Buffer.concat(chunks).toString());
  const answer = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body });
  return answer.text();
}

function patched(body: string): string {
  const request = JSON.parse(body) as Request;
  const options = request.method === "debug_traceCall" ? request.params?.[2] : undefined;
  if (options?.tracer === undefined) return body;
  options.tracer = patchTracer(options.tracer);
  return JSON.stringify(request);
}
