import { resolve } from "node:path";
import { Option } from "commander";
import type { Provider } from "ethers";
import { ecdsaKey, type Address, type EntryPointVersion } from "../../sdk";
import {
  jsonLog,
  loadAutomations,
  queueJobs,
  Runner,
  showProgress,
  type Automation,
  type RunnerOptions,
} from "../../runner";
import { entryPointVersionOf } from "../../sdk/actions/recognize";
import { recognize, USUAL_VERSION } from "../account";
import { transportOf } from "../connection";
import type { Context } from "../context";
import { keyOptions, Keys } from "../keys";
import { UserError, wholeNumber } from "../support/input";
import type { Command, Values } from "./command";

/** `run`: automations, until it is told to stop. */
export const runCommand: Command = {
  name: "run",
  arguments: ["<automation>"],
  summary: "let sessions act by themselves, until Ctrl-C",
  description:
    "Runs the automations of a .json or .ts file: by schedule, by what the chain says, each action once, whatever crashes or " +
    "runs beside. Prints its progress to stdout and a log of JSON lines to stderr. Ctrl-C lets what was sent end, and stops. " +
    "TypeScript needs the package tsx: node --import tsx. With --redis several machines share the work.",
  options: [
    new Option("--state <file>", "the state file, of this runner alone").default("session-keys.db"),
    new Option("--confirmations <blocks>", "until an operation counts as included").default("1"),
    new Option("--metrics <port>", "serve /metrics on 127.0.0.1; 0 for any port"),
    new Option("--redis <url>", "share the actions with other runners by BullMQ (else $SESSION_KEYS_REDIS)"),
    ...keyOptions("session", "sender"),
  ],
  examples: ["run payroll.json --self-bundle", "run payroll.json --bundler https://bundler.example --metrics 9464"],
  async run(context, [file], values) {
    const { provider } = await context.connection();
    const keys = new Keys(context, values);
    const key = ecdsaKey(await keys.signer("session"));
    const accountType = async (account: Address) => (await recognize(context, account)).type;
    const automations = await loadAutomations(resolve(context.io.cwd, file!), { provider, key, accountType });
    const transport = await transportOf(keys, await versionOf(automations, provider), "sender", "session");
    const log = jsonLog({ write: (line) => context.io.err(line) });
    const runner = new Runner({ automations, provider, transport, log, ...(await optionsOf(context, values)) });
    await runner.start();
    const screen = { isTTY: context.io.colour, write: (text: string) => context.io.out(text) };
    const end = context.settings.json ? () => undefined : showProgress(runner, screen);
    await stopped();
    await runner.stop();
    end();
    return { result: { ...runner.counts }, text: "stopped" };
  },
};

/** The EntryPoint that all accounts of these automations obey. Raises `SEVERAL_ENTRY_POINTS`. */
async function versionOf(automations: readonly Automation[], provider: Provider): Promise<EntryPointVersion> {
  const accounts = new Set(automations.map(({ file }) => file.session.account));
  const found = await Promise.all([...accounts].map((account) => entryPointVersionOf(provider, account)));
  const [version = USUAL_VERSION, ...others] = new Set(found.map((each) => each ?? USUAL_VERSION));
  if (others.length === 0) return version;
  const named = [version, ...others].map((each) => `v${each}`).join(", ");
  const message = `the accounts obey different EntryPoints, ${named}: let a runner of its own act for each`;
  throw new UserError(message, "SEVERAL_ENTRY_POINTS");
}

async function optionsOf(
  { io }: Context,
  values: Values,
): Promise<Pick<RunnerOptions, "state"> & Partial<RunnerOptions>> {
  const redis = (values["redis"] as string | undefined) ?? io.env["SESSION_KEYS_REDIS"];
  const port = values["metrics"] as string | undefined;
  return {
    state: resolve(io.cwd, values["state"] as string),
    confirmations: wholeNumber(values["confirmations"] as string, "confirmations"),
    ...(port === undefined ? {} : { metricsPort: wholeNumber(port, "metrics") }),
    ...(redis === undefined ? {} : { jobs: await queueJobs({ url: redis }) }),
  };
}

/** Ctrl-C, or a supervisor. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
