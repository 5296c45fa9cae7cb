import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Option } from "commander";
import { isKeystoreJson, Wallet, type BaseWallet } from "ethers";
import type { Address } from "../sdk/hex";
import type { Values } from "./commands/command";
import type { Context } from "./context";
import { EXIT, UserError } from "./support/input";

/** Whose keys there are. */
export type Role = "owner" | "session" | "sender";

const WHOSE: Readonly<Record<Role, string>> = {
  owner: "the account's owner",
  session: "the session key",
  sender: "the ordinary account that pays for transactions",
};

const VARIABLES = {
  owner: {
    key: "SESSION_KEYS_OWNER_KEY",
    keystore: "SESSION_KEYS_OWNER_KEYSTORE",
    password: "SESSION_KEYS_OWNER_PASSWORD",
  },
  session: {
    key: "SESSION_KEYS_SESSION_KEY",
    keystore: "SESSION_KEYS_SESSION_KEYSTORE",
    password: "SESSION_KEYS_SESSION_PASSWORD",
  },
  sender: {
    key: "SESSION_KEYS_SENDER_KEY",
    keystore: "SESSION_KEYS_SENDER_KEYSTORE",
    password: "SESSION_KEYS_SENDER_PASSWORD",
  },
} as const satisfies Record<Role, object>;

/** The options that name the keystores of these roles. */
export function keyOptions(...roles: Role[]): Option[] {
  const keystores = roles.map((role) => {
    const text = `encrypted JSON keystore of ${WHOSE[role]} (else $${VARIABLES[role].key})`;
    return new Option(`--${role}-keystore <file>`, text);
  });
  return [
    ...keystores,
    new Option("--password-file <file>", "the keystores' password (else $SESSION_KEYS_PASSWORD, or it asks)"),
  ];
}

/** Where a key is, without having opened it. */
type Source = { readonly key: string } | { readonly keystore: string };

function sourceOf(context: Context, values: Values, role: Role): Source | undefined {
  const { env } = context.io;
  const option = values[`${role}Keystore`] as string | undefined;
  const key = env[VARIABLES[role].key];
  const keystore = option ?? (key === undefined ? env[VARIABLES[role].keystore] : undefined);
  if (keystore !== undefined) return { keystore };
  return key === undefined ? undefined : { key };
}

/** The keys of a command: found by its options and the environment, each opened once. */
export class Keys {
  readonly #opened = new Map<Role, BaseWallet>();

  constructor(
    readonly context: Context,
    readonly values: Values,
  ) {}

  /** The first of these roles that has a key. Raises `NO_KEY`, `INVALID_KEY`, `WRONG_PASSWORD`. */
  async signer(...roles: [Role, ...Role[]]): Promise<BaseWallet> {
    for (const role of roles) {
      const source = sourceOf(this.context, this.values, role);
      if (source === undefined) continue;
      const opened = this.#opened.get(role) ?? (await this.#open(role, source));
      this.#opened.set(role, opened);
      return opened;
    }
    const [role] = roles;
    const message = `no key of ${WHOSE[role]}`;
    const remedy = `Give --${role}-keystore <file>, or $${VARIABLES[role].key}.`;
    throw new UserError(message, "NO_KEY", EXIT.usage, remedy);
  }

  async #open(role: Role, source: Source): Promise<BaseWallet> {
    if ("key" in source) return fromEnvironment(source.key, VARIABLES[role].key);
    const json = readKeystore(resolve(this.context.io.cwd, source.keystore), source.keystore);
    const password = await this.password(role, `Password of ${source.keystore}: `);
    const { io } = this.context;
    try {
      return await io.spin("Opening the keystore", () => Wallet.fromEncryptedJson(json, password));
    } catch {
      throw new UserError(`the password does not open ${source.keystore}`, "WRONG_PASSWORD");
    }
  }

  /** From a file, the environment, or somebody at the terminal. Raises `NO_PASSWORD`. */
  async password(role: Role, question: string): Promise<string> {
    const { io } = this.context;
    const file = this.values["passwordFile"] as string | undefined;
    if (file !== undefined) return readText(resolve(io.cwd, file), file).replace(/\r?\n$/, "");
    const known = io.env[VARIABLES[role].password] ?? io.env["SESSION_KEYS_PASSWORD"];
    if (known !== undefined) return known;
    if (io.interactive) return io.ask(question, true);
    const remedy = "Give --password-file <file>, or $SESSION_KEYS_PASSWORD.";
    throw new UserError("a keystore needs its password", "NO_PASSWORD", EXIT.usage, remedy);
  }
}

function fromEnvironment(key: string, name: string): BaseWallet {
  try {
    return new Wallet(key.trim());
  } catch {
    throw new UserError(`$${name} is no private key of 32 bytes in hex (it is not shown here)`, "INVALID_KEY");
  }
}

function readKeystore(path: string, name: string): string {
  const json = readText(path, name);
  if (isKeystoreJson(json)) return json;
  throw new UserError(`${name} is no encrypted JSON keystore`, "INVALID_KEYSTORE");
}

/** The text of a file. Raises `FILE_NOT_FOUND`. */
export function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new UserError(`${name} cannot be read: is it there?`, "FILE_NOT_FOUND", EXIT.notFound);
  }
}

/** Makes a new key and writes its keystore, which must not exist yet and which nobody else may read. */
export async function createKeystore(keys: Keys, file: string): Promise<Address> {
  const { io } = keys.context;
  const wallet = Wallet.createRandom();
  const password = await keys.password("session", `New password for ${file}: `);
  if (password.length === 0) throw new UserError("an empty password protects nothing", "NO_PASSWORD");
  const json = await io.spin("Encrypting the new key", () => wallet.encrypt(password));
  try {
    writeFileSync(resolve(io.cwd, file), `${json}\n`, { mode: 0o600, flag: "wx" });
  } catch {
    throw new UserError(`${file} exists or cannot be written: keystores are never overwritten`, "FILE_EXISTS");
  }
  return wallet.address;
}
