import { createServer, type IncomingMessage } from "node:http";
import { patchTracer } from "./tracer";

interface Message {
  method?: string;
  params?: unknown[];
  result?: unknown;
}

/** Another request in place of one, and what makes the answer to the first of the answer to the other. */
interface Detour {
  request(message: Message): Message;
  answer?(message: Message): Message;
}

const DETOURS: Readonly<Record<string, Detour>> = {
  // The bundler sends its tracer along, which has to be put right.
  debug_traceCall: { request: withPatchedTracer },
  // Hardhat's node has mined when it answers, and the helpers of `test/` count on it; anvil mines a moment later.
  eth_sendTransaction: {
    request: (message) => ({ ...message, method: "eth_sendTransactionSync" }),
    answer: (message) => ({
      ...message,
      result: (message.result as { transactionHash?: string } | undefined)?.transactionHash,
    }),
  },
};

/** A JSON-RPC proxy in front of the node, on 127.0.0.1: everything goes through as it is, but for the {@link DETOURS}. */
export async function startShim(port: number, node: string): Promise<void> {
  const server = createServer((request, response) => {
    forward(request, node).then(
      (body) => response.setHeader("content-type", "application/json").end(body),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

async function forward(request: IncomingMessage, node: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked = Buffer.concat(chunks).toString();
  const message = JSON.parse(asked) as Message;
  const detour = DETOURS[message.method ?? ""];
  if (detour === undefined) return post(node, asked);
  const answer = await post(node, JSON.stringify(detour.request(message)));
  return detour.answer === undefined ? answer : JSON.stringify(detour.answer(JSON.parse(answer) as Message));
}

async function post(url: string, body: string): Promise<string> {
  return (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).text();
}

function withPatchedTracer(message: Message): Message {
  const [call, block, options] = message.params as [unknown, unknown, { tracer: string }];
  return { ...message, params: [call, block, { ...options, tracer: patchTracer(options.tracer) }] };
}
