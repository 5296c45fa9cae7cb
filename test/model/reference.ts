import { expect } from "chai";
import {
  check,
  NO_USAGE,
  permissionTree,
  sessionId,
  STATUSES,
  type Call,
  type CheckRequest,
  type EnvelopeGrant,
  type MerkleTree,
  type Session,
  type SessionState,
  type Usage,
  type Verdict,
} from "../../sdk";
import { sameAddress } from "../../sdk/hex";
import type { World } from "../helpers/world";
import { ACT, APPROVE, FAIL, TRANSFER } from "./sessions";

/** An account as the model knows it. */
export interface Actor {
  readonly address: string;
  /** Whether the account lists the validator among its modules. */
  listed: boolean;
  /** Whether the validator says that it is installed. */
  installed: boolean;
  paused: boolean;
  epoch: bigint;
}

/** A session that the owner granted: signed, be it stored or not. */
export interface Granted {
  readonly number: number;
  readonly actor: Actor;
  readonly session: Session;
  readonly id: string;
  readonly tree: MerkleTree;
  readonly grant: EnvelopeGrant;
  status: number;
  usage: readonly Usage[];
  /** Revoked, or of an epoch that is over: once true, for good. Kept apart from `status`, which may not know. */
  dead: boolean;
  /** Wei that its operations cost, as the EntryPoint says. */
  fees: bigint;
  /** Tokens that left by it, by the index of the period in which they did: 0 but for a PERIODIC budget. */
  readonly flow: Map<number, bigint>;
}

/** What the recorder remembers of one call. */
export interface RecordedCall {
  readonly sender: string;
  readonly value: bigint;
  readonly data: string;
}

/** A built operation. */
export interface Attempted {
  readonly op: CheckRequest["op"];
  readonly granted: Granted;
  readonly grantValid: boolean;
  readonly userOpHash: string;
  /** For the tally. */
  readonly note: string;
}

/** What should be true: kept by the SDK's twin of the validator and a little arithmetic, never read from the chain. */
export class Reference {
  readonly actors: readonly [Actor, Actor];
  readonly granted: Granted[] = [];
  /** Operations that were accepted; their nonces are used. */
  readonly accepted: Attempted[] = [];
  readonly records: RecordedCall[] = [];
  /** What the parties got, by address: tokens, allowance (set last), native value. */
  readonly tokens = new Map<string, bigint>();
  readonly allowances = new Map<string, bigint>();
  readonly native = new Map<string, bigint>();
  /** Status under an account that a session is not of: `account id`. */
  readonly foreign = new Map<string, number>();
  nonces = 0;

  constructor(
    readonly world: World,
    epochs: readonly [bigint, bigint],
  ) {
    const actor = (address: string, epoch: bigint): Actor => ({
      address,
      listed: true,
      installed: true,
      paused: false,
      epoch,
    });
    this.actors = [actor(world.accountAddress, epochs[0]), actor(world.otherAccountAddress, epochs[1])];
  }

  /** A session of the pool, the youngest first. */
  pick(index: number): Granted {
    return this.granted[this.granted.length - 1 - (index % this.granted.length)]!;
  }

  /** Enters a session that the owner has signed. */
  add(actor: Actor, session: Session, grant: EnvelopeGrant): void {
    const tree = permissionTree(session);
    const usage = session.budgets.map(() => NO_USAGE);
    const now = { status: STATUSES.none, usage, dead: false, fees: 0n, flow: new Map<number, bigint>() };
    const number = this.granted.length + 1;
    this.granted.push({ number, actor, session, id: sessionId(session, tree), tree, grant, ...now });
  }

  /** A new epoch: everything of the account is dead. */
  bump(actor: Actor): void {
    actor.epoch += 1n;
    for (const granted of this.granted) if (granted.actor === actor) granted.dead = true;
  }

  revoke(granted: Granted): void {
    granted.status = STATUSES.revoked;
    granted.dead = true;
  }

  /** What the validator says of the operation in a block of time `now`; `state` if it is not what is stored. */
  judge({ op, granted, grantValid, userOpHash }: Attempted, now: number, state = this.stateOf(granted)): Verdict {
    const { session } = granted;
    const { validatorAddress: validator, chainId } = this.world;
    const actor = this.actorOf(op.sender);
    const account = { installed: actor.installed, paused: actor.paused, epoch: actor.epoch };
    return check({ op, validator, chainId, state: { ...state, ...account }, session, userOpHash, grantValid, now });
  }

  stateOf({ actor, status, usage }: Granted): SessionState {
    return { installed: actor.installed, paused: actor.paused, epoch: actor.epoch, status, usage };
  }

  actorOf(address: string): Actor {
    return this.actors.find((actor) => sameAddress(actor.address, address))!;
  }

  /** The calls of an accepted operation: all of them, or none if one fails. Whether they succeed. */
  execute(account: string, calls: readonly Call[]): boolean {
    if (calls.some(({ data }) => data.startsWith(FAIL))) return false;
    for (const call of calls) this.perform(account, call);
    return true;
  }

  private perform(account: string, { target, value, data }: Call): void {
    const { tokenAddress, targetAddress } = this.world;
    if (sameAddress(target, tokenAddress)) {
      const party = `0x${data.slice(34, 74)}`;
      const amount = BigInt(`0x${data.slice(74, 138)}`);
      if (data.startsWith(TRANSFER)) increase(this.tokens, party, amount);
      else if (data.startsWith(APPROVE)) this.allowances.set(`${account} ${party}`.toLowerCase(), amount);
      else expect.fail(`a call of the token that nobody was granted: ${data}`);
    } else if (sameAddress(target, targetAddress)) {
      expect(data.startsWith(ACT), `a call of the recorder that nobody was granted: ${data}`).to.equal(true);
      this.records.push({ sender: account, value, data });
    } else {
      expect(data, `a call of ${target} that nobody was granted`).to.equal("0x");
      increase(this.native, target, value);
    }
  }

  /** The allowance that the account gave. */
  allowance(account: string, spender: string): bigint {
    return this.allowances.get(`${account} ${spender}`.toLowerCase()) ?? 0n;
  }
}

/** Adds to an entry, by an address in whatever case. */
export function increase(entries: Map<string, bigint>, address: string, amount: bigint): void {
  const key = address.toLowerCase();
  entries.set(key, (entries.get(key) ?? 0n) + amount);
}

/** An entry that is zero until it is increased. */
export function entry(entries: ReadonlyMap<string, bigint>, address: string): bigint {
  return entries.get(address.toLowerCase()) ?? 0n;
}
