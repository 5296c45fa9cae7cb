import type { Provider } from "ethers";
import { Wallet } from "ethers";
import type { AccountAdapter } from "../sdk/accounts/adapter";
import type { UseKey } from "../sdk/actions/use";
import { SessionKeyError } from "../sdk/errors";
import type { Call } from "../sdk/execution";
import type { SessionFile } from "../sdk/handover/sessionFile";
import type { Address, Hex } from "../sdk/hex";
import { ecdsaKey } from "../sdk/key";
import type { SendOptions } from "../sdk/signer/options";
import type { MerkleTree } from "../sdk/tree";
import { permissionTree, sessionId } from "../sdk/typedData";
import type { Condition } from "./condition";
import { laneRange, type LaneRange } from "./lanes";
import type { Period, Schedule } from "./schedule";

/**
 * What the calls of an action may depend on.
 * @example const rent = ({ period }: ActionContext) => (period.index < 12 ? calls : []);
 */
export interface ActionContext {
  readonly period: Period;
  /** Unix seconds of the chain. */
  readonly time: number;
  readonly provider: Provider;
}

/**
 * The calls of an action, or what makes them when it is due; all of them are one operation.
 * @example const paid: ActionCalls = async ({ provider }) => ((await provider.getBalance(account)) > 0n ? calls : []);
 */
export type ActionCalls = readonly Call[] | ((context: ActionContext) => readonly Call[] | Promise<readonly Call[]>);

/**
 * What {@link defineAutomation} takes.
 * @example
 * const definition: AutomationDefinition = { name: "payroll", file, key, adapter, schedule: everyPeriod(), calls };
 * const payroll = defineAutomation(definition);
 */
export interface AutomationDefinition {
  /** Letters, digits, `-` and `_`, up to 64. Whoever renames an automation makes another one of it. */
  readonly name: string;
  /** The session with its grant, as {@link SessionFile}. */
  readonly file: SessionFile;
  /** The session's key; that of the file by default. */
  readonly key?: UseKey;
  /** How the account's nonces are made. */
  readonly adapter: Pick<AccountAdapter, "nonceKey">;
  readonly schedule: Schedule;
  /** All of these have to hold, as soon as they do; none by default. */
  readonly when?: readonly Condition[];
  readonly calls: ActionCalls;
  /** First of its nonce keys; by default chosen by name and session. */
  readonly lane?: number;
  /** How it is sent. */
  readonly send?: Pick<SendOptions, "gas" | "mode" | "sponsor">;
}

/**
 * Something that a session does by itself.
 * @example const { id, lanes }: Automation = defineAutomation({ name: "rent", file, key, adapter, schedule: every(3_600), calls });
 */
export interface Automation extends AutomationDefinition {
  /** Name and session: the same for every runner. */
  readonly id: string;
  readonly key: UseKey;
  readonly when: readonly Condition[];
  readonly lanes: LaneRange;
  /** The session's permission tree: hashed once. */
  readonly tree: MerkleTree;
}

const NAME = /^[\w-]{1,64}$/;

/**
 * An automation, with what follows from its definition. Raises `INVALID_NAME`, `NO_KEY`, `TOO_MANY_PERIODS`,
 * `NO_PERIODIC_BUDGET`, `INTEGER_OUT_OF_RANGE` of a lane.
 * @example
 * const payroll = defineAutomation({ name: "payroll", file, key, adapter, schedule: everyPeriod(), calls });
 */
export function defineAutomation(definition: AutomationDefinition): Automation {
  const { name, file, when = [] } = definition;
  if (!NAME.test(name)) {
    const message = `${JSON.stringify(name)}: expected letters, digits, - and _, up to 64`;
    throw new SessionKeyError("INVALID_NAME", message, { found: name });
  }
  const known = { ...definition, key: keyOf(definition), when, id: `${name}/${sessionId(file.session)}` };
  const tree = permissionTree(file.session);
  return { ...known, tree, lanes: laneRange({ ...known, tree }) };
}

function keyOf({ name, key, file }: AutomationDefinition): UseKey {
  if (key !== undefined) return key;
  if (file.key !== undefined) return ecdsaKey(new Wallet(file.key));
  throw new SessionKeyError("NO_KEY", `${name}: neither the automation nor its session file has a key`, { name });
}

/**
 * What an automation does in a period: its key says it all, and determines the nonce.
 * @example const outcomeOf = ({ key, period }: Action) => `${key} until ${period.ends}`;
 */
export interface Action {
  /** `name/sessionId/period`. */
  readonly key: string;
  /** Of the automation. */
  readonly id: string;
  readonly account: Address;
  readonly period: Period;
  /** Of the only operation that can do it. */
  readonly nonce: bigint;
}

/** The sequence within a nonce key has 64 bits. */
const SEQUENCE_BITS = 64n;

/**
 * The action of an automation in a period.
 * @example actionOf(automation, period).nonce >> 64n // the nonce key, which no other action has
 */
export function actionOf({ id, file, adapter, lanes }: Automation, period: Period): Action {
  const { validator, session } = file;
  const nonce = adapter.nonceKey(validator, lanes.first + period.index) << SEQUENCE_BITS;
  return { key: `${id}/${period.index}`, id, account: session.account, period, nonce };
}

/** The nonce key of an action. */
export function nonceKeyOf({ nonce }: Pick<Action, "nonce">): bigint {
  return nonce >> SEQUENCE_BITS;
}

/**
 * What was sent for an action: enough to send the very same again.
 * @example const next = ({ op, hash, sent }: Recorded): Recorded => ({ op, hash, sent: sent + 1 });
 */
export interface Recorded {
  /** The signed operation, as JSON of ERC-7769. */
  readonly op: string;
  readonly hash: Hex;
  /** How often it was sent. */
  readonly sent: number;
}

/**
 * Where operations are written down before they are sent.
 * @example
 * const written = new Map<string, Recorded>();
 * const journal: Journal = { read: ({ key }) => written.get(key), write: ({ key }, op) => void written.set(key, op) };
 */
export interface Journal {
  read(action: Action): Recorded | undefined;
  /** Returns, or resolves, when it is on the disk. */
  write(action: Action, recorded: Recorded): void | Promise<void>;
}
