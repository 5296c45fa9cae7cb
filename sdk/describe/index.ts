import { ANY_PAYMASTER, FEES_SPONSORED, FEES_UNLIMITED } from "../constants";
import { asAddress, byteLength, isZeroAddress, sameAddress, type Address, type Hex } from "../hex";
import { normalizeSession, type Session } from "../session";
import { summarizeBudgets, type BudgetSummary } from "./budgets";
import { bookOf, type Book, type DescribeContext } from "./context";
import { moment } from "./format";
import { mergePermissions } from "./merge";
import { budgetName, summarizePermission, type PermissionSummary } from "./permissions";

export type { BudgetSummary, BudgetUnit } from "./budgets";
export type { DescribeContext, Token, TokenInfo } from "./context";
export { locateWord, type LocatedWord } from "./locate";
export type { ChargeSummary, NamedAddress, PermissionSummary, RuleSummary } from "./permissions";

/**
 * Who pays fees.
 * @example const fees: FeeSummary = summarize(session).fees;
 */
export interface FeeSummary {
  /** The only one; the words `any` and `none` else. */
  readonly paymaster: Address;
  /** Index of the budget that the account pays from; `unlimited`; or the account never pays. */
  readonly account: number | "unlimited" | "never";
  readonly text: string;
}

/**
 * Whose signatures the session takes.
 * @example const key: KeySummary = summarize(session).key;
 */
export interface KeySummary {
  readonly kind: "ecdsa" | "erc7913";
  /** The key's address, or the verifier's. */
  readonly address: Address;
  /** The public key, as the verifier has it. */
  readonly publicKey?: Hex;
}

/**
 * A session in words and numbers.
 * @example const summary: SessionSummary = summarize(session);
 */
export interface SessionSummary {
  readonly account: Address;
  readonly chainId: bigint;
  readonly key: KeySummary;
  /** Unix seconds, both inclusive. */
  readonly validAfter: number;
  readonly validUntil: number;
  readonly permissions: readonly PermissionSummary[];
  readonly budgets: readonly BudgetSummary[];
  readonly fees: FeeSummary;
  /** All of it in plain English. */
  readonly text: string;
}

/**
 * A session in plain English, made from the document that is signed and nothing else: names and units come from the
 * context, everything that is not known is shown as such. Raises nothing for a valid session, else what
 * `validateSession` raises; and `INVALID_ADDRESS` or `INVALID_ABI` for a wrong context.
 *
 * @example
 * describe(session, { tokens: { USDC: { address: usdc, decimals: 6 } }, labels: { Alice: alice, Bob: bob } })
 * // … may call `transfer` on USDC to Alice or Bob, together at most 100 USDC per week, until 22 Dec 2026 10:00 UTC;
 * // fees up to 0.02 ETH from the account.
 */
export function describe(session: Session, context: DescribeContext = {}): string {
  return summarize(session, context).text;
}

/**
 * {@link describe} for programs: the same facts as data, with the text of each part.
 * @example summarize(session).permissions.map(({ targets, text }) => [targets, text])
 */
export function summarize(session: Session, context: DescribeContext = {}): SessionSummary {
  const normal = normalizeSession(session);
  const book = bookOf(context);
  const groups = mergePermissions(normal.permissions);
  const budgets = summarizeBudgets(normal, groups, context, book);
  const around = { session: normal, context, book, budgets };
  const permissions = groups.map((group) => summarizePermission(group, around));
  const { account, chainId, validAfter, validUntil } = normal;
  const facts = {
    account,
    chainId,
    key: keyOf(normal.signer),
    validAfter,
    validUntil,
    permissions,
    budgets,
    fees: feesOf(normal, budgets, book),
  };
  return { ...facts, text: textOf(facts, book) };
}

function keyOf(signer: Hex): KeySummary {
  if (byteLength(signer) === 20) return { kind: "ecdsa", address: asAddress(signer, "signer") };
  const address = asAddress(signer.slice(0, 42), "verifier");
  return { kind: "erc7913", address, publicKey: `0x${signer.slice(42)}` };
}

// ---------------------------------------------------------------------------------------------------------------- fees

function feesOf({ paymaster, feeBudget }: Session, budgets: readonly BudgetSummary[], book: Book): FeeSummary {
  const any = sameAddress(paymaster, ANY_PAYMASTER);
  const sponsor = any ? "any" : isZeroAddress(paymaster) ? "none" : paymaster;
  const account = feeBudget === FEES_UNLIMITED ? "unlimited" : feeBudget === FEES_SPONSORED ? "never" : feeBudget;
  const own = accountFees(account, budgets);
  if (sponsor === "none") {
    const text = own === undefined ? "nobody may pay fees, so it cannot be used" : `fees ${own}`;
    return { paymaster: sponsor, account, text };
  }
  const paid = any ? "fees paid by ANY paymaster" : `fees paid by the paymaster ${book.nameOf(paymaster)}`;
  return { paymaster: sponsor, account, text: own === undefined ? `${paid} only` : `${paid}, or ${own}` };
}

function accountFees(account: FeeSummary["account"], budgets: readonly BudgetSummary[]): string | undefined {
  if (account === "never") return undefined;
  if (account === "unlimited") return "WITHOUT LIMIT from the account";
  const budget = budgets[account]!;
  if (budget.chargedBy.length > 0) return `from the account, counted against ${budgetName(budget)}`;
  return `up to ${budget.text} from the account`;
}

// ---------------------------------------------------------------------------------------------------------------- text

function textOf(facts: Omit<SessionSummary, "text">, book: Book): string {
  const { permissions, budgets, fees, validAfter, validUntil } = facts;
  const until = `until ${moment(validUntil)}`;
  const shared = budgets
    .filter(isShared)
    .map((budget) => `${capital(budgetName(budget))}: together at most ${budget.text}.`);
  const periods = budgets.some(({ kind }) => kind !== "total") ? [`Periods count from ${moment(validAfter)}.`] : [];
  const [first] = permissions;
  const body =
    permissions.length === 1 && first !== undefined
      ? [`may ${first.text}, ${until}; ${fees.text}.`, ...shared]
      : [
          `may, from ${moment(validAfter)} ${until}:`,
          ...permissions.map(({ text }, index) => `${index + 1}. ${text};`),
          ...shared,
          `${capital(fees.text)}.`,
        ];
  return [intro(facts, book), ...body, ...periods].join("\n");
}

/** Drawn on from several places, so that its limit belongs to none of them. */
function isShared({ chargedBy, paysFees }: BudgetSummary): boolean {
  return chargedBy.length > 1 || (chargedBy.length === 1 && paysFees);
}

function intro({ account, chainId, key }: Omit<SessionSummary, "text">, book: Book): string {
  const name = book.nameOf(key.address);
  const holder = key.kind === "ecdsa" ? `key ${name}` : `key ${key.publicKey ?? ""} (verified by ${name})`;
  return `For account ${book.nameOf(account)} on chain ${chainId}, the ${holder}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
