import { resolve } from "node:path";
import { Option } from "commander";
import { defineSession, inDays, lint, sessionId, type SessionDefinition } from "../../sdk";
import { chainTime } from "../../sdk/actions/context";
import { inspectAccount } from "../../sdk/actions/inspect";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Address } from "../../sdk/hex";
import { addressOf, assertDeployed, type Connection } from "../connection";
import { assertFree, writeSession } from "../files";
import { createKeystore, keyOptions, Keys, readText } from "../keys";
import { accountOf } from "../owner";
import { parsePolicyJson, type Policy } from "../policy/policy";
import { facts } from "../render";
import { addressOption } from "../settings";
import { functionOf } from "../support/calls";
import { UserError, wholeNumber } from "../support/input";
import { namesOf } from "../support/names";
import { parsePolicy, POLICY_OPTIONS } from "../support/policyOptions";
import type { Command, Values } from "./command";
import { descriptionOf } from "./describe";

/** `new`: a session file from a policy. */
export const newCommand: Command = {
  name: "new",
  summary: "make a session file from a JSON policy or from options",
  description:
    "Makes a session file: what a key may do, for how long, and how much it may spend. Nothing is signed or sent. The policy is " +
    "a JSON file (docs/cli.md has its format), or options: an allowance to recipients (--recipient, --amount, --token, --period), " +
    "or functions of one contract without rules on their arguments (--target, --function, --max-value). The chain is asked " +
    "for the time, the account's epoch and a token's decimals.",
  options: [
    new Option("--policy <file>", "JSON policy, instead of the options below"),
    new Option("--for <address>", "address of the session key (default: that of the session key at hand)"),
    new Option("--new-key <file>", "make a new session key, in a new encrypted keystore"),
    new Option("--recipient <address...>", "who may get an allowance, in ether or in --token"),
    new Option("--amount <number>", "how much, in ether or in whole tokens"),
    new Option("--token <address>", "an ERC-20 token instead of ether"),
    new Option("--period <seconds>", "the amount is for each period of this length; without, for the whole session"),
    new Option("--target <address>", "a contract, with --function"),
    new Option("--function <signature...>", 'functions of it, such as "set(uint256)": any arguments'),
    new Option("--max-value <ether>", "native value that each of these calls may carry"),
    new Option("--fees <ether>", "the fees that the account may pay in all"),
    new Option("--unlimited-fees", "instead: dangerous, a stolen key can burn the balance as gas"),
    new Option("--days <number>", "how long (default: 30)"),
    new Option("--salt <number>", "tells otherwise equal sessions apart (default: random)"),
    new Option("--label <text>", "what people call it"),
    new Option("--out <file>", "where to write it").default("session.json"),
    new Option("--force", "overwrite it"),
    ...keyOptions("owner", "session"),
  ],
  examples: [
    "new --policy payroll.json --new-key bot.json --account 0x…",
    "new --for 0x… --recipient 0x… --amount 0.05 --period 604800 --fees 0.02 --days 30",
  ],
  async run(context, _args, values) {
    const keys = new Keys(context, values);
    const { io } = context;
    const out = values["out"] as string;
    assertFree(context, out, values["force"] === true);
    const file = values["policy"] as string | undefined;
    const text = file === undefined ? undefined : readText(resolve(io.cwd, file), file);
    const fromFile = file === undefined || text === undefined ? undefined : parsePolicyJson(text, file);
    const connection = await context.connection();
    const policy = fromFile ?? (await fromOptions(values, connection));
    await assertDeployed(connection, "sessionKeyValidator");
    const account = await accountOf(keys);
    const terms = await termsOf(policy, values, connection, account);
    // The key comes last: a keystore is not made for a policy that is none.
    defineSession({ ...terms, key: account });
    const session = defineSession({ ...terms, key: await keyOf(keys, values) });
    const label = (values["label"] as string | undefined) ?? policy.label;
    const document: SessionFile = {
      validator: addressOf("sessionKeyValidator"),
      session,
      ...(label === undefined ? {} : { label }),
      ...(Object.keys(policy.contracts).length === 0 ? {} : { contracts: policy.contracts }),
    };
    writeSession(context, out, document);
    const names = namesOf(document);
    const findings = lint(session, names);
    return {
      result: { file: out, sessionId: sessionId(session), session, label: label ?? null, findings },
      text: [
        facts(context, [
          ["written", out],
          ["session", sessionId(session)],
          ["account", session.account],
          ["key", session.signer],
        ]),
        descriptionOf(context, session, names, findings, label),
      ].join("\n\n"),
    };
  },
};

/** The policy that the options make. */
async function fromOptions(values: Values, { provider }: Connection): Promise<Policy> {
  const fees = values["fees"] as string | undefined;
  if (fees === undefined && values["unlimitedFees"] !== true) {
    throw new UserError("who pays? --fees <ether>, or --unlimited-fees if you mean it");
  }
  const options = Object.keys(POLICY_OPTIONS).map((name) => {
    const camel = name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
    return [name, values[camel]] as const;
  });
  const given = Object.fromEntries(options.filter(([, value]) => value !== undefined));
  const { budgets = {}, ...policy } = await parsePolicy(given, () => Promise.resolve(provider));
  return { budgets, ...policy, contracts: contractsOf(values) };
}

/** By their names `describe` and `send` know the functions. */
function contractsOf({ target, function: functions = [], maxValue }: Values): Policy["contracts"] {
  if (target === undefined) return {};
  const payable = maxValue !== undefined;
  const formats = (functions as readonly string[]).map((text) => functionOf(text, payable).format);
  return { [target as string]: formats };
}

type Terms = Omit<SessionDefinition, "key">;

async function termsOf(policy: Policy, values: Values, connection: Connection, account: Address): Promise<Terms> {
  const { provider, chainId } = connection;
  const validator = addressOf("sessionKeyValidator");
  const days = values["days"] as string | undefined;
  const salt = values["salt"] as string | undefined;
  const now = await chainTime(provider);
  const { epoch } = await inspectAccount(provider, validator, account);
  const { budgets, fees, permissions, validAfter } = policy;
  const length = days === undefined ? (policy.days ?? 30) : wholeNumber(days, "days");
  const until = days === undefined ? policy.validUntil : undefined;
  return {
    account,
    chainId,
    epoch,
    validator,
    now,
    budgets,
    fees,
    permissions,
    validUntil: until ?? inDays(length, now),
    ...(validAfter === undefined ? {} : { validAfter }),
    ...(salt === undefined ? {} : { salt: BigInt(wholeNumber(salt, "salt", 0)) }),
  };
}

async function keyOf(keys: Keys, values: Values): Promise<Address> {
  const given = values["for"] as string | undefined;
  const made = values["newKey"] as string | undefined;
  if (given !== undefined && made !== undefined) throw new UserError("--for and --new-key exclude each other");
  if (given !== undefined) return addressOption(given, "for");
  if (made !== undefined) return createKeystore(keys, made);
  return (await keys.signer("session")).address;
}
