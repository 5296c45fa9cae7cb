import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";

/** A runner as a process that is started again whenever it ends, until it is told to stop. */
export class Crew {
  kills = 0;
  /** Lines of log by their event. */
  readonly events = new Map<string, number>();
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly args: readonly string[],
    private readonly env: Readonly<Record<string, string>>,
    log: string,
  ) {
    this.#log = createWriteStream(log);
  }

  start(): void {
    const child = spawn(process.execPath, [...this.args], {
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    let rest = "";
    child.stderr.on("data", (data: Buffer) => {
      this.#log.write(data);
      const lines = (rest + data.toString()).split("\n");
      rest = lines.pop()!;
      lines.forEach((line) => this.#count(line));
    });
    this.#ended = new Promise((resolve) => {
      child.once("exit", () => {
        resolve();
        if (!this.#stopping) setTimeout(() => this.#stopping || this.start(), 1_000);
      });
    });
  }

  kill(): void {
    this.kills++;
    this.#child?.kill("SIGKILL");
  }

  /** As a supervisor stops it: SIGTERM. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child?.kill("SIGTERM");
    await this.#ended;
    this.#log.end();
  }

  #count(line: string): void {
    const event = /"event":"([\w ]+)"/.exec(line)?.[1];
    if (event !== undefined) this.events.set(event, (this.events.get(event) ?? 0) + 1);
  }
}
