import * as z from "zod/mini";
import {
  LATEST_SECOND,
  MAX_BUDGETS,
  MAX_CHARGES,
  MAX_GRANT_HEIGHT,
  MAX_PATH,
  MAX_RULES,
  MAX_TREE_HEIGHT,
} from "../constants";
import { SESSION_FILE_SCHEMA, SESSION_FILE_VERSION } from "./version";

// What the JSON of a session file looks like: shapes and spellings. What the values mean is judged like every other session.

/** What was expected, in words; the names are the messages of the schema. */
export const EXPECTED = {
  OBJECT: "an object",
  LIST: "a list of the allowed length",
  TEXT: "text of the allowed length",
  NUMBER: "a whole number of the allowed size",
  AMOUNT: "a decimal number in quotes, in the smallest unit",
  QUANTITY: "a number in hex without leading zeros, in the smallest unit",
  BOOLEAN: "true or false",
  SECONDS: "unix seconds",
  HEX: "0x and an even number of hex digits",
  ADDRESS: "0x and 40 hex digits",
  WORD: "0x and 64 hex digits",
  SELECTOR: "0x and 8 hex digits",
  VERSION: `${SESSION_FILE_VERSION}`,
  SCHEMA: `"${SESSION_FILE_SCHEMA}"`,
} as const;

/** A name of {@link EXPECTED}. */
export type Expectation = keyof typeof EXPECTED;

// The bricks; exported for the other formats of this folder.

const text = (pattern: RegExp, error: Expectation) => z.string({ error }).check(z.regex(pattern, error));
const hex = text(/^0x([0-9a-fA-F]{2})*$/, "HEX");
/** 20 bytes in hex. */
export const address = text(/^0x[0-9a-fA-F]{40}$/, "ADDRESS");
const word = text(/^0x[0-9a-fA-F]{64}$/, "WORD");
/** Amounts have up to 256 bits, which JSON's numbers have not. */
const amount = text(/^(0|[1-9][0-9]{0,77})$/, "AMOUNT");
/** A number as JSON-RPC has it, up to 256 bits. */
export const quantity = text(/^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/, "QUANTITY");
/** A moment. */
export const seconds = z.int({ error: "SECONDS" }).check(z.minimum(1, "SECONDS"), z.maximum(LATEST_SECOND, "SECONDS"));
/** Text of 1 to `max` characters. */
export const words = (max: number) =>
  z.string({ error: "TEXT" }).check(z.minLength(1, "TEXT"), z.maxLength(max, "TEXT"));

/** A whole number of 0 to `max`. */
export function number(max: number) {
  return z.int({ error: "NUMBER" }).check(z.minimum(0, "NUMBER"), z.maximum(max, "NUMBER"));
}

/** At most `max` of these. */
export function list<Item extends z.ZodMiniType>(item: Item, max: number) {
  return z.array(item, { error: "LIST" }).check(z.maxLength(max, "LIST"));
}

/** These fields and no others. */
export function object<Shape extends Record<string, z.ZodMiniType>>(shape: Shape) {
  return z.strictObject(shape, { error: "OBJECT" });
}

const path = list(number(65_535), MAX_PATH);
const rule = object({ op: number(9), path, other: path, mask: amount, value: amount });
const charge = object({ budget: number(MAX_BUDGETS - 1), source: number(2), path });
const budget = object({ kind: number(2), limit: amount, period: number(2 ** 32 - 1) });

const permission = object({
  kind: number(255),
  target: address,
  selector: text(/^0x[0-9a-fA-F]{8}$/, "SELECTOR"),
  maxValue: amount,
  rules: list(rule, MAX_RULES),
  charges: list(charge, MAX_CHARGES),
});

const session = object({
  account: address,
  chainId: amount,
  epoch: amount,
  salt: amount,
  signer: hex,
  validAfter: seconds,
  validUntil: seconds,
  paymaster: address,
  feeBudget: number(255),
  budgets: list(budget, MAX_BUDGETS),
  permissions: list(permission, 2 ** MAX_TREE_HEIGHT),
});

const grant = object({
  index: number(2 ** MAX_GRANT_HEIGHT - 1),
  siblings: list(word, MAX_GRANT_HEIGHT),
  signature: hex,
});

/** The whole file, as zod has it. */
export const SESSION_FILE_FORMAT = object({
  $schema: z.literal(SESSION_FILE_SCHEMA, { error: "SCHEMA" }),
  version: z.literal(SESSION_FILE_VERSION, { error: "VERSION" }),
  label: z.optional(words(200)),
  validator: address,
  sessionId: word,
  session,
  grant: z.optional(grant),
  contracts: z.optional(z.record(address, list(words(2_000), 200), { error: "OBJECT" })),
  key: z.optional(word),
});

/** The JSON of a session file, once {@link SESSION_FILE_FORMAT} has agreed to it. */
export type SessionFileJson = z.infer<typeof SESSION_FILE_FORMAT>;
