import Database from "libsql";
import { SessionKeyError } from "../sdk/errors";
import type { Hex } from "../sdk/hex";
import type { Action, Journal, Recorded } from "./automation";

/**
 * How an action stands: `due` until it has an outcome.
 * @example const isOver = (state: ActionState) => state !== "due";
 */
export type ActionState = "due" | "done" | "elsewhere" | "reverted" | "refused" | "missed";

/**
 * An action as it is stored.
 * @example const why = ({ key, state, code = "" }: StoredAction) => `${key}: ${state} ${code}`;
 */
export interface StoredAction extends Action {
  readonly state: ActionState;
  readonly hash?: Hex;
  /** Why, if it was refused, reverted or missed. */
  readonly code?: string;
}

/**
 * What a state file is for: that of another chain is of no use, and dangerous.
 * @example
 * const block = await provider.getBlock(0);
 * const options: StoreOptions = { chainId, genesis: block!.hash! };
 */
export interface StoreOptions {
  readonly chainId: bigint;
  /** Hash of the chain's block 0: local chains share their ids. */
  readonly genesis: Hex;
}

/** `SKRN`, in the header of the file. */
const APPLICATION_ID = 0x534b524e;
const VERSION = 1;

const SCHEMA = `
  CREATE TABLE actions (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL, nonce TEXT NOT NULL,
    period INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due', op TEXT, hash TEXT, sent INTEGER NOT NULL DEFAULT 0, code TEXT
  ) STRICT;
  CREATE INDEX due ON actions (state) WHERE state = 'due';
  CREATE TABLE progress (id TEXT PRIMARY KEY, period INTEGER NOT NULL) STRICT;
  CREATE TABLE seen (id TEXT NOT NULL, period INTEGER NOT NULL, condition INTEGER NOT NULL,
    PRIMARY KEY (id, condition)) STRICT;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

/**
 * What a runner has to remember, in an SQLite file (WAL, `synchronous=FULL`): what it returned from is on the disk. One
 * process at a time has the file; the lock ends with the process, however that ends.
 * @example
 * const store = Store.open(stateFile, { chainId, genesis: (await provider.getBlock(0))!.hash! });
 * const { id, file: of } = automation;
 * const period = automation.schedule.periodAt(now, of.session)!;
 * const action: Action = { key: `${id}/${period.index}`, id, account, period, nonce: BigInt(automation.lanes.first) << 64n };
 * store.add(action);
 * console.log(store.due().length, store.progress(id)); // 1, the period's index
 * store.write(action, { op: "{}", hash: ZeroHash, sent: 1 });
 * console.log(store.read(action)?.sent, store.action(action.key)?.state); // 1 "due"
 * store.finish(action, "done");
 * store.setProgress(id, period.index + 1);
 * store.advance(10, [{ id, period: period.index, condition: 0 }]);
 * console.log(store.seen(id, period.index, 0), store.cursor); // true 10
 * store.close();
 */
export class Store implements Journal {
  private constructor(private readonly db: Database.Database) {}

  /**
   * Opens the file, or makes it. Raises `STATE_LOCKED` (another runner has it), `STATE_CORRUPT`, `STATE_FOREIGN` (of
   * another program or chain), `STATE_VERSION`, `STATE_FULL`, `STATE_UNUSABLE`.
   */
  static open(path: string, options: StoreOptions): Store {
    return guarded(path, () => {
      const db = new Database(path, { timeout: 100 });
      try {
        prepare(db, path, options);
        return new Store(db);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  /** Notes an action that is due, unless it was noted before; and how far its automation is. */
  add(action: Action): void {
    const { key, id, account, nonce, period } = action;
    const insert = `INSERT OR IGNORE INTO actions (key, id, account, nonce, period, starts, ends) VALUES (?,?,?,?,?,?,?)`;
    this.#together(() => {
      this.#run(insert, key, id, account, `${nonce}`, period.index, period.starts, period.ends);
      this.setProgress(id, period.index);
    });
  }

  /** The actions without an outcome. */
  due(): StoredAction[] {
    return this.#all("SELECT * FROM actions WHERE state = 'due' ORDER BY ends, key").map(asAction);
  }

  action(key: string): StoredAction | undefined {
    return this.#all("SELECT * FROM actions WHERE key = ?", key).map(asAction)[0];
  }

  read({ key }: Action): Recorded | undefined {
    const [row] = this.#all("SELECT op, hash, sent FROM actions WHERE key = ? AND op IS NOT NULL", key);
    return row as Recorded | undefined;
  }

  write({ key }: Action, { op, hash, sent }: Recorded): void {
    this.#run("UPDATE actions SET op = ?, hash = ?, sent = ? WHERE key = ?", op, hash, sent, key);
  }

  /** The outcome; the operation's bytes are of no use any more. */
  finish({ key }: Action, state: Exclude<ActionState, "due">, code?: string): void {
    this.#run("UPDATE actions SET state = ?, code = ?, op = NULL WHERE key = ?", state, code ?? null, key);
  }

  /** The last period for which an automation's action was due; `undefined` at first. */
  progress(id: string): number | undefined {
    return this.#all("SELECT period FROM progress WHERE id = ?", id)[0]?.["period"] as number | undefined;
  }

  setProgress(id: string, period: number): void {
    this.#run("INSERT OR REPLACE INTO progress VALUES (?, ?)", id, period);
  }

  /** Up to which block the chain's events were read. */
  get cursor(): number | undefined {
    const value = this.#meta("cursor");
    return value === undefined ? undefined : Number(value);
  }

  /** Notes the events of the blocks up to this one: both or neither. */
  advance(cursor: number, seen: readonly { id: string; period: number; condition: number }[]): void {
    this.#together(() => {
      for (const { id, period, condition } of seen) {
        this.#run("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", id, period, condition);
      }
      this.#run("INSERT OR REPLACE INTO meta VALUES ('cursor', ?)", `${cursor}`);
    });
  }

  /** Whether the event of a condition has happened in that period. */
  seen(id: string, period: number, condition: number): boolean {
    return this.#all("SELECT 1 FROM seen WHERE id=? AND period=? AND condition=?", id, period, condition).length > 0;
  }

  /** Lets others have the file, which is then a single one. */
  close(): void {
    // libsql keeps a closed database, and its lock, until all its statements are collected.
    guarded(this.db.name, () => {
      this.db.pragma("journal_mode = DELETE");
      this.db.pragma("locking_mode = NORMAL");
      this.db.prepare("SELECT count(*) FROM meta").get();
    });
    this.db.close();
  }

  #meta(name: string): string | undefined {
    return this.#all("SELECT value FROM meta WHERE name = ?", name)[0]?.["value"] as string | undefined;
  }

  #all(sql: string, ...values: unknown[]): Record<string, unknown>[] {
    return guarded(this.db.name, () => this.db.prepare(sql).all(...values) as Record<string, unknown>[]);
  }

  #run(sql: string, ...values: unknown[]): void {
    guarded(this.db.name, () => this.db.prepare(sql).run(...values));
  }

  #together(run: () => void): void {
    guarded(this.db.name, () => this.db.transaction(run)());
  }
}

function prepare(db: Database.Database, path: string, { chainId, genesis }: StoreOptions): void {
  // Before anything else: the first access takes the lock, and keeps it.
  db.pragma("locking_mode = EXCLUSIVE");
  const header = (name: string) => (db.pragma(name) as Record<string, number>[])[0]![name];
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
  if (tables.n > 0 && header("application_id") !== APPLICATION_ID) {
    throw new SessionKeyError("STATE_FOREIGN", `${path} is the database of another program`, { path });
  }
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  if (tables.n === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
  else assertWhole(db, path, header("user_version"));
  const here = `${chainId}/${genesis}`;
  db.prepare("INSERT OR IGNORE INTO meta VALUES ('chain', ?)").run(here);
  const { value } = db.prepare("SELECT value FROM meta WHERE name = 'chain'").get() as { value: string };
  if (value === here) return;
  throw new SessionKeyError("STATE_FOREIGN", `${path} is of chain ${value}, and this is ${here}`, { path, value });
}

function assertWhole(db: Database.Database, path: string, version: number | undefined): void {
  if (version !== VERSION) {
    const message = `${path} has version ${version}, and this runner knows ${VERSION}`;
    throw new SessionKeyError("STATE_VERSION", message, { path, version });
  }
  const [{ quick_check: said }] = db.pragma("quick_check(1)") as [{ quick_check: string }];
  if (said !== "ok") throw new SessionKeyError("STATE_CORRUPT", `${path}: ${said}`, { path });
}

/** SQLite's codes, by what to do about them. */
const CODES: Readonly<Record<string, string>> = {
  SQLITE_BUSY: "STATE_LOCKED",
  SQLITE_LOCKED: "STATE_LOCKED",
  SQLITE_NOTADB: "STATE_CORRUPT",
  SQLITE_CORRUPT: "STATE_CORRUPT",
  SQLITE_FULL: "STATE_FULL",
};

function guarded<Result>(path: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof SessionKeyError) throw error;
    const { code = "", message } = error as { code?: string; message: string };
    throw new SessionKeyError(CODES[code] ?? "STATE_UNUSABLE", `${path}: ${message}`, { path, code });
  }
}

function asAction(row: Record<string, unknown>): StoredAction {
  const { key, id, account, nonce, period, starts, ends, state, hash, code } = row as Record<string, string> &
    Record<"period" | "starts" | "ends", number>;
  return {
    ...{ key: key!, id: id!, account: account!, nonce: BigInt(nonce!), state: state as ActionState },
    period: { index: period, starts, ends },
    ...(hash === null || hash === undefined ? {} : { hash }),
    ...(code === null || code === undefined ? {} : { code }),
  };
}
