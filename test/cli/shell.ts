import { existsSync, rmSync } from "node:fs";
import { run } from "../../cli/main";
import type { Io } from "../../cli/io";
import { ScriptWorld } from "../scripts/node";

/** What a command did. */
export interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What differs from an ordinary run. */
export interface Around {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Answers of somebody at the terminal; without, nobody is there. */
  readonly answers?: readonly string[];
  readonly colour?: boolean;
}

/** The first second of the transcripts: 1 March 2027, noon. */
const START = Date.UTC(2027, 2, 1, 12) / 1000;
const STEP = 60;

/** A shell with a chain of its own, whose clock ticks once for each command, and a folder. */
export class Shell {
  /** Unix seconds, of the chain. */
  clock = START;
  /** Seconds that the machine's clock is ahead of the chain's. */
  skew = 0;
  env: Record<string, string> = {};
  /** Questions that were asked, with whether the answer was hidden. */
  readonly asked: { readonly question: string; readonly hidden: boolean }[] = [];
  /** Everything that was ever printed. */
  printed = "";
  #remembered = { snapshot: "", clock: START };

  private constructor(readonly world: ScriptWorld) {}

  static async open(): Promise<Shell> {
    const shell = new Shell(await ScriptWorld.start());
    await shell.remember();
    return shell;
  }

  close(): void {
    this.world.stop();
  }

  /** What {@link reset} leads back to. */
  async remember(): Promise<void> {
    const snapshot = (await this.world.provider.send("evm_snapshot", [])) as string;
    this.#remembered = { snapshot, clock: this.clock };
  }

  /** The chain as it was, and no files of these names. */
  async reset(...files: string[]): Promise<void> {
    await this.world.provider.send("evm_revert", [this.#remembered.snapshot]);
    this.clock = this.#remembered.clock;
    await this.remember();
    this.env = { SESSION_KEYS_RPC: this.world.url };
    for (const file of files) if (existsSync(this.world.path(file))) rmSync(this.world.path(file));
  }

  /** Runs `session-keys` with these arguments, in this process. */
  async run(argv: readonly string[], { env = {}, answers, colour = false }: Around = {}): Promise<Done> {
    this.clock += STEP;
    await this.world.provider.send("evm_setNextBlockTimestamp", [this.clock]);
    const left = [...(answers ?? [])];
    const done = await runHere(argv, {
      env: { ...this.env, ...env },
      cwd: this.world.folder,
      colour,
      interactive: answers !== undefined,
      ask: (question, hidden) => {
        this.asked.push({ question, hidden });
        return Promise.resolve(left.shift() ?? "");
      },
      now: () => this.clock + this.skew,
    });
    this.printed += done.out + done.err;
    return done;
  }
}

/** Runs `session-keys` in this process; unless told otherwise nobody is at a terminal. */
export async function runHere(argv: readonly string[], world: Pick<Io, "env" | "cwd"> & Partial<Io>): Promise<Done> {
  const said = { out: "", err: "" };
  const code = await run(argv, {
    version: "0.0.0-test",
    colour: false,
    interactive: false,
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    ask: () => Promise.reject(new Error("nobody is here")),
    spin: (_text, work) => work(),
    now: () => Math.floor(Date.now() / 1000),
    ...world,
  });
  return { code, ...said };
}
