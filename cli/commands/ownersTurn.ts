import type { Call } from "../../sdk";
import { accountLine, type Account } from "../account";
import type { Context } from "../context";
import { facts } from "../render";
import { EXIT } from "../support/input";
import type { Output } from "./command";

/**
 * Where the owner's operations are not ours to make: the calls that the account has to make, for the owner's own wallet.
 * Nothing was sent.
 */
export function ownersTurn(context: Context, account: Account, what: string, calls: readonly Call[]): Output {
  const { address, type } = account;
  const lines = calls.flatMap(({ target, value, data }) => [
    ["target", target] as const,
    ["value", `${value}`] as const,
    ["data", data] as const,
  ]);
  return {
    result: { account: address, accountType: type, calls },
    text: [
      `Nothing was sent. To ${what}, the owner's own wallet has the account make this call; \`session-keys show\` tells when it is done.`,
      "",
      facts(context, [["account", accountLine(account)], ...lines]),
    ].join("\n"),
    exitCode: EXIT.owner,
  };
}
