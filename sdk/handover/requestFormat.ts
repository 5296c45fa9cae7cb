import * as z from "zod/mini";
import { LATEST_SECOND } from "../constants";
import { complaint } from "./complaint";
import { address, list, number, object, quantity, seconds, words } from "./format";
import type { PermissionRequest } from "./permissionRequest";

// What the JSON of a request looks like: shapes and spellings, as `sdk/handover/format.ts` has those of a session file.

const anything = z.record(z.string(), z.unknown(), { error: "OBJECT" });

const REQUEST = object({
  chainId: quantity,
  from: z.optional(address),
  to: address,
  permission: object({ type: words(100), isAdjustmentAllowed: z.boolean({ error: "BOOLEAN" }), data: anything }),
  rules: z.optional(list(object({ type: words(100), data: anything }), 16)),
});

const justification = z.optional(words(1_000));
const startTime = z.optional(seconds);
const tokenAddress = z.optional(address);

/** The data of each kind of budget; `tokenAddress` only of ERC-20 tokens. */
export const DATA = {
  allowance: object({
    tokenAddress,
    justification,
    startTime,
    allowance: z.optional(quantity),
    allowanceAmount: z.optional(quantity),
  }),
  periodic: object({
    tokenAddress,
    justification,
    startTime,
    periodAmount: quantity,
    periodDuration: number(LATEST_SECOND),
  }),
  stream: object({
    tokenAddress,
    justification,
    startTime,
    amountPerSecond: quantity,
    initialAmount: z.optional(quantity),
    maxAmount: z.optional(quantity),
  }),
  expiry: object({ timestamp: seconds }),
  payee: object({ addresses: list(address, 1_024).check(z.minLength(1, "LIST")) }),
  call: object({
    justification,
    address,
    function: words(2_000),
    rules: z.optional(anything),
    maxValue: z.optional(quantity),
    calls: z.optional(number(2 ** 31)),
  }),
} as const;

/** The request, if it has the shape of one. Raises as `parseSessionFile` does, by the names of the fields. */
export function readRequest(request: unknown): PermissionRequest {
  return read(REQUEST, request);
}

/** `value` as the schema has it; `where` it stands goes before the name of the field that is wrong. */
export function read<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, where?: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (where === undefined) throw complaint(value, issue);
  throw complaint({ [where]: value }, { ...issue, path: [where, ...issue.path] });
}
