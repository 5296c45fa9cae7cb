import { Command as Program } from "commander";
import { COMMANDS } from "./commands";
import type { Command, Output, Values } from "./commands/command";
import { Context } from "./context";
import type { Io } from "./io";
import { APPENDIX, INTRODUCTION } from "./manual";
import { GLOBAL_OPTIONS, settingsOf } from "./settings";

/** Takes what a command has to say. */
export type Report = (context: Context, command: Command, output: Output | undefined) => void;

/** The command line as commander has it. `report` gets the outcome of the command that was run. */
export function buildProgram(io: Io, report: Report): Program {
  const program = new Program("session-keys")
    .description(INTRODUCTION)
    .version(io.version, "--version", "print the version")
    .helpOption("-h, --help", "this manual; of a command: session-keys <command> --help")
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => 120,
      getOutHasColors: () => io.colour,
    })
    .configureHelp({ showGlobalOptions: true, ...(io.colour ? styles(io) : {}) })
    .addHelpText("after", APPENDIX);
  for (const option of GLOBAL_OPTIONS) program.addOption(option);
  for (const command of COMMANDS) addCommand(program, command, io, report);
  return program;
}

function addCommand(program: Program, command: Command, io: Io, report: Report): void {
  const { name, summary, description, options = [], examples } = command;
  const added = program.command(name).summary(summary).description(description);
  for (const argument of command.arguments ?? []) added.argument(argument);
  for (const option of options) added.addOption(option);
  added.addHelpText("after", `\n${examplesOf(examples)}`);
  added.action(async () => {
    const values = added.optsWithGlobals<Values>();
    const context = new Context(io, settingsOf(values, io.env));
    try {
      const args = added.processedArgs as (string | undefined)[];
      report(context, command, await command.run(context, args, values));
    } finally {
      await context.close();
    }
  });
}

function examplesOf(examples: readonly string[]): string {
  return `${examples.length > 1 ? "Examples" : "Example"}:\n${examples.map((line) => `  $ session-keys ${line}`).join("\n")}`;
}

function styles(io: Io) {
  const { bold, cyan, green } = new Context(io, settingsOf({}, {})).colours;
  return {
    styleTitle: bold,
    styleOptionText: green,
    styleSubcommandText: cyan,
    styleArgumentText: cyan,
  };
}
