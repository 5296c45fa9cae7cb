import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "./support/input";

/** The world of a command: what it prints to, asks and reads. Tests make their own. */
export interface Io {
  /** Of this package. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly cwd: string;
  /** Whether to colour what is printed. */
  readonly colour: boolean;
  /** Whether somebody is there to answer. */
  readonly interactive: boolean;
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** Asks a person; `hidden` answers are not shown. */
  ask(question: string, hidden: boolean): Promise<string>;
  /** Shows that something is under way. */
  spin<Done>(text: string, work: () => Promise<Done>): Promise<Done>;
  /** Unix seconds of this machine. */
  now(): number;
}

/** What only plain JavaScript can find out. */
export interface Startup {
  readonly version: string;
  readonly loadOra: LoadOra;
}

/** Ora's one function, which is loaded only where it is shown. */
type LoadOra = () => Promise<(options: { readonly text: string; readonly stream: NodeJS.WriteStream }) => Spinner>;

interface Spinner {
  start(): Spinner;
  stop(): Spinner;
}

/** The terminal that this process runs in. Colours by https://no-color.org, and only on a terminal. */
export function terminal({ version, loadOra }: Startup, quiet: boolean): Io {
  const { env, stdin, stdout, stderr } = process;
  const plain = Boolean(env["NO_COLOR"]) || env["TERM"] === "dumb";
  // Whoever reads us may have seen enough, as `head` has.
  stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));
  const spins = stderr.isTTY && !plain && !quiet && env["CI"] === undefined;
  return {
    version,
    env,
    cwd: process.cwd(),
    colour: stdout.isTTY && !plain && !quiet,
    interactive: stdin.isTTY && stderr.isTTY,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ask,
    spin: async (text, work) => {
      if (!spins) return work();
      const spinner = (await loadOra())({ text, stream: stderr }).start();
      return work().finally(() => spinner.stop());
    },
    now: () => Math.floor(Date.now() / 1000),
  };
}

function ask(question: string, hidden: boolean): Promise<string> {
  process.stderr.write(question);
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!hidden) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve, reject) => {
    reader.once("SIGINT", () => reader.close());
    reader.once("close", () => reject(new UserError("no answer", "DECLINED")));
    reader.once("line", (line) => {
      resolve(line);
      if (hidden) process.stderr.write("\n");
      reader.close();
    });
  });
}
