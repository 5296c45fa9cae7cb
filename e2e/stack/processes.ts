import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";

/** A program that runs beside the tests. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const TIMEOUT = 60_000;
const POLL = 50;

const running = new Set<ChildProcess>();

/**
 * Starts a program and waits until `ready` answers. What it prints is shown if it ends before, or when it ends by itself.
 * Raises an error with that if it does, or if it takes longer than a minute.
 */
export async function start({ name, command, args }: Program, ready: () => Promise<unknown>): Promise<void> {
  // A group of its own: Ctrl-C reaches us alone, and programs that start others are ended with all of them.
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${name} ended with ${String(code)}:\n${printed.join("")}`)));
  });
  // Programs that end later are noticed by the tests: nobody answers them any more.
  ended.catch(() => running.delete(child));
  await Promise.race([ended, until(ready, name)]);
}

async function until(ready: () => Promise<unknown>, name: string): Promise<void> {
  for (const end = Date.now() + TIMEOUT; Date.now() < end;) {
    if (
      await ready().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new Error(`${name} does not answer after ${TIMEOUT / 1000} s`);
}

/** Kills everything that was started here and runs still. Synchronous, so that it works while the process exits. */
export function stopAll(): void {
  for (const { pid } of running) if (pid !== undefined) killGroup(pid);
  running.clear();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
