import { parseEther, parseUnits, type Provider } from "ethers";
import {
  argumentCharge,
  callPermission,
  FEES_UNLIMITED,
  periodicBudget,
  rule,
  totalBudget,
  transferPermission,
  valueCharge,
  type Budget,
  type Permission,
  type Session,
} from "../../sdk";
import { asAddress } from "../../sdk/hex";
import { selectorOfFunction } from "./calls";
import { UserError, wholeNumber } from "./cli";

/** The options of `scripts/grant.ts` that say what the key may do. */
export const POLICY_OPTIONS = {
  token: { type: "string" },
  recipient: { type: "string", multiple: true },
  amount: { type: "string" },
  period: { type: "string" },
  target: { type: "string" },
  function: { type: "string", multiple: true },
  "max-value": { type: "string" },
  fees: { type: "string" },
} as const;

type PolicyValues = {
  [Name in keyof typeof POLICY_OPTIONS]?: (typeof POLICY_OPTIONS)[Name] extends { multiple: true } ? string[] : string;
};

/** The terms of a session from the options. The chain is asked only for a token's decimals. */
export async function parsePolicy(
  values: PolicyValues,
  provider: () => Promise<Provider>,
): Promise<Pick<Session, "budgets" | "feeBudget" | "permissions">> {
  const { permissions, budgets } = await allowance(values, provider);
  permissions.push(...functions(values));
  if (permissions.length === 0)
    throw new UserError("nothing is allowed: give --recipient, or --target with --function");
  const feeBudget = values.fees === undefined ? FEES_UNLIMITED : budgets.length;
  if (values.fees !== undefined) budgets.push(totalBudget(ether(values.fees, "fees")));
  return { budgets, feeBudget, permissions };
}

/** An amount of a token, or of native value, to some recipients; all of them draw on one budget. */
async function allowance({ recipient = [], token, amount, period }: PolicyValues, provider: () => Promise<Provider>) {
  if (recipient.length === 0) {
    const unused = [token && "--token", amount && "--amount", period && "--period"].filter(Boolean);
    if (unused.length > 0) throw new UserError(`${unused.join(" ")} without --recipient`);
    return { permissions: [], budgets: [] };
  }
  if (amount === undefined) throw new UserError("--recipient without --amount");
  const limit = units(amount, token === undefined ? 18 : await decimals(option(token, "token"), await provider()));
  const budgets: Budget[] = [
    period === undefined ? totalBudget(limit) : periodicBudget(limit, wholeNumber(period, "period", 60)),
  ];
  const to = recipient.map((address) => option(address, "recipient"));
  const permissions: Permission[] = to.map((address) =>
    token === undefined
      ? transferPermission(address, limit, { charges: [valueCharge(0)] })
      : callPermission(option(token, "token"), selectorOfFunction("transfer(address,uint256)"), {
          rules: [rule("eq", [0], BigInt(address))],
          charges: [argumentCharge(0, [32])],
        }),
  );
  return { permissions, budgets };
}

function functions({ target, function: names = [], ...values }: PolicyValues): Permission[] {
  if ((target === undefined) !== (names.length === 0)) throw new UserError("--target and --function go together");
  if (target === undefined) return [];
  const maxValue = ether(values["max-value"] ?? "0", "max-value");
  return names.map((name) => callPermission(option(target, "target"), selectorOfFunction(name), { maxValue }));
}

async function decimals(token: string, provider: Provider): Promise<number> {
  const answer = await provider.call({ to: token, data: selectorOfFunction("decimals()") });
  if (answer.length !== 66) throw new UserError(`--token is ${token}: no token answers there`);
  return Number(BigInt(answer));
}

function option(address: string, name: string): string {
  try {
    return asAddress(address, `--${name}`);
  } catch {
    throw new UserError(`--${name} is ${address}, expected an address of 20 bytes`);
  }
}

function ether(value: string, name: string): bigint {
  try {
    return parseEther(value);
  } catch {
    throw new UserError(`--${name} is ${value}, expected an amount in ether, as 0.02`);
  }
}

function units(value: string, places: number): bigint {
  try {
    return parseUnits(value, places);
  } catch {
    throw new UserError(`--amount is ${value}, expected a number of at most ${places} decimals`);
  }
}
