import { Option } from "commander";
import { ACCOUNT_TYPES, type AccountType } from "../sdk/accounts/types";
import { asAddress, type Address } from "../sdk/hex";
import type { Values } from "./commands/command";
import type { Io } from "./io";
import { oneOf, UserError } from "./support/input";

const LOCAL_NODE = "http://127.0.0.1:8545";

/** What every command takes. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  new Option("--json", "print one JSON object, amounts as decimal strings; errors too"),
  new Option("--rpc <url>", `a node of the chain (default: $SESSION_KEYS_RPC, else ${LOCAL_NODE})`),
  new Option("--account <address>", "the smart account (default: that of the session file, else the owner's)"),
  new Option(
    "--account-type <type>",
    `${ACCOUNT_TYPES.slice(0, -1).join(", ")} or ${ACCOUNT_TYPES.at(-1)} (default: what the account says)`,
  ),
  new Option("--self-bundle", "send operations by EntryPoint.handleOps from an ordinary account"),
  new Option("--bundler <url>", "send operations to this bundler (default: $SESSION_KEYS_BUNDLER)"),
  new Option("--yes", "sign and send without asking; needed where nobody can answer"),
];

/** The values of {@link GLOBAL_OPTIONS}. */
export interface Settings {
  readonly json: boolean;
  readonly yes: boolean;
  readonly rpc: string;
  readonly account?: Address;
  /** What the account is said to work like. */
  readonly accountType?: AccountType;
  /** An address of a bundler, or `self`; `undefined` if nobody said. */
  readonly bundler?: string;
}

/** The settings of options and environment; options win. */
export function settingsOf(values: Values, env: Io["env"]): Settings {
  const option = (name: string): string | undefined => values[name] as string | undefined;
  const account = option("account");
  const accountType = option("accountType") ?? env["SESSION_KEYS_ACCOUNT_TYPE"];
  if (option("bundler") !== undefined && values["selfBundle"] === true) {
    throw new UserError("--bundler and --self-bundle exclude each other");
  }
  const bundler = values["selfBundle"] === true ? "self" : (option("bundler") ?? env["SESSION_KEYS_BUNDLER"]);
  return {
    json: values["json"] === true,
    yes: values["yes"] === true,
    rpc: url(option("rpc") ?? env["SESSION_KEYS_RPC"] ?? LOCAL_NODE, "--rpc"),
    ...(account === undefined ? {} : { account: addressOption(account, "account") }),
    ...(accountType === undefined ? {} : { accountType: oneOf(accountType, "account-type", ACCOUNT_TYPES) }),
    ...(bundler === undefined ? {} : { bundler: bundler === "self" ? bundler : url(bundler, "--bundler") }),
  };
}

/** An address from an option. */
export function addressOption(value: string, name: string): Address {
  try {
    return asAddress(value, name);
  } catch {
    throw new UserError(`--${name} is ${value}, expected an address of 20 bytes`);
  }
}

/** The addresses of nodes and bundlers on a command line and in the environment that can have an API key in them. */
export function endpointsOf(argv: readonly string[], env: Io["env"]): string[] {
  const given = argv.map((argument) => argument.replace(/^--[a-z]+=/, ""));
  const known = [...given, env["SESSION_KEYS_RPC"] ?? "", env["SESSION_KEYS_BUNDLER"] ?? ""];
  return known
    .filter((text) => /^https?:\/\//.test(text) && URL.canParse(text))
    .filter((text) => {
      const { pathname, search, username } = new URL(text);
      return pathname.length > 1 || search !== "" || username !== "";
    });
}

/** The address is not repeated: API keys are in such addresses. */
function url(text: string, name: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new UserError(`${name} is no address such as ${LOCAL_NODE}`, "INVALID_URL");
}
