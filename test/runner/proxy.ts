import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A JSON-RPC request. */
export interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

/** A proxy in front of a node, on 127.0.0.1, that can be made to fail. */
export interface Proxy {
  readonly url: string;
  /** What was asked, by method. */
  readonly asked: Map<string, number>;
  /** While it is set, nobody is answered: connections are cut. */
  down: boolean;
  /** How many of a thousand requests are cut off before the node sees them, and after; and delayed by up to a second. */
  drops: { before: number; after: number; delayed: number };
  close(): Promise<void>;
}

/** What answers in the end: a node's URL, or a function. */
export type Node = string | ((request: Asked) => Promise<unknown>);

/** Starts a proxy; close it after the test. */
export async function startProxy(node: Node): Promise<Proxy> {
  const server = createServer((request, response) => {
    const cut = () => request.socket.destroy();
    const chance = (thousandths: number) => Math.random() * 1_000 < thousandths;
    const serve = async () => {
      const body = await textOf(request);
      if (proxy.down || chance(proxy.drops.before)) return cut();
      if (chance(proxy.drops.delayed)) await sleep(Math.random() * 1_000);
      count(proxy.asked, body);
      const answer = typeof node === "string" ? await forward(node, body) : await ask(node, body);
      if (chance(proxy.drops.after)) return cut();
      response.setHeader("content-type", "application/json").end(answer);
    };
    serve().catch(cut);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: new Map(),
    down: false,
    drops: { before: 0, after: 0, delayed: 0 },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function count(asked: Map<string, number>, body: string): void {
  const parsed = JSON.parse(body) as Asked | Asked[];
  for (const { method } of Array.isArray(parsed) ? parsed : [parsed]) asked.set(method, (asked.get(method) ?? 0) + 1);
}

async function forward(url: string, body: string): Promise<string> {
  return (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).text();
}

async function ask(node: Exclude<Node, string>, body: string): Promise<string> {
  const parsed = JSON.parse(body) as Asked | Asked[];
  if (!Array.isArray(parsed)) return JSON.stringify(await answer(node, parsed));
  return JSON.stringify(await Promise.all(parsed.map((each) => answer(node, each))));
}

async function answer(node: Exclude<Node, string>, request: Asked): Promise<unknown> {
  const common = { jsonrpc: "2.0", id: request.id };
  try {
    return { ...common, result: await node(request) };
  } catch (error) {
    const { message, data } = error as { message: string; data?: string };
    return { ...common, error: { code: 3, message, data } };
  }
}
