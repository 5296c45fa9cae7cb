import { parseEther, parseUnits, type Provider } from "ethers";
import {
  allow,
  allowTransfer,
  dangerouslyAllow,
  dangerouslyUnlimitedFees,
  every,
  lte,
  oneOf,
  spend,
  total,
  type Address,
  type AddressCondition,
  type Budget,
  type PermissionPlans,
  type SessionDefinition,
} from "../../sdk";
import { asAddress } from "../../sdk/hex";
import { functionOf } from "./calls";
import { UserError, wholeNumber } from "./input";

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
): Promise<Pick<SessionDefinition, "budgets" | "fees" | "permissions">> {
  const allowed = await allowance(values, provider);
  const permissions = [...allowed.permissions, ...functions(values)];
  if (permissions.length === 0)
    throw new UserError("nothing is allowed: give --recipient, or --target with --function");
  if (values.fees === undefined) return { budgets: allowed.budgets, fees: dangerouslyUnlimitedFees(), permissions };
  const fees = total(ether(values.fees, "fees"));
  return { budgets: { ...allowed.budgets, fees }, fees: "fees", permissions };
}

/** What {@link parsePolicy} puts together. */
interface Allowance {
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly permissions: PermissionPlans;
}

/** An amount of a token, or of native value, to some recipients; all of them draw on one budget. */
async function allowance(values: PolicyValues, provider: () => Promise<Provider>): Promise<Allowance> {
  const { recipient = [], token, amount, period } = values;
  const [first, ...rest] = recipient.map((address) => option(address, "recipient"));
  if (first === undefined) {
    const unused = [token && "--token", amount && "--amount", period && "--period"].filter(Boolean);
    if (unused.length > 0) throw new UserError(`${unused.join(" ")} without --recipient`);
    return { permissions: [], budgets: {} };
  }
  if (amount === undefined) throw new UserError("--recipient without --amount");
  const limit = units(amount, token === undefined ? 18 : await decimals(option(token, "token"), await provider()));
  const budget = period === undefined ? total(limit) : every(wholeNumber(period, "period", 60), limit);
  const to = oneOf(first, ...rest);
  const permissions = [token === undefined ? allowTransfer(to, spend("allowance")) : transfers(token, to)];
  return { permissions, budgets: { allowance: budget } };
}

function transfers(token: Address, to: AddressCondition) {
  const abi = ["function transfer(address to, uint256 amount)"] as const;
  return allow({ address: option(token, "token"), abi }, "transfer", { to, amount: spend("allowance") });
}

/** Functions without rules on their arguments: dangerous ones too, which the script warns of. */
function functions({ target, function: names = [], ...values }: PolicyValues): PermissionPlans {
  if ((target === undefined) !== (names.length === 0)) throw new UserError("--target and --function go together");
  if (target === undefined) return [];
  const address = option(target, "target");
  const cap = ether(values["max-value"] ?? "0", "max-value");
  const value = cap === 0n ? {} : { value: lte(cap) };
  return names.map((name) => {
    const { format, name: short } = functionOf(name, cap > 0n);
    return dangerouslyAllow({ address, abi: [format] }, short, {}, value);
  });
}

/** `decimals()` */
const DECIMALS = "0x313ce567";

async function decimals(token: string, provider: Provider): Promise<number> {
  const answer = await provider.call({ to: token, data: DECIMALS });
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
