import { Contract, type Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { STATUSES } from "../constants";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import { permissionHeight, type Session } from "../session";
import { permissionTree, sessionId } from "../typedData";
import { chainTime } from "./context";

const BUDGETS = "tuple(uint8 kind,uint104 limit,uint32 period)[] budgets";
const TERMS =
  "tuple(address account,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil,address paymaster," +
  `uint8 feeBudget,${BUDGETS},uint8 height,bytes32 permissionsRoot)`;
const STATE =
  "tuple(bytes32 sessionId,uint8 status,bool alive,tuple(uint256 spent,uint256 remaining,uint48 nextReset)[] budgets)";
const LENS_ABI = [`function sessionState(address validator, ${TERMS} terms) view returns (${STATE})`] as const;

/**
 * What is left of one budget now.
 * @example const left = report.budgets.map(({ remaining }: BudgetReport) => remaining);
 */
export interface BudgetReport {
  /** Charged so far; for PERIODIC, within the current period. */
  readonly spent: bigint;
  readonly remaining: bigint;
  /** First second of the next period; 0 if there is none. */
  readonly nextReset: number;
}

/**
 * Why a session does not work; asked in this order.
 * @example const obstacle: Obstacle | undefined = report.obstacle;
 */
export type Obstacle =
  "not installed" | "paused" | "older epoch" | "later epoch" | "revoked" | "not yet valid" | "expired" | "not enabled";

/**
 * A session now.
 * @example const report: SessionReport = await sessionState(provider, { validator, lens }, session);
 */
export interface SessionReport {
  readonly sessionId: Hex;
  /** One of {@link STATUSES}. */
  readonly status: number;
  /** Whether an operation in mode `use` could pass now; `false` if and only if there is an obstacle. */
  readonly alive: boolean;
  /** `not enabled` alone leaves the modes `enable` and `signed`, with the owner's grant. */
  readonly obstacle?: Obstacle;
  /** The account's epoch: the session's own, or the session is dead. */
  readonly epoch: bigint;
  /** Until the end of the session's last second; 0 once it is over. */
  readonly secondsLeft: number;
  /** In the session's order. */
  readonly budgets: readonly BudgetReport[];
}

/**
 * The validator's word about an account.
 * @example const { installed, paused, epoch }: AccountReport = await inspectAccount(provider, validator, account);
 */
export interface AccountReport {
  readonly installed: boolean;
  readonly paused: boolean;
  readonly epoch: bigint;
}

interface Lens {
  sessionState(validator: Address, terms: unknown, overrides: { blockTag: "pending" }): Promise<RawReport>;
}

interface RawReport {
  readonly sessionId: Hex;
  readonly status: bigint;
  readonly budgets: readonly { spent: bigint; remaining: bigint; nextReset: bigint }[];
}

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
 * @example const { epoch } = await inspectAccount(provider, validator, account)
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
 * The stored status of a session, one of {@link STATUSES}: `enabled` does not say that it works.
 * @example (await sessionStatus(provider, validator, account, sessionId(session))) === STATUSES.revoked
 */
export async function sessionStatus(provider: Provider, validator: Address, account: Address, id: Hex) {
  return Number(await validatorAt(validator, provider).sessionStatus(id, account));
}

/**
 * A session now: whether it works and why not, what remains of each budget and when that changes. By the `SessionLens`
 * contract and the chain's clock. Raises `INCONSISTENT_LENS` if the lens sees another session, as one of another chain.
 * @example const { alive, obstacle, secondsLeft, budgets } = await sessionState(provider, { validator, lens }, session)
 */
export async function sessionState(
  provider: Provider,
  { validator, lens }: { readonly validator: Address; readonly lens: Address },
  session: Session,
): Promise<SessionReport> {
  const contract = new Contract(lens, LENS_ABI, provider) as unknown as Lens;
  const permissionsRoot = permissionTree(session).root;
  const terms = { ...session, height: permissionHeight(session), permissionsRoot };
  const [raw, account, now] = await Promise.all([
    contract.sessionState(validator, terms, { blockTag: "pending" }),
    inspectAccount(provider, validator, session.account),
    chainTime(provider),
  ]);
  const id = sessionId(session);
  if (raw.sessionId !== id) {
    const message = `the lens sees session ${raw.sessionId}, not ${id}`;
    throw new SessionKeyError("INCONSISTENT_LENS", message, { found: raw.sessionId, expected: id });
  }
  const status = Number(raw.status);
  const secondsLeft = Math.max(0, session.validUntil + 1 - now);
  const budgets = raw.budgets.map(budgetOf);
  const obstacle = obstacleTo(session, status, account, now);
  const report = { sessionId: id, status, epoch: account.epoch, secondsLeft, budgets };
  return obstacle === undefined ? { ...report, alive: true } : { ...report, alive: false, obstacle };
}

function budgetOf({ spent, remaining, nextReset }: RawReport["budgets"][number]): BudgetReport {
  return { spent, remaining, nextReset: Number(nextReset) };
}

/**
 * Why a session with that stored status does not work at `now` (unix seconds); `undefined` if it does.
 * @example obstacleTo(session, STATUSES.enabled, { installed: true, paused: true, epoch: 1n }, now) // "paused"
 */
export function obstacleTo(
  session: Session,
  status: number,
  account: AccountReport,
  now: number,
): Obstacle | undefined {
  if (!account.installed) return "not installed";
  if (account.paused) return "paused";
  if (session.epoch !== account.epoch) return session.epoch < account.epoch ? "older epoch" : "later epoch";
  if (status === STATUSES.revoked) return "revoked";
  if (now < session.validAfter) return "not yet valid";
  if (now > session.validUntil) return "expired";
  return status === STATUSES.enabled ? undefined : "not enabled";
}
