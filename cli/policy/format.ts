import * as z from "zod/mini";
import { address, list, object, seconds, words } from "../../sdk/handover/format";

// What the JSON of a policy looks like. Amounts and conditions are read where their units and types are known.

const condition = z.record(z.string(), z.unknown(), { error: "OBJECT" });

const budget = object({
  limit: z.unknown(),
  every: z.optional(z.unknown()),
  stream: z.optional(z.literal(true, { error: "BOOLEAN" })),
});

const permission = object({
  target: z.optional(address),
  function: z.optional(words(2_000)),
  rules: z.optional(condition),
  to: z.optional(z.union([address, list(address, 1_024)], { error: "ADDRESS" })),
  value: z.optional(condition),
  count: z.optional(words(100)),
  dangerous: z.optional(z.literal(true, { error: "BOOLEAN" })),
});

const sponsor = object({ paymaster: address, otherwise: z.optional(words(100)) });

/** A policy: who may do what, without account, chain and key. */
export const POLICY_FORMAT = object({
  label: z.optional(words(200)),
  days: z.optional(z.int({ error: "NUMBER" }).check(z.minimum(1, "NUMBER"), z.maximum(36_500, "NUMBER"))),
  validAfter: z.optional(seconds),
  validUntil: z.optional(seconds),
  tokens: z.optional(
    z.record(z.string(), object({ address, decimals: z.int({ error: "NUMBER" }).check(z.minimum(0), z.maximum(77)) }), {
      error: "OBJECT",
    }),
  ),
  budgets: z.optional(z.record(z.string(), budget, { error: "OBJECT" })),
  fees: z.union([words(100), sponsor], { error: "TEXT" }),
  permissions: list(permission, 1_024),
});

/** The JSON of a policy, once {@link POLICY_FORMAT} has agreed to it. */
export type PolicyJson = z.infer<typeof POLICY_FORMAT>;

/** One of its permissions. */
export type PermissionJson = PolicyJson["permissions"][number];
