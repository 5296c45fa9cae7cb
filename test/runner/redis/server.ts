import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../e2e/stack/processes";

/** Debian's Redis, on 127.0.0.1, with its data in a folder of its own. */
export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
  /** As by a power cut, and up again with what is on the disk. */
  restart(): Promise<void>;
}

/** Starts `redis-server`. What it was told is on the disk before it answers. */
export async function startRedis(folder: string): Promise<RedisServer> {
  const port = await freePort();
  let child = await run(port, folder);
  // What matters is on the disk; asked politely, it would not end before it has saved into a folder that may be gone.
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: end,
    restart: async () => {
      await end();
      child = await run(port, folder);
    },
  };
}

async function run(port: number, folder: string): Promise<ChildProcess> {
  const place = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", folder];
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
  const child = spawn("redis-server", [...place, ...durable], { stdio: "ignore" });
  process.once("exit", () => child.kill("SIGKILL"));
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  await Promise.race([failed, answers(port)]);
  failed.catch(() => undefined);
  return child;
}

async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
}
