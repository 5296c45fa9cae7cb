import type { Option } from "commander";
import type { Context } from "../context";
import type { ExitCode } from "../support/input";

/** What a command has to say: the same for people and for programs. */
export interface Output {
  /** Printed with `--json`, bigints as decimal strings. The shape is stable. */
  readonly result: Readonly<Record<string, unknown>>;
  /** Printed without. */
  readonly text: string;
  /** 0 by default; another one where there is a result all the same. */
  readonly exitCode?: ExitCode;
}

/** One command of `session-keys`; each has a file of its own, and a line in the list of this folder. */
export interface Command {
  readonly name: string;
  /** As commander writes them: `<file>`, `[file]`. */
  readonly arguments?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** The manual's paragraph. */
  readonly description: string;
  readonly options?: readonly Option[];
  /** Command lines, without the `session-keys` in front. */
  readonly examples: readonly string[];
  /** Whether an argument may be 32 bytes: an id or a hash. */
  readonly takesHash?: boolean;
  /** `undefined` if it has printed all itself. */
  run(context: Context, args: readonly (string | undefined)[], values: Values): Promise<Output | undefined>;
}

/** The values of a command's options, by their names in camel case. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
