import { createColors } from "picocolors";
import { connect, type Connection } from "./connection";
import type { Io } from "./io";
import type { Settings } from "./settings";
import { UserError } from "./support/input";

/** What a command works with. */
export class Context {
  readonly colours: ReturnType<typeof createColors>;
  #connection: Promise<Connection> | undefined;

  constructor(
    readonly io: Io,
    readonly settings: Settings,
  ) {
    this.colours = createColors(io.colour && !settings.json);
  }

  /** The chain behind `--rpc`; asked for once. */
  connection(): Promise<Connection> {
    this.#connection ??= connect(this.settings.rpc);
    return this.#connection;
  }

  /** Asks before something is signed or sent. Raises `CONFIRMATION_NEEDED` where nobody can answer, `DECLINED`. */
  async confirm(what: string): Promise<void> {
    if (this.settings.yes) return;
    if (!this.io.interactive) {
      throw new UserError(`${what}: nobody can answer here, so say --yes`, "CONFIRMATION_NEEDED");
    }
    const answer = await this.io.ask(`${what}? [y/N] `, false);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("nothing was done", "DECLINED");
  }

  /** A line for people beside the result; not with `--json`. */
  note(text: string): void {
    if (!this.settings.json) this.io.err(`${text}\n`);
  }

  /** Closes the connection, if there is one. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    connection?.provider.destroy();
  }
}
