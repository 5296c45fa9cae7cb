export type Entity = "factory" | "account" | "paymaster";

/**
 * Who says that a rule is broken. `spec`: the text of ERC-7562 (associated slots: `keccak256(pad32(A) . x) + n`,
 * `x` one word, n <= 128). `bundlers`: what Alto and the eth-infinitism bundler compute (a preimage of 21..511 bytes
 * that starts with pad32(A), n <= 127). Neither contains the other, so an operation must satisfy both.
 */
export type View = "spec" | "bundlers";

export const BOTH_VIEWS: readonly View[] = ["spec", "bundlers"];

export interface Violation {
  /** The rule's id in ERC-7562, for example "OP-011". */
  readonly rule: string;
  readonly entity: Entity;
  /** Whose code broke the rule; for a storage rule, whose storage was touched. */
  readonly contract: string;
  readonly detail: string;
  readonly views: readonly View[];
}

/** What the rules need to know besides the trace. Addresses are lower case. */
export interface Context {
  readonly entryPoint: string;
  readonly sender: string;
  /** Absent without initCode, and for the EIP-7702 marker, which names no contract. */
  readonly factory?: string;
  readonly paymaster?: string;
  /** Did the sender have code before the operation? */
  readonly accountExists: boolean;
  readonly factoryStaked: boolean;
  readonly paymasterStaked: boolean;
  /** OP-062 allows P256VERIFY at 0x100 where it exists; Alto 0.0.18 and the eth-infinitism bundler refuse it. */
  readonly allowP256Precompile: boolean;
  /** The calldata of the traced transaction. */
  readonly callData: string;
  /** Code before the operation, "0x" if there is none. */
  codeOf(address: string): string;
}

/** Is the entity whose frame this is staked? The account counts as unstaked: a session-key account never is. */
export function isStaked(entity: Entity, context: Context): boolean {
  if (entity === "factory") return context.factoryStaked;
  return entity === "paymaster" && context.paymasterStaked;
}

export function addressOf(entity: Entity, context: Context): string | undefined {
  if (entity === "account") return context.sender;
  return entity === "factory" ? context.factory : context.paymaster;
}

const DELEGATION_PREFIX = "0xef0100";

/** The delegate of an EIP-7702 account, undefined for every other code. */
export function delegateOf(code: string): string | undefined {
  const isDelegated = code.length === 48 && code.startsWith(DELEGATION_PREFIX);
  return isDelegated ? `0x${code.slice(DELEGATION_PREFIX.length)}` : undefined;
}
