import { FunctionFragment, Interface } from "ethers";
import {
  summarize,
  type DescribeContext,
  type NamedAddress,
  type PermissionSummary,
  type SessionSummary,
} from "../describe";
import { bookOf, type Book } from "../describe/context";
import { SessionKeyError } from "../errors";
import type { Call } from "../execution";
import type { Address } from "../hex";
import type { Session } from "../session";
import { decimalsUpTo, factsOf, objectSchema, type JsonSchema } from "./jsonSchema";

/**
 * A call that a session allows, as language models take the descriptions of their tools. All of it is JSON.
 * @example
 * const tools: readonly presets.AgentTool[] = presets.agentTools(session, { contracts: { USDC: usdc } });
 * const offered = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
 */
export interface AgentTool {
  /** `supply_Pool`: unique, at most 64 letters, digits, `_` and `-`. */
  readonly name: string;
  /** The permission in plain English. */
  readonly description: string;
  /** JSON Schema, draft 2020-12, of the arguments by name; `nativeValue` (wei) is one more where the session allows any. */
  readonly inputSchema: JsonSchema;
  readonly target: Address;
  /** `function supply(address asset, …)`; empty for a plain transfer of native value. */
  readonly signature: string;
}

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/**
 * The tools of an agent that holds the session's key: one for each contract and function, made from the bytes that the owner
 * signed and the ABIs of the context. What a rule fixes is an enumeration, what a rule or budget bounds has the bound in its
 * pattern, integers are decimal strings.
 *
 * A schema tells the agent what to try; the contract decides. Budgets are told as they are when nothing is spent.
 *
 * Raises `ABI_MISSING` for a function of which the context has no ABI, `NO_SCHEMA` for permissions of any function or any
 * target, and what `describe` raises.
 * @example
 * const tools = presets.agentTools(session, { contracts: { USDC: usdc }, labels: { Alice: alice, Bob: bob } });
 * const call = presets.toolCall(tools[0]!, { to: alice, amount: "5000000" });
 */
export function agentTools(session: Session, context: DescribeContext): readonly AgentTool[] {
  const summary = summarize(session, context);
  const book = bookOf(context);
  const tools = summary.permissions.flatMap((permission) =>
    reachable(permission).map((target) => toolOf(permission, target, summary, book)),
  );
  return tools.map((tool, index) => {
    const namesakes = tools.slice(0, index).filter(({ name }) => name === tool.name).length;
    return namesakes === 0 ? tool : { ...tool, name: `${tool.name.slice(0, 60)}_${namesakes + 1}` };
  });
}

/** Raises `NO_SCHEMA`. */
function reachable({ action, targets, text }: PermissionSummary): PermissionSummary["targets"] {
  if (action === "call" || action === "transfer") return targets;
  throw new SessionKeyError("NO_SCHEMA", `no schema can say what is allowed: may ${text}`, { found: action });
}

function toolOf(
  permission: PermissionSummary,
  { address, name }: NamedAddress,
  summary: SessionSummary,
  book: Book,
): AgentTool {
  const { action, maxValue, text } = permission;
  const fragment = action === "transfer" ? undefined : fragmentAt(permission, address, book);
  const object = objectSchema(fragment?.inputs ?? [], factsOf(permission, summary));
  return {
    name: `${fragment?.name ?? "send"}_${name}`.replace(/[^\w-]/g, "_").slice(0, 64),
    description: [`May ${text}.`, ...sharedLimits(permission, summary)].join(" "),
    inputSchema: { $schema: DRAFT, ...(maxValue === 0n ? object : withNativeValue(object, maxValue)) },
    target: address,
    signature: fragment?.format("full") ?? "",
  };
}

/** Of budgets that several tools draw on: their limits belong to none of them, so the text does not say them. */
function sharedLimits({ charges }: PermissionSummary, { budgets }: SessionSummary): readonly string[] {
  const drawn = [...new Set(charges.map(({ budget }) => budgets[budget]!))];
  const shared = drawn.filter(({ chargedBy, paysFees }) => chargedBy.length > 1 || paysFees);
  return shared.map(({ index, name, text }) => `Budget ${name ?? index}: together at most ${text}.`);
}

function fragmentAt({ selector = "", text }: PermissionSummary, address: Address, book: Book): FunctionFragment {
  const found = book.functionAt(address, selector);
  if (found !== undefined) return found;
  const message = `without its ABI nobody knows what ${selector} of ${address} takes: may ${text}`;
  throw new SessionKeyError("ABI_MISSING", message, { target: address, selector });
}

function withNativeValue(schema: JsonSchema, maxValue: bigint): JsonSchema {
  const nativeValue = { type: "string", pattern: decimalsUpTo(maxValue), description: "in wei" };
  return {
    ...schema,
    properties: { ...(schema["properties"] as JsonSchema), nativeValue },
    required: [...(schema["required"] as readonly string[]), "nativeValue"],
  };
}

/**
 * The call that an agent asks for. Whether the session allows it is not looked at: the signer does.
 * Raises `INVALID_INPUT` for what does not fit the function.
 * @example
 * const [transfer] = presets.agentTools(session, { contracts: { USDC: usdc } });
 * await signer.sendCalls([presets.toolCall(transfer!, { to: alice, amount: "5000000" })]);
 */
export function toolCall({ name, target, signature }: AgentTool, input: Readonly<Record<string, unknown>>): Call {
  try {
    const value = BigInt((input["nativeValue"] as string | undefined) ?? 0);
    if (signature === "") return { target, value, data: "0x" };
    const fragment = FunctionFragment.from(signature);
    const args = fragment.inputs.map((param, index) => input[param.name || `#${index}`]);
    return { target, value, data: new Interface([fragment]).encodeFunctionData(fragment, args) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SessionKeyError("INVALID_INPUT", `the input does not fit ${name}: ${reason}`, { tool: name });
  }
}
