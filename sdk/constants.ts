import type { Address, Hex } from "./hex";

// ------------------------------------------------------------------------------------------------ bounds (design §7)

/** Most calls in one operation (inclusive). */
export const MAX_CALLS = 32;
/** Most budgets in one session (inclusive). */
export const MAX_BUDGETS = 16;
/** Most rules in one permission (inclusive). */
export const MAX_RULES = 16;
/** Most charges in one permission (inclusive). */
export const MAX_CHARGES = 8;
/** Most elements in one path (inclusive). */
export const MAX_PATH = 4;
/** Greatest height of the permission tree (inclusive): 1,024 permissions. */
export const MAX_TREE_HEIGHT = 10;
/** Greatest height of the tree of sessions of one grant (inclusive): 1,024 sessions. */
export const MAX_GRANT_HEIGHT = 10;
/** Fewest bytes of a signer: an ECDSA address. */
export const MIN_SIGNER_BYTES = 20;
/** Most bytes of a signer (inclusive). */
export const MAX_SIGNER_BYTES = 1024;
/** Shortest period of a PERIODIC or STREAM budget, in seconds (inclusive). */
export const MIN_PERIOD = 60;
/** Most periods in a session (inclusive): a period index has 20 bits. */
export const MAX_PERIODS = 2 ** 20 - 1;
/** Times are below this: from EntryPoint v0.9, bit 47 means block numbers. */
export const TIME_LIMIT = 2 ** 47;
/** Greatest amount a budget can count (inclusive): 104 bits. */
export const MAX_SPENT = 2n ** 104n - 1n;
/** The SDK does not build operations whose `abi.encode` is longer, in bytes (inclusive): mempool rule. */
export const MAX_USER_OP_BYTES = 8192;
/** The SDK does not build operations whose validation is estimated to cost more gas (inclusive), what the key adds apart. */
export const MAX_VALIDATION_GAS = 400_000n;

/** 2^128 − 1: the greatest `maxValue`. */
export const MAX_UINT128 = 2n ** 128n - 1n;
/**
 * 2^256 − 1, also the mask that keeps every bit.
 * @example const whole = session.permissions[0]?.rules.every(({ mask }) => mask === MAX_UINT256);
 */
export const MAX_UINT256 = 2n ** 256n - 1n;
/** The unit of the factor of a rule with `other`: `word op argument × value / 1e18`. */
export const RATIO_UNIT = 10n ** 18n;

// ----------------------------------------------------------------------------------------------- words of a session

/**
 * `Session.paymaster` that allows any paymaster.
 * @example const isSponsoredByAnyone = session.paymaster === ANY_PAYMASTER;
 */
export const ANY_PAYMASTER: Address = "0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF";
/**
 * `Session.feeBudget`: the account pays fees without limit. Dangerous: a stolen key can burn the balance as gas.
 * @example const burnable = session.feeBudget === FEES_UNLIMITED;
 */
export const FEES_UNLIMITED = 254;
/**
 * `Session.feeBudget`: the account never pays fees; the session works only with a paymaster.
 * @example const needsPaymaster = session.feeBudget === FEES_SPONSORED;
 */
export const FEES_SPONSORED = 255;

/**
 * `Budget.kind`.
 * @example const weeklies = session.budgets.filter(({ kind }) => kind === BUDGET_KINDS.periodic);
 */
export const BUDGET_KINDS = { total: 0, periodic: 1, stream: 2 } as const;

/**
 * `Permission.kind`. `callAnyTarget` is CALL with flag 0x80: whatever answers to the selector, hence dangerous.
 * @example const transfers = session.permissions.filter(({ kind }) => kind === PERMISSION_KINDS.transfer);
 */
export const PERMISSION_KINDS = { call: 0, transfer: 1, anyCall: 2, callAnyTarget: 0x80 } as const;

/**
 * `Charge.source`: 1 per call, the native value of the call, or the word at the charge's path.
 * @example
 * const spends = session.permissions[0]?.charges.some(({ source }) => source === CHARGE_SOURCES.argument);
 */
export const CHARGE_SOURCES = { count: 0, value: 1, argument: 2 } as const;

/**
 * `Rule.op`; those with an `s` compare as two's-complement int256.
 * @example const pinned = session.permissions[0]?.rules.filter(({ op }) => op === OPS.eq);
 */
export const OPS = { eq: 0, neq: 1, gt: 2, lt: 3, gte: 4, lte: 5, sgt: 6, slt: 7, sgte: 8, slte: 9 } as const;

/**
 * The name of a comparison of {@link OPS}.
 * @example
 * const op: OpName = "lte";
 * const atMost = rule(op, [32], 5_000_000n);
 */
export type OpName = keyof typeof OPS;

/**
 * How an envelope proves that its session was granted; {@link MODES} has the wire value.
 * @example const mode: Mode = state.status === STATUSES.enabled ? "use" : "enable";
 */
export type Mode = keyof typeof MODES;

/**
 * Bits 0–1 of the envelope's head: stored before, stored by this operation, or granted anew by every operation.
 * @example const mode = Object.keys(MODES)[1]; // "enable"
 */
export const MODES = { use: 0, enable: 1, signed: 2 } as const;

/**
 * `sessionStatus` as the validator stores it; a revoked session stays revoked.
 * @example const works = state.status === STATUSES.enabled;
 */
export const STATUSES = { none: 0, enabled: 1, revoked: 2 } as const;

// ------------------------------------------------------------------------------------------------------- ecosystem

/**
 * A version of the EntryPoint whose operations the SDK hashes.
 * @example
 * const version: EntryPointVersion = "0.8";
 * const entryPoint = ENTRY_POINTS[version];
 */
export type EntryPointVersion = "0.7" | "0.8" | "0.9";

/**
 * The EntryPoints by version, the same on every chain. No session may call any of them.
 * @example const hash = userOpHash(op, { entryPoint: ENTRY_POINTS["0.8"], chainId, version: "0.8" });
 */
export const ENTRY_POINTS = {
  "0.6": "0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789",
  "0.7": "0x0000000071727De22E5E9d8BAf0edAc6f37da032",
  "0.8": "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108",
  "0.9": "0x433709009B8330FDa32311DF1C2AFA402eD8D009",
} as const;

/** The CREATE2 proxy through which the validator has the same address on every chain. */
export const DETERMINISTIC_DEPLOYER: Address = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

/** ERC-7579 execution mode: one call, revert on failure. */
export const SINGLE_MODE: Hex = `0x${"00".repeat(32)}`;
/** ERC-7579 execution mode: a batch of calls, revert on failure. */
export const BATCH_MODE: Hex = `0x01${"00".repeat(31)}`;
/** Selector of `execute(bytes32,bytes)`. */
export const EXECUTE_SELECTOR: Hex = "0xe9ae5c53";

/** Where a time in seconds ends and milliseconds begin, to whoever reads one: the year 2242. */
export const LATEST_SECOND = 2 ** 33;
