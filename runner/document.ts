import { getAddress, Interface, isAddress } from "ethers";
import { z } from "zod";
import { ACCOUNT_TYPES, type AccountType } from "../sdk/accounts/types";
import { SessionKeyError } from "../sdk/errors";
import type { Call } from "../sdk/execution";
import { eventSeen, price, viewResult, type Condition } from "./condition";
import { cron, every, everyPeriod, type Schedule } from "./schedule";

const address = z.string().refine(isAddress, "expected an address");
const amount = z.string().regex(/^\d+$/, "expected a decimal string");
const seconds = z.number().int().positive();
const bounds = { atLeast: amount.optional(), atMost: amount.optional() };
const args = z.array(z.unknown());
/** Which number of those that a view returns. */
const place = z.number().int().nonnegative().default(0);

const SCHEDULE = z.union([
  z.strictObject({ every: z.union([z.literal("period"), seconds]) }),
  z.strictObject({ cron: z.string(), within: seconds.optional() }),
]);

const CONDITION = z.union([
  z.strictObject({ view: z.string(), target: address, args: args.default([]), place, ...bounds }),
  z.strictObject({ price: address, maxAge: seconds, ...bounds }),
  z.strictObject({ event: z.string(), address, args: args.default([]) }),
]);

const CALL = z.union([
  z.strictObject({ to: address, function: z.string(), args: args.default([]), value: amount.default("0") }),
  z.strictObject({ to: address, value: amount }),
]);

const AUTOMATION = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** Path of a session file, from this file's folder. */
  session: z.string(),
  /** How the account makes its nonces. */
  account: z.enum(ACCOUNT_TYPES).optional(),
  schedule: SCHEDULE,
  when: z.array(CONDITION).default([]),
  calls: z.array(CALL).min(1),
  lane: z.number().int().nonnegative().optional(),
});

/** An automation as JSON, read; the session is still a path. */
export interface AutomationDocument {
  readonly name: string;
  readonly session: string;
  readonly account?: AccountType;
  readonly schedule: Schedule;
  readonly when: readonly Condition[];
  readonly calls: readonly Call[];
  readonly lane?: number;
}

/**
 * Reads the text of a `.json` automation. Raises `NOT_JSON`, `WRONG_AUTOMATION` (with the place), `INVALID_SCHEDULE`,
 * `INVALID_CONDITION`, `INVALID_CALL`.
 */
export function parseAutomation(text: string): AutomationDocument {
  const result = AUTOMATION.safeParse(parseJson(text));
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    const where = path.map(String).join(".") || "the file";
    throw new SessionKeyError("WRONG_AUTOMATION", `${where}: ${message}`, { where });
  }
  const { name, session, account, schedule, when, calls, lane } = result.data;
  return {
    ...{ name, session, when: when.map(conditionOf), calls: calls.map(callOf) },
    schedule: scheduleOf(schedule),
    ...(account === undefined ? {} : { account }),
    ...(lane === undefined ? {} : { lane }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SessionKeyError("NOT_JSON", "the automation is not JSON");
  }
}

function scheduleOf(schedule: z.infer<typeof SCHEDULE>): Schedule {
  if ("cron" in schedule) {
    return cron(schedule.cron, schedule.within === undefined ? {} : { within: schedule.within });
  }
  return schedule.every === "period" ? everyPeriod() : every(schedule.every);
}

function conditionOf(condition: z.infer<typeof CONDITION>): Condition {
  if ("event" in condition) return eventSeen(getAddress(condition.address), condition.event, condition.args);
  const { atLeast, atMost } = condition;
  const range = {
    ...(atLeast === undefined ? {} : { atLeast: BigInt(atLeast) }),
    ...(atMost === undefined ? {} : { atMost: BigInt(atMost) }),
  };
  if ("price" in condition) return price(getAddress(condition.price), range, { maxAge: condition.maxAge });
  return viewResult(getAddress(condition.target), condition.view, condition.args, range, condition.place);
}

function callOf(call: z.infer<typeof CALL>): Call {
  const target = getAddress(call.to);
  if (!("function" in call)) return { target, value: BigInt(call.value), data: "0x" };
  try {
    const signature = call.function.startsWith("function ") ? call.function : `function ${call.function}`;
    const abi = new Interface([signature]);
    const [fragment] = abi.fragments;
    const data = abi.encodeFunctionData(abi.getFunction(fragment!.format("sighash"))!, [...call.args]);
    return { target, value: BigInt(call.value), data };
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new SessionKeyError("INVALID_CALL", `${call.function}: ${why}`, { function: call.function });
  }
}
