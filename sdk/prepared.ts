import { PERMISSION_KINDS } from "./constants";
import { selectorOf, type Call } from "./execution";
import { byteLength, type Address, type Hex } from "./hex";
import { assertTarget, coordinates, type Cost } from "./judge";
import { validateSession, type Session } from "./session";
import type { MerkleTree } from "./tree";
import { permissionTree, sessionId, sessionStructHash } from "./typedData";
import { firstThatAllows, type Candidate } from "./use";

const { transfer, ...CALLING_KINDS } = PERMISSION_KINDS;

/**
 * A session validated and hashed once, its permissions sorted by what they are for: then a verdict on calls takes
 * microseconds, however many permissions there are.
 *
 * Raises what {@link validateSession} raises.
 *
 * @example
 * const prepared = new PreparedSession(session);
 * const common = { session: prepared, mode: "use" as const, validator, state, time: await chainTime(provider) };
 * const verdicts = recipients.map((to) => checkCalls({ ...common, calls: [{ target: to, value: 1n, data: "0x" }] }));
 */
export class PreparedSession {
  /** Its EIP-712 struct hash: {@link sessionId}. */
  readonly id: Hex;
  readonly tree: MerkleTree;
  private readonly candidates = new Map<string, Candidate[]>();

  constructor(readonly session: Session) {
    validateSession(session);
    this.tree = permissionTree(session);
    this.id = sessionId(session, this.tree);
    for (const candidate of session.permissions.entries()) {
      const { kind, target, selector } = candidate[1];
      const key = keyOf(kind, target, selector);
      const others = this.candidates.get(key);
      if (others) others.push(candidate);
      else this.candidates.set(key, [candidate]);
    }
  }

  /**
   * The id of the same session in another epoch of the account.
   * @example new PreparedSession(session).idIn(session.epoch + 1n) // what to enable after revokeAll
   */
  idIn(epoch: bigint): Hex {
    const { session, tree } = this;
    return epoch === session.epoch ? this.id : sessionStructHash({ ...session, epoch }, tree.root, tree.height);
  }

  /**
   * What call number `index` costs the budgets. Raises `ForbiddenTarget`, `NO_PERMISSION`.
   * @example const [cost] = new PreparedSession(session).costs(calls[0]!, 0, validator); // { budget: 0, amount: 5n }
   */
  costs(call: Call, index: number, validator: Address): Cost[] {
    assertTarget(call, index, this.session.account, validator);
    return firstThatAllows(this.candidatesFor(call), call, index).costs;
  }

  /** In their order in the session, because the first that allows the call decides what is charged. */
  private candidatesFor(call: Call): readonly Candidate[] {
    const kinds = byteLength(call.data) === 0 ? [transfer] : selectorOf(call) ? Object.values(CALLING_KINDS) : [];
    const found = kinds.flatMap((kind) => {
      const { target, selector } = coordinates(kind, call);
      return this.candidates.get(keyOf(kind, target, selector)) ?? [];
    });
    return found.sort(([left], [right]) => left - right);
  }
}

function keyOf(kind: number, target: Address, selector: Hex): string {
  return `${kind}${target}${selector}`.toLowerCase();
}
