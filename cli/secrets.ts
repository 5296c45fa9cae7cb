import { UserError } from "./support/input";

// Arguments are no place for secrets: every process of the machine can read them, and shells remember them.

const REMEDY =
  "Put the key into an encrypted keystore file (--owner-keystore, --session-keystore, --sender-keystore) or into the " +
  "environment (SESSION_KEYS_OWNER_KEY, …). If this was a real key, take it for stolen: the shell's history has it.";

/** 32 bytes, which are a key or the hash of something. */
const WORD = /^(0x)?[0-9a-fA-F]{64}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
/** Names of options under which people look for one that takes a key. */
const SECRET_OPTION = /^--?(private-?key|pk|secret|mnemonic|seed|password|passphrase|(owner|session|sender|bot)-key)$/;
const PHRASE_LENGTHS = [12, 15, 18, 21, 24];
/** Options whose words are data of a call, in which 32 bytes are ordinary. */
const CALL_OPTIONS = ["--call", "-c"];

/** What has to be known of the commands to tell an id from the value of an option. */
export interface Grammar {
  /** Whether a command takes an id or a hash as its argument. */
  readonly takesHash: (command: string) => boolean;
  /** Whether an option has no value. */
  readonly isFlag: (option: string) => boolean;
}

/**
 * Raises `SECRET_IN_ARGUMENTS` if an argument is or may be a private key, a recovery phrase or a password, without repeating
 * it. Ids and hashes look like keys: they are let through only where one is expected, and there with `0x`.
 */
export function refuseSecrets(argv: readonly string[], { takesHash, isFlag }: Grammar): void {
  const hashes = argv.some((argument) => takesHash(argument));
  argv.forEach((argument, index) => {
    const [name = "", ...rest] = argument.split("=");
    const before = argv[index - 1] ?? "";
    if (SECRET_OPTION.test(name))
      throw refusedSecret(`${name} is no option, because keys and passwords do not belong there`);
    if (CALL_OPTIONS.includes(name) || CALL_OPTIONS.includes(before)) return;
    const isOption = argument.startsWith("-");
    const value = isOption ? rest.join("=") : argument;
    const isValue = before.startsWith("-") && !before.includes("=") && !isFlag(before);
    if (hashes && !isOption && !isValue && isHash(value)) return;
    if (WORD.test(value.trim())) throw refusedSecret("an argument looks like a private key");
    if (isPhrase(value)) throw refusedSecret("an argument looks like a recovery phrase");
  });
}

/** Whether an argument is an id or a hash: 32 bytes with `0x`. */
export function isHash(argument: string): boolean {
  return HASH.test(argument);
}

function isPhrase(value: string): boolean {
  const words = value.trim().split(/\s+/);
  return PHRASE_LENGTHS.includes(words.length) && words.every((word) => /^[a-z]{3,8}$/.test(word));
}

/** The error for a secret among the arguments, which does not repeat it. */
export function refusedSecret(what: string): UserError {
  return new UserError(`${what} (it is not shown here)`, "SECRET_IN_ARGUMENTS", 2, REMEDY);
}
