import type { Log, Provider } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import { SessionKeyError } from "../errors";
import { sameAddress, type Address, type Hex } from "../hex";
import { sessionOfOperation } from "../operationSession";
import { parseSession } from "../serialize";
import { normalizeSession, type Session } from "../session";
import { sessionId } from "../typedData";
import { inspectAccount, sessionStatus } from "./inspect";

/**
 * A log whose data is not the session that it claims to publish: anybody who can make the account call can write it.
 * @example
 * const listed = await listSessions(provider, validator, account);
 * const logs: readonly RejectedLog[] = listed.flatMap(({ rejected }) => rejected);
 */
export interface RejectedLog {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  /** Why: another id, another account, or no session at all. */
  readonly reason: string;
}

/**
 * A session of an account.
 * @example const listed: ListedSession[] = await listSessions(provider, validator, account);
 */
export interface ListedSession {
  readonly sessionId: Hex;
  /** One of {@link STATUSES}; of an older epoch it is dead all the same. */
  readonly status: number;
  /** The document, if it could be rebuilt: its id recomputes. */
  readonly session?: Session;
  /** What it was rebuilt from: the log's data, the calldata of the operation that enabled it, or what was given. */
  readonly source?: "log" | "operation" | "given";
  /** Reported, not trusted. */
  readonly rejected: readonly RejectedLog[];
}

/**
 * Where {@link listSessions} looks.
 * @example const options: ListOptions = { fromBlock: 1_000_000, known: [session] };
 */
export interface ListOptions {
  /** First block, 0 by default; some nodes limit the range. */
  readonly fromBlock?: number;
  /** Last block (inclusive), the latest by default. */
  readonly toBlock?: number;
  /** Sessions from elsewhere, such as grants that were signed: they fill what logs do not tell, and are listed too. */
  readonly known?: readonly Session[];
}

/**
 * Every session that was ever enabled on `account`, in that order, from the validator's logs; then the known ones that were
 * not. A document counts only if its id recomputes.
 *
 * | enabled by                                   | the document comes from                                  |
 * | -------------------------------------------- | -------------------------------------------------------- |
 * | `enableSession(id, data)`                    | the log, if `data` was given                             |
 * | an operation that carried the grant          | its calldata, if the session has one permission          |
 * | `enableSessions`, `onInstall`                | `known` only: the chain has nothing but the id           |
 * | nothing (mode `signed`)                      | `known` only: there is no log either                     |
 *
 * @example (await listSessions(provider, validator, account)).filter(({ status }) => status === STATUSES.enabled)
 */
export async function listSessions(
  provider: Provider,
  validator: Address,
  account: Address,
  options: ListOptions = {},
): Promise<ListedSession[]> {
  const known = (options.known ?? []).filter((session) => sameAddress(session.account, account)).map(normalizeSession);
  const given = new Map(known.map((session) => [sessionId(session), session]));
  const found = await logsById(provider, validator, account, options);
  for (const id of given.keys()) if (!found.has(id)) found.set(id, []);
  const { epoch } = await inspectAccount(provider, validator, account);
  return Promise.all(
    [...found].map(async ([id, logs]) => {
      const status = await sessionStatus(provider, validator, account, id);
      const { session, rejected } = readLogs(id, logs, account);
      if (session !== undefined) return { sessionId: id, status, session, source: "log", rejected } as const;
      const other = given.get(id);
      if (other !== undefined) return { sessionId: id, status, session: other, source: "given", rejected } as const;
      const used = await fromOperations(provider, logs, { account, sessionId: id, epoch });
      if (used !== undefined) return { sessionId: id, status, session: used, source: "operation", rejected } as const;
      return { sessionId: id, status, rejected };
    }),
  );
}

async function logsById(provider: Provider, validator: Address, account: Address, options: ListOptions) {
  const topics = VALIDATOR_INTERFACE.encodeFilterTopics("SessionEnabled", [account]);
  const { fromBlock = 0, toBlock = "latest" } = options;
  const byId = new Map<Hex, Log[]>();
  for (const log of await provider.getLogs({ address: validator, topics, fromBlock, toBlock })) {
    const id = log.topics[2]!;
    byId.set(id, [...(byId.get(id) ?? []), log]);
  }
  return byId;
}

/** The contract does not check what is published, so the first log that recomputes to the id counts. */
function readLogs(id: Hex, logs: readonly Log[], account: Address) {
  const rejected: RejectedLog[] = [];
  for (const log of logs) {
    const data = VALIDATOR_INTERFACE.parseLog(log)!.args["data"] as Hex;
    if (data === "0x") continue;
    const published = read(id, data, account);
    if (typeof published !== "string") return { session: published, rejected };
    rejected.push({ transactionHash: log.transactionHash, blockNumber: log.blockNumber, reason: published });
  }
  return { session: undefined, rejected };
}

/** The session, or why it is none of this id. */
function read(id: Hex, data: Hex, account: Address): Session | string {
  try {
    const session = parseSession(data);
    const found = sessionId(session);
    if (found !== id) return `the data is session ${found}`;
    return sameAddress(session.account, account) ? session : `the data is a session of ${session.account}`;
  } catch (error) {
    if (error instanceof SessionKeyError) return error.message;
    throw error;
  }
}

async function fromOperations(
  provider: Provider,
  logs: readonly Log[],
  trace: { readonly account: Address; readonly sessionId: Hex; readonly epoch: bigint },
): Promise<Session | undefined> {
  const { chainId } = await provider.getNetwork();
  for (const { transactionHash } of logs) {
    const transaction = await provider.getTransaction(transactionHash);
    const session = transaction ? sessionOfOperation(transaction.data, { ...trace, chainId }) : undefined;
    if (session !== undefined) return normalizeSession(session);
  }
  return undefined;
}
