import { time } from "@nomicfoundation/hardhat-network-helpers";
import {
  callPermission,
  chainTime,
  describe,
  grantSession,
  HandleOpsTransport,
  lint,
  PERMISSION_KINDS,
  SessionSigner,
  transferPermission,
  type Call,
  type Clock,
  type DescribeContext,
  type Permission,
  type Session,
} from "../../sdk";
import { refusalOf, type Refusal } from "../../sdk/presets";
import { prepareAttempt, submitAttempt } from "../../scripts/support/attempt";
import { ownerOf } from "../../scripts/support/chain";
import { printLine, printSession } from "./print";
import type { Stage } from "./stage";

/** Something that a session key did, or was refused by the chain. */
export interface Row {
  readonly title: string;
  /** Name of the error; `undefined` if it was done. */
  readonly error?: string;
}

/** One session in use: what its key does, and what the chain refuses it. Throws at the first surprise. */
export class Play {
  readonly rows: Row[] = [];

  private constructor(
    private readonly stage: Stage,
    readonly session: Session,
    /** Names of everything in it. */
    readonly context: DescribeContext,
    /** The session in words. */
    readonly text: string,
    readonly signer: SessionSigner,
  ) {}

  /** The owner signs the session; nothing is sent. */
  static async begin(stage: Stage, session: Session, names: DescribeContext = {}): Promise<Play> {
    const { chain, installed, provider } = stage;
    const context = joined(stage.names, names);
    const findings = lint(session, context).filter(({ severity }) => severity !== "low");
    if (findings.length > 0) throw new Error(`lint: ${findings.map(({ message }) => message).join("; ")}`);
    const grant = await grantSession(ownerOf(chain, installed), session);
    const transport = new HandleOpsTransport({ bundler: chain.bundler });
    const clock: Clock = {
      now: () => chainTime(provider),
      sleep: async (seconds) => void (await time.increase(seconds)),
    };
    const common = { grant, key: chain.key, transport, provider, clock, adapter: installed.adapter };
    const text = describe(session, context);
    printSession(text);
    return new Play(stage, session, context, text, new SessionSigner(common));
  }

  /** The session's key does this, as any program with the SDK would. */
  async does(title: string, calls: readonly Call[]): Promise<void> {
    if (calls.length === 0) throw new Error(`${title}: there is nothing to do`);
    await (await this.signer.sendCalls(calls)).wait();
    this.#enter({ title }, "");
  }

  /**
   * The session's key tries this. The SDK must refuse to send it; and so must the chain, with this error, when a thief with a
   * tool of his own sends it all the same.
   */
  async refuses(title: string, calls: readonly Call[], error: string): Promise<void> {
    if (!this.rows.some((row) => row.error === undefined)) throw new Error(`${title}: nothing was done before`);
    const own = await this.#refusalOfSdk(calls);
    if (own === undefined) throw new Error(`${title}: the SDK does not refuse it`);
    const { got, reason = "" } = await this.#attempt(calls);
    if (got !== error) throw new Error(`${title}: expected ${error}, got ${got} ${reason}`);
    this.#enter({ title, error }, own.cause);
  }

  /** Something that must be so. */
  holds(what: string, found: unknown, expected: unknown): void {
    if (found !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`);
  }

  #enter(row: Row, cause: string): void {
    this.rows.push(row);
    printLine(row, cause);
  }

  async #refusalOfSdk(calls: readonly Call[]): Promise<Refusal | undefined> {
    try {
      await this.signer.sendCalls(calls);
      return undefined;
    } catch (error) {
      return refusalOf(error, this.session, this.context);
    }
  }

  async #attempt(calls: readonly Call[]) {
    const { session, stage } = this;
    const now = (await time.latest()) + 2;
    const forge = calls.map((one) => nearest(session, one));
    // After its end a session has no time left to claim but its last second.
    const late = now > session.validUntil ? { time: session.validUntil } : {};
    const op = await prepareAttempt(stage, { session, calls, forge, ...late }, now);
    await time.setNextBlockTimestamp(now);
    return submitAttempt(stage.installed, op);
  }
}

/** The permission for the same function of the same contract that a thief would claim, or one that he makes up. */
function nearest({ permissions }: Session, { target, data, value }: Call): number | Permission {
  const selector = data.slice(0, 10);
  const found = permissions.findIndex(
    (permission) =>
      permission.target.toLowerCase() === target.toLowerCase() &&
      (data === "0x" ? permission.kind === PERMISSION_KINDS.transfer : permission.selector === selector),
  );
  if (found >= 0) return found;
  return data === "0x" ? transferPermission(target, value) : callPermission(target, selector, { maxValue: value });
}

function joined(left: DescribeContext, right: DescribeContext): DescribeContext {
  return {
    labels: { ...left.labels, ...right.labels },
    tokens: { ...left.tokens, ...right.tokens },
    contracts: { ...left.contracts, ...right.contracts },
  };
}
