import * as fc from "fast-check";
import { attempt, type Attempt } from "./attempts";
import { expectAccounts } from "./audit";
import { sendAttempts } from "./bundle";
import type { Chain } from "./chain";
import { meddle, MEDDLINGS, pull } from "./others";
import { enableSession, grantSessions, pause, reinstall, revokeAllSessions, revokeSession, type Run } from "./owner";
import type { Reference } from "./reference";
import { shape, type Shape } from "./sessions";

/** A command that prints itself, is counted, and leaves every account as its owner put it (I5). */
function command<Input>(name: string, run: (input: Input) => Run) {
  return (input: Input): fc.AsyncCommand<Reference, Chain> => ({
    check: () => true,
    toString: () => `${name} ${fc.stringify(input)}`,
    run: async (reference, chain) => {
      chain.statistics.ran(name);
      await run(input)(reference, chain);
      await expectAccounts(reference, chain);
    },
  });
}

const account = fc.constantFrom(0, 0, 0, 1);
const session = fc.nat(4);
const shapes = fc.array(shape, { minLength: 1, maxLength: 2 });
const bundle: fc.Arbitrary<readonly Attempt[]> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(attempt) },
  { weight: 1, arbitrary: fc.tuple(attempt, attempt) },
);
/** Tried while the account is paused or without the module. */
const meanwhile = fc.array(attempt, { maxLength: 1 });

const use = bundle.map(command("use", useSessions));
const grant = fc.tuple(account, shapes).map(command("grant", grantSessions));

/** Everything that can happen, as often as is good for finding something out. */
export const COMMANDS: fc.Arbitrary<fc.AsyncCommand<Reference, Chain>>[] = [
  ...Array.from({ length: 8 }, () => use),
  ...Array.from({ length: 2 }, () => grant),
  session.map(command("enable", enableSession)),
  fc.tuple(session, fc.boolean()).map(command("revoke", revokeSession)),
  fc.tuple(account, shapes).map(command("revoke all", revokeAllSessions)),
  fc.tuple(account, fc.boolean(), meanwhile, shapes).map(command("reinstall", reinstall)),
  fc.tuple(account, meanwhile).map(command("pause", pause)),
  fc.constantFrom(1, 30, 60, 61, 100, 400, 1_000, 6_000).map(command("warp", warp)),
  session.map(command("pull", pull)),
  fc.tuple(session, fc.constantFrom(...MEDDLINGS)).map(command("meddle", meddle)),
];

/** What every sequence starts with: two sessions of the first account, and one of the second. */
export async function start(reference: Reference, chain: Chain, first: readonly Shape[]): Promise<void> {
  await grantSessions([0, first.slice(0, 2)])(reference, chain);
  await grantSessions([1, first.slice(2)])(reference, chain);
}

function useSessions(attempts: readonly Attempt[]): Run {
  return (reference, chain) => sendAttempts(reference, chain, attempts);
}

function warp(seconds: number): Run {
  return (_reference, chain) => {
    chain.pass(seconds);
    return Promise.resolve();
  };
}
