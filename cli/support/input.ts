/**
 * How a command ends: what the user can put right, what the session forbids, what the chain says, what there is not, what
 * the owner's own wallet has to do.
 */
export const EXIT = { ok: 0, usage: 2, refused: 3, chain: 4, notFound: 5, owner: 6 } as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that the user can put right: its message is one line, and says how. */
export class UserError extends Error {
  constructor(
    message: string,
    /** For programs. */
    readonly code: string = "USAGE",
    readonly exitCode: ExitCode = EXIT.usage,
    /** What to do, if the message does not say it. */
    readonly remedy?: string,
  ) {
    super(message);
  }
}

/** One of a few words. */
export function oneOf<Word extends string>(value: string, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new UserError(`--${name} is ${value}, expected ${words.join(", ")}`);
  return found;
}

/** A whole number of at least `min`. */
export function wholeNumber(value: string, name: string, min = 1): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < min) {
    throw new UserError(`--${name} is ${value}, expected a whole number of at least ${min}`);
  }
  return number;
}
