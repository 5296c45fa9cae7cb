import { formatUnits, getBytes, toBeHex, type FunctionFragment } from "ethers";
import { bounds, usedBits, type WordType } from "../builder/word";
import type { Charge } from "../charge";
import {
  BUDGET_KINDS,
  CHARGE_SOURCES,
  MAX_SPENT,
  MAX_UINT128,
  MAX_UINT256,
  OPS,
  PERMISSION_KINDS,
  type OpName,
} from "../constants";
import { knownSignature } from "../danger";
import type { Address, Hex } from "../hex";
import type { Path } from "../rule";
import type { Session } from "../session";
import type { BudgetSummary } from "./budgets";
import { ERC20_AMOUNTS, nativeToken, type Book, type DescribeContext } from "./context";
import { alternatives, amount, list, wordText } from "./format";
import { locateWord, type LocatedWord } from "./locate";
import type { MergedRule, PermissionGroup } from "./merge";

/**
 * An address and what it is called.
 * @example const targets: readonly NamedAddress[] = summarize(session).permissions[0]!.targets;
 */
export interface NamedAddress {
  readonly address: Address;
  /** The address itself if it is not known. */
  readonly name: string;
}

/**
 * A rule in words.
 * @example const rules: readonly RuleSummary[] = summarize(session).permissions[0]!.rules;
 */
export interface RuleSummary {
  /** The argument's name, if the ABI is known and has a word there. */
  readonly argument?: string;
  readonly path: Path;
  readonly op: OpName;
  /** What is compared to: one of these, or, with `other`, the factor in units of 1e-18. */
  readonly values: readonly bigint[];
  readonly mask: bigint;
  /** The other argument that `values[0]` / 1e18 multiplies. */
  readonly other?: { readonly argument?: string; readonly path: Path };
  /** `amount at most 50 USDC` */
  readonly text: string;
}

/**
 * A charge in words.
 * @example const charges: readonly ChargeSummary[] = summarize(session).permissions[0]!.charges;
 */
export interface ChargeSummary {
  /** Index of the budget. */
  readonly budget: number;
  readonly counts: "calls" | "value" | "argument";
  /** Of an argument. */
  readonly argument?: string;
  readonly path: Path;
}

/**
 * Permissions that read as one.
 * @example const [first]: readonly PermissionSummary[] = summarize(session).permissions;
 */
export interface PermissionSummary {
  readonly action: "call" | "transfer" | "anyCall" | "callAnyTarget";
  /** Contracts or recipients; empty for any. */
  readonly targets: readonly NamedAddress[];
  readonly selector?: Hex;
  /** From the ABI in the context. */
  readonly signature?: string;
  /** What functions of that selector usually are, where no ABI says it. */
  readonly probably?: string;
  /** Cap of the native value of each call, in wei. */
  readonly maxValue: bigint;
  readonly rules: readonly RuleSummary[];
  readonly charges: readonly ChargeSummary[];
  /** Their places in the session. */
  readonly members: readonly number[];
  /** Without `may`: `call transfer on USDC to Alice or Bob`. */
  readonly text: string;
}

/** What a permission is described with. */
export interface Surroundings {
  readonly session: Session;
  readonly context: DescribeContext;
  readonly book: Book;
  readonly budgets: readonly BudgetSummary[];
}

/** A group of permissions in words. */
export function summarizePermission(group: PermissionGroup, around: Surroundings): PermissionSummary {
  const { book } = around;
  const action = ACTIONS[group.kind] ?? "call";
  const isCall = action === "call" || action === "callAnyTarget";
  const fragment = isCall ? book.functionAt(group.targets[0]!, group.selector) : undefined;
  const probably = isCall && fragment === undefined ? knownSignature(group.selector) : undefined;
  const rules = group.rules.map((rule) => summarizeRule(rule, group, fragment, around));
  const charges = group.charges.map((charge) => summarizeCharge(charge, fragment));
  const summary = {
    action,
    targets:
      action === "callAnyTarget" ? [] : group.targets.map((address) => ({ address, name: book.nameOf(address) })),
    ...(isCall ? { selector: group.selector } : {}),
    ...(fragment === undefined ? {} : { signature: fragment.format("sighash") }),
    ...(probably === undefined ? {} : { probably }),
    maxValue: group.maxValue,
    rules,
    charges,
    members: group.members,
  };
  return { ...summary, text: sentence(summary, fragment, around) };
}

const ACTIONS: Readonly<Record<number, PermissionSummary["action"]>> = {
  [PERMISSION_KINDS.call]: "call",
  [PERMISSION_KINDS.transfer]: "transfer",
  [PERMISSION_KINDS.anyCall]: "anyCall",
  [PERMISSION_KINDS.callAnyTarget]: "callAnyTarget",
};

// -------------------------------------------------------------------------------------------------------- the sentence

function sentence(
  summary: Omit<PermissionSummary, "text">,
  fragment: FunctionFragment | undefined,
  around: Surroundings,
): string {
  const said = summary.rules.filter(({ text }) => text !== "");
  const isRecipient = (rule: RuleSummary) => rule.text.startsWith("to ");
  const recipients = said.filter(isRecipient).map(({ text }) => ` ${text}`);
  const conditions = said.filter((rule) => !isRecipient(rule)).map(({ text }) => text);
  const where = conditions.length === 0 ? "" : `, where ${list(conditions, "and")}`;
  const charges = summary.charges.map((charge) => `, ${chargeText(charge, summary, around)}`);
  return [head(summary, fragment), ...recipients, valueText(summary, around), where, ...charges].join("");
}

function head(
  { action, targets, selector, probably }: Omit<PermissionSummary, "text">,
  fragment?: FunctionFragment,
): string {
  const names = alternatives(targets.map(({ name }) => name));
  if (action === "transfer") return `send native value to ${names}`;
  if (action === "anyCall") return `call ANY function of ${names} with any arguments`;
  const guess = probably === undefined ? "" : `, probably ${probably},`;
  const name = fragment === undefined ? `the unknown function ${selector ?? ""}${guess}` : `\`${fragment.name}\``;
  return `call ${name} on ${action === "callAnyTarget" ? "ANY contract" : names}`;
}

function valueText({ action, maxValue, charges }: Omit<PermissionSummary, "text">, around: Surroundings): string {
  if (maxValue === 0n) return action === "transfer" ? ", but none at all" : "";
  const isCounted = charges.some(({ counts, budget }) => {
    const { kind, limit } = around.session.budgets[budget]!;
    return counts === "value" && (kind === BUDGET_KINDS.stream ? MAX_SPENT : limit) <= maxValue;
  });
  // A cap as high as the budget says nothing more than the budget.
  if (isCounted) return "";
  const verb = action === "transfer" ? "" : " with native value of";
  if (maxValue === MAX_UINT128) return `,${verb} any amount each time`;
  return `,${verb} at most ${amount(maxValue, nativeToken(around.session.chainId, around.context))} each time`;
}

function chargeText(
  charge: ChargeSummary,
  { action, selector, targets }: Omit<PermissionSummary, "text">,
  { session, budgets, book }: Surroundings,
): string {
  const budget = budgets[charge.budget]!;
  const at = charge.path[0];
  const isAmount = selector !== undefined && charge.path.length === 1 && at === ERC20_AMOUNTS[selector];
  const isToken = isAmount && book.tokenAt(targets[0]?.address ?? "") !== undefined;
  const argument = charge.argument ?? place(charge.path);
  const what = {
    calls: "",
    value: action === "transfer" ? "" : "native value ",
    argument: isToken ? "" : `${argument} `,
  };
  const draws = session.permissions.length > 0 && budget.chargedBy.length === 1 && !budget.paysFees;
  if (draws) return `${what[charge.counts]}together at most ${budget.text}`;
  const counted = { calls: "each call", value: "native value", argument };
  return `${counted[charge.counts]} counted against ${budgetName(budget)}`;
}

/** A budget by its name or number. */
export function budgetName({ name, index }: BudgetSummary): string {
  return name === undefined ? `budget ${index}` : `budget "${name}"`;
}

function summarizeCharge({ budget, source, path }: Charge, fragment: FunctionFragment | undefined): ChargeSummary {
  const located = fragment === undefined || path.length === 0 ? undefined : locateWord(fragment.inputs, path);
  const counts = source === CHARGE_SOURCES.count ? "calls" : source === CHARGE_SOURCES.value ? "value" : "argument";
  return { budget, counts, path, ...(located === undefined ? {} : { argument: located.name }) };
}

// --------------------------------------------------------------------------------------------------------------- rules

const PHRASES: Readonly<Record<OpName, string>> = {
  eq: "is",
  neq: "is not",
  gt: "above",
  lt: "below",
  gte: "at least",
  lte: "at most",
  sgt: "above",
  slt: "below",
  sgte: "at least",
  slte: "at most",
};

function opName(op: number): OpName {
  return (Object.keys(OPS) as OpName[]).find((name) => OPS[name] === op) ?? "eq";
}

/** A word of which nothing is known but its place. */
function place(path: Path): string {
  const [first = 0] = path;
  if (path.length > 1) return `the word at offsets ${path.join(" → ")}`;
  return first % 32 === 0 ? `argument word ${first / 32}` : `the word at byte ${first}`;
}

function summarizeRule(
  rule: MergedRule,
  group: PermissionGroup,
  fragment: FunctionFragment | undefined,
  around: Surroundings,
): RuleSummary {
  const located = fragment === undefined ? undefined : locateWord(fragment.inputs, rule.path);
  const other = fragment === undefined || rule.other.length === 0 ? undefined : locateWord(fragment.inputs, rule.other);
  const { path, mask, values } = rule;
  const op = opName(rule.op);
  const otherName = other === undefined ? {} : { argument: other.name };
  return {
    ...(located === undefined ? {} : { argument: located.name }),
    path,
    op,
    values,
    mask,
    ...(rule.other.length === 0 ? {} : { other: { ...otherName, path: rule.other } }),
    text: ruleText({ rule, op, located, otherName: other?.name ?? place(rule.other), group }, around),
  };
}

interface RuleParts {
  readonly rule: MergedRule;
  readonly op: OpName;
  readonly located: LocatedWord | undefined;
  readonly otherName: string;
  readonly group: PermissionGroup;
}

function ruleText({ rule, op, located, otherName, group }: RuleParts, around: Surroundings): string {
  const name = nameOfWord(located, rule.path);
  if (rule.other.length > 0) {
    return `${masked(name, rule, located)} ${PHRASES[op]} ${formatUnits(rule.values[0]!, 18).replace(/\.0$/, "")} × ${otherName} (both in their smallest units)`;
  }
  if (isImpliedByType(rule, op, located?.type)) return "";
  const start = startText(rule, op, located);
  if (start !== undefined) return `${name} ${start}`;
  const values = alternatives(rule.values.map((value) => valueOf(value, rule, located, group, around)));
  if (op === "eq" && rule.mask === MAX_UINT256 && isRecipient(located)) return `to ${values}`;
  return `${masked(name, rule, located)} ${PHRASES[op]} ${values}`;
}

function isRecipient(located: LocatedWord | undefined): boolean {
  return located?.type?.kind === "address" && /^(to|recipient|receiver)$/.test(located.name);
}

function nameOfWord(located: LocatedWord | undefined, path: Path): string {
  if (located === undefined) return place(path);
  return located.kind === "offset" ? `the ABI offset of ${located.name} (not its value)` : located.name;
}

/** What the type says already: the half of a signed comparison that only refuses dirty words. */
function isImpliedByType(rule: MergedRule, op: OpName, type: WordType | undefined): boolean {
  if (type === undefined || (type.kind !== "int" && type.kind !== "uint") || rule.mask !== MAX_UINT256) return false;
  const { min, max } = bounds(type);
  const [value = 0n] = rule.values;
  if (type.kind === "uint") return op === "lte" && value === max && type.bits < 256;
  const signed = BigInt.asIntN(256, value);
  return type.bits < 256 && ((op === "sgte" && signed === min) || (op === "slte" && signed === max));
}

/** `starts with 0x1234`, for bytes of which a mask leaves the first ones. */
function startText(rule: MergedRule, op: OpName, located: LocatedWord | undefined): string | undefined {
  const { mask, values } = rule;
  const isBytes = located?.kind === "chunk" || (located?.type?.kind === "bytes" && mask !== usedBits(located.type));
  if (op !== "eq" || !isBytes || mask === MAX_UINT256 || mask === 0n) return undefined;
  const zeros = mask.toString(2).length === 256 ? mask.toString(2).indexOf("0") : -1;
  const isPrefix = zeros % 8 === 0 && BigInt(`0b${"1".repeat(Math.max(zeros, 1)).padEnd(256, "0")}`) === mask;
  return isPrefix ? `starts with ${toBeHex(values[0]!, 32).slice(0, 2 + zeros / 4)}` : undefined;
}

/** The argument, or the bits of it that are compared. A mask of just the type's bits goes without saying. */
function masked(name: string, { mask }: MergedRule, located: LocatedWord | undefined): string {
  const whole = mask === MAX_UINT256 || (located?.type !== undefined && mask === usedBits(located.type));
  return whole ? name : `(${name} & 0x${mask.toString(16)})`;
}

function valueOf(
  value: bigint,
  rule: MergedRule,
  located: LocatedWord | undefined,
  group: PermissionGroup,
  { book, session }: Surroundings,
): string {
  const token = book.tokenAt(group.targets[0]!);
  const isAmount = rule.path.length === 1 && rule.path[0] === ERC20_AMOUNTS[group.selector];
  if (token !== undefined && isAmount && value !== MAX_UINT256) return amount(value, token);
  if (located?.kind === "chunk") return chunkText(value);
  if (located !== undefined && located.type === undefined) return String(value);
  if (located === undefined && rule.op >= OPS.sgt) return String(BigInt.asIntN(256, value));
  return wordText(value, located?.type, book, session.account);
}

/** 32 bytes, and what they say if they are text. */
function chunkText(word: bigint): string {
  const hex = toBeHex(word, 32);
  const text = String.fromCharCode(...getBytes(hex)).replace(/\0+$/, "");
  return /^[\x20-\x7e]{2,}$/.test(text) ? `${hex} (${JSON.stringify(text)})` : hex;
}
