import { CommanderError } from "commander";
import { COMMANDS } from "./commands";
import { redact } from "../sdk/transport/rpc";
import type { Command, Output } from "./commands/command";
import type { Context } from "./context";
import { reportOf, type FailureReport } from "./failure";
import { terminal, type Io, type Startup } from "./io";
import { buildProgram } from "./program";
import { json } from "./render";
import { refuseSecrets } from "./secrets";
import { endpointsOf, GLOBAL_OPTIONS } from "./settings";
import { EXIT, type ExitCode } from "./support/input";

const OPTIONS = [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(({ options = [] }) => options)];
const GRAMMAR = {
  takesHash: (name: string) => COMMANDS.some((command) => command.name === name && command.takesHash === true),
  isFlag: (name: string) => OPTIONS.some((option) => [option.long, option.short].includes(name) && option.isBoolean()),
};

/** The process: arguments as in `process.argv.slice(2)`. Resolves to the exit code. */
export function main(argv: readonly string[], startup: Startup): Promise<ExitCode> {
  return run(argv, terminal(startup, argv.includes("--json")));
}

/** Runs one command line in a world of the caller's, and never throws. Resolves to the exit code. */
export async function run(argv: readonly string[], world: Io): Promise<ExitCode> {
  const io = discreet(world, endpointsOf(argv, world.env));
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(io, (context, command, output) => {
    exitCode = output?.exitCode ?? EXIT.ok;
    if (output !== undefined) print(io, context, command, output);
  });
  try {
    refuseSecrets(argv, GRAMMAR);
    await program.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const failure = reportOf(error);
    printFailure(io, failure, argv);
    if (io.env["SESSION_KEYS_DEBUG"] === "1") io.err(`${error instanceof Error ? error.stack : String(error)}\n`);
    return failure.exitCode;
  }
}

/** The same world, where nothing secret of these endpoints is ever printed. */
function discreet(io: Io, endpoints: readonly string[]): Io {
  const clean = (text: string) => endpoints.reduce((left, url) => redact(left, { url }), text);
  return { ...io, out: (text) => io.out(clean(text)), err: (text) => io.err(clean(text)) };
}

function print(io: Io, { settings }: Context, { name }: Command, { result, text, exitCode = EXIT.ok }: Output): void {
  io.out(settings.json ? json({ ok: exitCode === EXIT.ok, command: name, result }) : `${text}\n`);
}

/** With `--json` on the standard output, where the result would be. */
function printFailure(io: Io, failure: FailureReport, argv: readonly string[]): void {
  const { code, message, remedy } = failure;
  if (argv.includes("--json")) {
    const command = COMMANDS.find(({ name }) => argv.includes(name))?.name ?? null;
    io.out(json({ ok: false, command, error: failure }));
    return;
  }
  const named = code === "USAGE" || message.startsWith(code) ? message : `${code}: ${message}`;
  io.err(`error: ${named}\n${remedy === undefined ? "" : `remedy: ${remedy}\n`}`);
}
