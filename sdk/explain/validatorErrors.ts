import { OPS, PERMISSION_KINDS } from "../constants";

/** Cause and remedy of a failure, in a sentence each. */
export interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

/** The arguments of a custom error by their Solidity names, as text. */
type Args = Readonly<Record<string, string>>;

const REBUILD = "Build the envelope with this SDK, for this operation; do not change its bytes.";
const DOCUMENT = "Build the session with defineSession, or check it with validateSession before it is granted.";
const CALLDATA =
  "Encode the calls with encodeExecute (or the account's own execute(bytes32,bytes)) and leave them as they are.";
const REGRANT = "Grant a session that allows it, or change the call.";

/** `count` things, of which at most `max` are allowed. */
const tooMany =
  (what: string) =>
  (args: Args): Explanation => ({
    cause: `There are ${args["found"]} ${what}, and at most ${args["max"]} are allowed.`,
    remedy: DOCUMENT,
  });

const SYMBOLS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    eq: "=",
    neq: "≠",
    gt: ">",
    lt: "<",
    gte: "≥",
    lte: "≤",
    sgt: ">",
    slt: "<",
    sgte: "≥",
    slte: "≤",
  }).map(([name, symbol]) => [String(OPS[name as keyof typeof OPS]), symbol]),
);

const KINDS: Readonly<Record<string, string>> = {
  [PERMISSION_KINDS.call]: "CALL",
  [PERMISSION_KINDS.transfer]: "TRANSFER",
  [PERMISSION_KINDS.anyCall]: "ANY_CALL",
  [PERMISSION_KINDS.callAnyTarget]: "CALL on any target",
};

const SIGNED_FROM = OPS.sgt;

/** A word as what it probably is: a number, or hex for addresses and bytes. */
function word(value: string | undefined, op: string | undefined): string {
  const number = BigInt(value ?? 0);
  if (Number(op) >= SIGNED_FROM) return String(BigInt.asIntN(256, number));
  return number < 1n << 128n ? String(number) : `0x${number.toString(16)}`;
}

/** Why the validator raises each of its custom errors, and what to do. */
export const VALIDATOR_EXPLANATIONS: Readonly<Record<string, (args: Args) => Explanation>> = {
  NotSender: ({ caller, sender }) => ({
    cause: `${caller} asked to validate an operation of ${sender}: only the account itself may.`,
    remedy: "Send the operation to the EntryPoint, which calls the account, which calls the validator.",
  }),
  NotInstalled: ({ account }) => ({
    cause: `The validator is not installed on ${account}.`,
    remedy: "Let the owner install the module; it starts a new epoch, so grant the session anew after that.",
  }),
  AccountPaused: ({ account }) => ({
    cause: `The owner paused every session of ${account}.`,
    remedy: "Wait until the owner calls unpause(), or ask why.",
  }),
  InvalidInstallData: ({ length }) => ({
    cause: `The module got ${length} bytes of install data that it cannot read.`,
    remedy: "Install it with empty data, or with abi.encode(bytes32[] sessionIds).",
  }),
  DelegationInitData: ({ found, max }) => ({
    cause: `The EIP-7702 initCode has ${found} bytes: data after the first ${max} would be a call that no permission has seen.`,
    remedy: "Send the operation without init data; let the owner initialise the account.",
  }),
  EnvelopeTruncated: ({ needed, length }) => ({
    cause: `The signature ends after ${length} bytes, inside a field that reaches to byte ${needed}.`,
    remedy: REBUILD,
  }),
  InvalidHead: ({ head }) => ({
    cause: `The signature begins with ${head}, which is no mode of an envelope.`,
    remedy: REBUILD,
  }),
  InvalidTimeWindow: ({ validAfter, validUntil }) => ({
    cause: `The session's window is ${validAfter} to ${validUntil}: 1 ≤ validAfter < validUntil < 2^47 does not hold.`,
    remedy: DOCUMENT,
  }),
  ZeroPaymasterField: () => ({ cause: "The envelope has a paymaster field, and it is zero.", remedy: REBUILD }),
  InvalidSignerLength: ({ found, min, max }) => ({
    cause: `The session's signer has ${found} bytes, expected ${min} to ${max}.`,
    remedy: DOCUMENT,
  }),
  TooManyBudgets: tooMany("budgets"),
  InvalidFeeBudget: ({ feeBudget, budgetCount }) => ({
    cause: `Fees are charged to budget ${feeBudget}, and the session has ${budgetCount}.`,
    remedy: DOCUMENT,
  }),
  UnknownBudgetKind: ({ budget, kind }) => ({
    cause: `Budget ${budget} is of the unknown kind ${kind}.`,
    remedy: DOCUMENT,
  }),
  InvalidBudgetPeriod: ({ budget, found, min }) => ({
    cause: `Budget ${budget} has a period of ${found} seconds; in this session it must be ${min === "0" ? "0" : `at least ${min}`}.`,
    remedy: DOCUMENT,
  }),
  IntegerTooLong: ({ found, max }) => ({
    cause: `A number of the envelope has ${found} bytes, at most ${max} fit.`,
    remedy: REBUILD,
  }),
  IntegerNotMinimal: ({ length }) => ({
    cause: `A number of ${length} bytes in the envelope starts with a zero byte.`,
    remedy: REBUILD,
  }),
  TimeOutsideSession: ({ time, validAfter, validUntil }) => ({
    cause: `The operation claims the time ${time}, and the session lives from ${validAfter} to ${validUntil}.`,
    remedy: "Claim the present time (pickTime does); if the session is over, grant a new one.",
  }),
  TreeTooHigh: tooMany("levels in the tree of permissions"),
  GrantTooHigh: tooMany("levels in the tree of sessions"),
  InvalidLeafIndex: ({ found, leaves }) => ({ cause: `A proof is for leaf ${found} of ${leaves}.`, remedy: REBUILD }),
  UnknownPermissionKind: ({ call, kind }) => ({
    cause: `The permission of call ${call} is of the unknown kind ${kind}.`,
    remedy: DOCUMENT,
  }),
  TooManyRules: tooMany("rules in one permission"),
  TooManyCharges: tooMany("charges in one permission"),
  UnknownOp: ({ op }) => ({ cause: `A rule has the unknown comparison ${op}.`, remedy: DOCUMENT }),
  InvalidPathLength: ({ found, min, max }) => ({
    cause: `A path has ${found} elements, expected ${min} to ${max}.`,
    remedy: DOCUMENT,
  }),
  UnknownMaskFlag: ({ flag }) => ({ cause: `The envelope has the unknown mask flag ${flag}.`, remedy: REBUILD }),
  MaskNotMinimal: () => ({ cause: "The envelope spells out a mask that keeps every bit.", remedy: REBUILD }),
  UnknownSource: ({ source }) => ({ cause: `A charge has the unknown source ${source}.`, remedy: DOCUMENT }),
  UnknownBudget: ({ budget, budgetCount }) => ({
    cause: `A charge names budget ${budget}, and the session has ${budgetCount}.`,
    remedy: DOCUMENT,
  }),
  ForbiddenSelector: ({ found, allowed }) => ({
    cause: `The operation calls the account's function ${found}; sessions may call ${allowed}, execute(bytes32,bytes), only.`,
    remedy: CALLDATA,
  }),
  ForbiddenMode: ({ found }) => ({
    cause: `The execution mode ${found} is neither a plain single call nor a plain batch.`,
    remedy: "Use mode 0x00…00 or 0x01…00: sessions may not delegatecall, nor go on after a failed call.",
  }),
  NonCanonicalWord: ({ position, found, expected }) => ({
    cause: `The word at byte ${position} of the callData is ${found}, and the canonical ABI encoding has ${expected}.`,
    remedy: CALLDATA,
  }),
  NonCanonicalLength: ({ position, found, expected }) => ({
    cause: `The part at byte ${position} of the callData has ${found} bytes, and the canonical ABI encoding ${expected}.`,
    remedy: CALLDATA,
  }),
  InvalidCallCount: ({ found, max }) => ({
    cause: `The batch has ${found} calls, expected 1 to ${max}.`,
    remedy: "Split it into several operations.",
  }),
  ForbiddenTarget: ({ call, target }) => ({
    cause: `Call ${call} goes to ${target}: no session may call the account, the validator, an EntryPoint or the zero address.`,
    remedy: "Let the owner do it.",
  }),
  CallDataMismatch: ({ call, kind, length }) => ({
    cause: `Call ${call} has ${length} bytes of calldata, which a ${KINDS[kind ?? ""] ?? "permission of that kind"} does not take.`,
    remedy: "A TRANSFER takes empty calldata, every other permission at least the 4 bytes of a selector.",
  }),
  ValueTooHigh: ({ call, found, max }) => ({
    cause: `Call ${call} sends ${found} wei, and its permission allows ${max}.`,
    remedy: "Send less, in several calls if a budget allows it, or grant a session with a higher cap.",
  }),
  ArgumentOutOfBounds: ({ call, position, length }) => ({
    cause: `A rule or charge reads the word at byte ${position} of call ${call}, whose arguments have ${length} bytes.`,
    remedy: "Encode the arguments as the ABI says; an array may be shorter than the element that a rule is on.",
  }),
  RuleNotMet: ({ call, rule, op, word: found, right }) => ({
    cause: `Call ${call} breaks rule ${rule} of its permission: the argument is ${word(found, op)}, and it must be ${SYMBOLS[op ?? ""] ?? "?"} ${word(right, op)}.`,
    remedy: `${REGRANT} checkCalls tells which permission comes nearest.`,
  }),
  ProductTooLarge: ({ call, rule, argument, factor }) => ({
    cause: `Rule ${rule} of call ${call} multiplies ${argument} by ${factor} × 1e-18, which has more than 256 bits.`,
    remedy: "Use a smaller amount.",
  }),
  PermissionsMismatch: ({ call }) => ({
    cause: `The permission of call ${call} is not of the same session as those of the calls before it.`,
    remedy: "Take all permissions and proofs of one operation from one session.",
  }),
  SessionNotEnabled: ({ sessionId }) => ({
    cause:
      `The session ${sessionId} is not enabled. That is the id of just this operation's session and calls: with another target or function, ` +
      "epoch, account, chain or validator it is another id.",
    remedy:
      "Enable it, or use mode `enable` with the owner's grant. If it was enabled: check that the call is one that it allows, and that epochOf(account) is still the session's.",
  }),
  SessionIsRevoked: ({ sessionId }) => ({
    cause: `The session ${sessionId} was revoked, for good.`,
    remedy: "Ask the owner for a new one (another salt makes another id).",
  }),
  BadGrant: ({ account, digest }) => ({
    cause: `${account} does not accept the owner's signature over the grant ${digest}.`,
    remedy:
      "Let the present owner sign grantTypedData of this session, for this validator and the present epoch; the account must be deployed and answer ERC-1271.",
  }),
  BadRevocation: ({ account, digest }) => ({
    cause: `${account} does not accept the owner's signature over the revocation ${digest}.`,
    remedy:
      "Let the present owner sign sessionRevocationTypedData of this session, or revoke by a call of the account.",
  }),
  InvalidPaymasterData: ({ length }) => ({
    cause: `paymasterAndData has ${length} bytes and names no paymaster.`,
    remedy: "Leave it empty, or give a paymaster and its two gas limits: 52 bytes at least.",
  }),
  PaymasterNotAllowed: ({ found, allowed }) => ({
    cause: `The paymaster ${found} is not the one that the session allows (${/^0x0+$/.test(allowed ?? "") ? "none" : allowed}).`,
    remedy: "Use the session's paymaster, or none if it has a fee budget.",
  }),
  PaymasterRequired: () => ({
    cause: "The account never pays fees in this session, and the operation has no paymaster.",
    remedy: "Use the session's paymaster; if it has none, grant a session with `fees`.",
  }),
  TimeRequired: ({ budget }) => ({
    cause: `Budget ${budget} depends on the time, and the envelope claims none.`,
    remedy: "Give buildEnvelope the `time` that pickTime picks.",
  }),
  BudgetExceeded: ({ budget, asked, remaining }) => ({
    cause: `The operation asks ${asked} of budget ${budget}, in which ${remaining} remain at the claimed time.`,
    remedy: "Ask less (fees count in full at their limits), wait for the next period, or grant a new session.",
  }),
  PeriodPassed: ({ budget, found, recorded }) => ({
    cause: `The operation claims a time in period ${found} of budget ${budget}, and period ${recorded} was charged already.`,
    remedy: "Claim the present time and sign again.",
  }),
  InvalidBudgetIndex: ({ found, max }) => ({
    cause: `Budget ${found} was asked for, and a session has at most ${max}.`,
    remedy: `Ask for 0 to ${Number(max) - 1}.`,
  }),
};
