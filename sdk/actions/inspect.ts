import { Contract, type Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { SessionKeyError } from "../errors";
import { sameAddress, type Address, type Hex } from "../hex";
import { parseSession } from "../serialize";
import { permissionHeight, type Session } from "../session";
import { permissionTree, sessionId } from "../typedData";

const BUDGETS = "tuple(uint8 kind,uint104 limit,uint32 period)[] budgets";
const TERMS =
  "tuple(address account,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil,address paymaster," +
  `uint8 feeBudget,${BUDGETS},uint8 height,bytes32 permissionsRoot)`;
const STATE =
  "tuple(bytes32 sessionId,uint8 status,bool alive,tuple(uint256 spent,uint256 remaining,uint48 nextReset)[] budgets)";
const LENS_ABI = [`function sessionState(address validator, ${TERMS} terms) view returns (${STATE})`] as const;

/** What is left of one budget now. */
export interface BudgetReport {
  /** Charged so far; for PERIODIC, within the current period. */
  readonly spent: bigint;
  readonly remaining: bigint;
  /** First second of the next period; 0 if there is none. */
  readonly nextReset: number;
}

/** A session now. */
export interface SessionReport {
  readonly sessionId: Hex;
  /** One of {@link STATUSES}. */
  readonly status: number;
  /** Whether an operation in mode `use` could pass now. */
  readonly alive: boolean;
  readonly budgets: readonly BudgetReport[];
}

/** The validator's word about an account. */
export interface AccountReport {
  readonly installed: boolean;
  readonly paused: boolean;
  readonly epoch: bigint;
}

/** A session that the logs tell of. */
export interface ListedSession {
  readonly sessionId: Hex;
  readonly status: number;
  /** If it was published and its id recomputes; of an older epoch, it is dead whatever the status. */
  readonly session?: Session;
}

interface Lens {
  sessionState(validator: Address, terms: unknown, overrides: { blockTag: "pending" }): Promise<RawReport>;
}

type RawReport = Omit<SessionReport, "status" | "budgets"> & {
  readonly status: bigint;
  readonly budgets: readonly { spent: bigint; remaining: bigint; nextReset: bigint }[];
};

interface Validator {
  isInitialized(account: Address): Promise<boolean>;
  isPaused(account: Address): Promise<boolean>;
  epochOf(account: Address): Promise<bigint>;
  sessionStatus(id: Hex, account: Address): Promise<bigint>;
}

function validatorAt(address: Address, provider: Provider): Validator {
  return new Contract(address, VALIDATOR_INTERFACE, provider) as unknown as Validator;
}

/**
 * Whether the validator is installed and paused on `account`, and its epoch.
 * @example const { installed, paused, epoch } = await inspectAccount(provider, validator, account);
 */
export async function inspectAccount(provider: Provider, validator: Address, account: Address): Promise<AccountReport> {
  const at = validatorAt(validator, provider);
  const [installed, paused, epoch] = await Promise.all([
    at.isInitialized(account),
    at.isPaused(account),
    at.epochOf(account),
  ]);
  return { installed, paused, epoch };
}

/**
 * What remains of a session now, by the `SessionLens` contract. Raises `INCONSISTENT_LENS` if the lens sees another
 * session, as one of another chain.
 * @example const { alive, budgets } = await inspectSession(provider, { validator, lens }, session);
 */
export async function inspectSession(
  provider: Provider,
  contracts: { readonly validator: Address; readonly lens: Address },
  session: Session,
): Promise<SessionReport> {
  const lens = new Contract(contracts.lens, LENS_ABI, provider) as unknown as Lens;
  const permissionsRoot = permissionTree(session).root;
  const terms = { ...session, height: permissionHeight(session), permissionsRoot };
  const raw = await lens.sessionState(contracts.validator, terms, { blockTag: "pending" });
  if (raw.sessionId !== sessionId(session)) {
    const message = `the lens sees session ${raw.sessionId}, not ${sessionId(session)}`;
    throw new SessionKeyError("INCONSISTENT_LENS", message, { found: raw.sessionId, expected: sessionId(session) });
  }
  const budgets = raw.budgets.map(({ spent, remaining, nextReset }) => ({
    spent,
    remaining,
    nextReset: Number(nextReset),
  }));
  return { sessionId: raw.sessionId, status: Number(raw.status), alive: raw.alive, budgets };
}

/**
 * Every session that was ever enabled on `account`, in that order, from the validator's logs.
 * @param fromBlock Where to start; some nodes limit the range.
 * @example (await listSessions(provider, validator, account)).filter(({ status }) => status === STATUSES.enabled)
 */
export async function listSessions(
  provider: Provider,
  validator: Address,
  account: Address,
  fromBlock = 0,
): Promise<ListedSession[]> {
  const topics = VALIDATOR_INTERFACE.encodeFilterTopics("SessionEnabled", [account]);
  const logs = await provider.getLogs({ address: validator, topics, fromBlock });
  const found = new Map<Hex, Session | undefined>();
  for (const log of logs) {
    const { sessionId: id, data } = VALIDATOR_INTERFACE.parseLog(log)!.args as unknown as { sessionId: Hex; data: Hex };
    found.set(id, found.get(id) ?? published(id, data, account));
  }
  const at = validatorAt(validator, provider);
  return Promise.all(
    [...found].map(async ([id, session]) => {
      const status = Number(await at.sessionStatus(id, account));
      return session === undefined ? { sessionId: id, status } : { sessionId: id, status, session };
    }),
  );
}

/** The contract does not check what is published: only a session that recomputes to its id counts. */
function published(id: Hex, data: Hex, account: Address): Session | undefined {
  try {
    const session = parseSession(data);
    return sessionId(session) === id && sameAddress(session.account, account) ? session : undefined;
  } catch {
    return undefined;
  }
}
