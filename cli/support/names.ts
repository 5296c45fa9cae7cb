import { Option } from "commander";
import { explain, summarize, type BudgetUnit, type DescribeContext, type Session } from "../../sdk";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Values } from "../commands/command";
import { addressOption } from "../settings";
import { UserError } from "./input";

/** The option of those commands that print amounts. */
export const TOKEN_OPTION = new Option(
  "--token <symbol=address:decimals...>",
  "units of a token's amounts, such as USDC=0x…:6",
);

/** What things are called: functions by the session file, tokens by {@link TOKEN_OPTION}. */
export function namesOf({ contracts = {} }: Pick<SessionFile, "contracts">, values: Values = {}): DescribeContext {
  const named = Object.entries(contracts).map(([address, abi]) => [address, { address, abi }] as const);
  const tokens = tokensOf((values["token"] ?? []) as readonly string[]);
  return { contracts: Object.fromEntries(named), tokens };
}

function tokensOf(tokens: readonly string[]): NonNullable<DescribeContext["tokens"]> {
  return Object.fromEntries(
    tokens.map((text) => {
      const [, symbol, address, decimals] = /^([^=]+)=(0x[0-9a-fA-F]{40}):(\d{1,2})$/.exec(text) ?? [];
      if (symbol === undefined || address === undefined) {
        throw new UserError(`--token is ${text}, expected one like USDC=0x…:6`);
      }
      return [symbol, { address: addressOption(address, "token"), decimals: Number(decimals) }];
    }),
  );
}

/** What the session's budgets count. */
export function unitsOf(session: Session, names: DescribeContext): BudgetUnit[] {
  return summarize(session, names).budgets.map(({ unit }) => unit);
}

/** What was thrown; what a budget refuses is told in the budget's unit. */
export function inUnits(error: unknown, session: Session, names: DescribeContext): unknown {
  const failure = explain(error, { units: unitsOf(session, names) });
  return failure.code === "BudgetExceeded" ? failure : error;
}
