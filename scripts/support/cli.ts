import { parseArgs, type ParseArgsConfig } from "node:util";
import { UserError } from "../../cli/support/input";
import { describeFailure } from "./failure";

export { oneOf, UserError, wholeNumber } from "../../cli/support/input";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T; strict: true }>>["values"];

/**
 * Runs a script: parses `--options`, and turns whatever goes wrong into one line on stderr and exit code 1. With
 * `DEBUG_SCRIPTS=1` the stack follows.
 *
 * Every script takes `--network`; under `hardhat run` that is Hardhat's own option.
 */
export function script<T extends Options>(options: T, main: (values: Values<T>) => Promise<void>): void {
  run(options, main).catch((error: unknown) => {
    console.error(`error: ${error instanceof UserError ? error.message : describeFailure(error)}`);
    if (process.env["DEBUG_SCRIPTS"]) console.error(error);
    process.exitCode = 1;
  });
}

async function run<T extends Options>(options: T, main: (values: Values<T>) => Promise<void>): Promise<void> {
  const { network, ...values } = parse(options);
  if (network !== undefined) process.env["HARDHAT_NETWORK"] = network;
  await main(values as Values<T>);
}

function parse<T extends Options>(options: T): Values<T> & { network?: string } {
  const all = { ...options, network: { type: "string" } } as const;
  try {
    return parseArgs({ options: all, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node's message for a wrong option goes on about positional arguments.
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    const known = Object.keys(all).map((name) => `--${name}`);
    throw new UserError(`${reason}; the options are ${known.join(" ")}`);
  }
}
