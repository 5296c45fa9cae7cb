import { id } from "ethers";
import { MAX_UINT256, OPS } from "./constants";
import type { Hex } from "./hex";
import type { Path, Rule } from "./rule";

// Functions that hand out more than they seem to. The builder refuses them by their plain name, `lint` lists them.

/**
 * What of a permission matters here.
 * @example const call: GuardedCall = { selector: "0x095ea7b3", rules: [], charged: [[32]] };
 */
export interface GuardedCall {
  readonly selector: Hex;
  readonly rules: readonly Pick<Rule, "op" | "path" | "other" | "mask" | "value">[];
  /** Paths of the ARGUMENT charges. */
  readonly charged: readonly Path[];
}

/**
 * Why a function is dangerous.
 * @example const danger: Danger | undefined = dangerOf({ selector: "0x095ea7b3", rules: [], charged: [] });
 */
export interface Danger {
  readonly code: "APPROVE_WITHOUT_BUDGET" | "UNBOUNDED_TRANSFER" | "DANGEROUS_FUNCTION";
  readonly message: string;
  readonly why: string;
}

interface Watched {
  readonly signature: string;
  readonly code: Danger["code"];
  readonly message: string;
  readonly why: string;
  readonly harmless: (call: GuardedCall) => boolean;
}

function isAt(path: Path, at: number): boolean {
  return path.length === 1 && path[0] === at;
}

function isCharged(call: GuardedCall, at: number): boolean {
  return call.charged.some((path) => isAt(path, at));
}

function isPinned(call: GuardedCall, at: number, value?: bigint): boolean {
  return call.rules.some(
    (rule) =>
      rule.op === OPS.eq &&
      rule.other.length === 0 &&
      rule.mask === MAX_UINT256 &&
      isAt(rule.path, at) &&
      (value === undefined || rule.value === value),
  );
}

function approval(signature: string, amountAt: number): Watched {
  return {
    signature,
    code: "APPROVE_WITHOUT_BUDGET",
    message: "approves an amount that no budget counts",
    why: "approve, let the spender take it, approve again: a cap of each call is no cap of the sum",
    harmless: (call) => isCharged(call, amountAt) || isPinned(call, amountAt, 0n),
  };
}

function transfer(signature: string, toAt: number, amountAt: number): Watched {
  return {
    signature,
    code: "UNBOUNDED_TRANSFER",
    message: "sends tokens to anyone, and no budget counts them",
    why: "a stolen key empties the account in one operation: fix the recipient, or spend from a budget",
    harmless: (call) => isCharged(call, amountAt) || isPinned(call, toAt),
  };
}

const OPERATOR_WHY = "it gives another address power over all of a token, for ever: no budget counts that";
const SIGNATURE_WHY = "a permit is an approval by signature: no budget counts what it lets others take";
const CALLS_WHY =
  "its bytes hold calls that no rule of this permission sees: whatever the contract can do, the key can";
const POWER_WHY = "it changes who rules a contract: no later rule undoes that";

const never = () => false;

const WATCHED: readonly Watched[] = [
  approval("approve(address,uint256)", 32),
  approval("approve(address,address,uint160,uint48)", 64),
  transfer("transfer(address,uint256)", 0, 32),
  transfer("transferFrom(address,address,uint256)", 32, 64),
  transfer("safeTransferFrom(address,address,uint256)", 32, 64),
  transfer("safeTransferFrom(address,address,uint256,bytes)", 32, 64),
  transfer("safeTransferFrom(address,address,uint256,uint256,bytes)", 32, 96),
  transfer("send(address,uint256,bytes)", 0, 32),
  {
    ...named("setApprovalForAll(address,bool)", OPERATOR_WHY),
    harmless: (call) => isPinned(call, 32, 0n),
  },
  ...["increaseAllowance(address,uint256)", "increaseApproval(address,uint256)"].map((signature) =>
    named(signature, "each call adds to what the spender may take, side by side with approve"),
  ),
  ...["approveAndCall(address,uint256)", "approveAndCall(address,uint256,bytes)"].map((signature) =>
    named(signature, "it approves and runs the spender's code in one go"),
  ),
  ...["transferAndCall(address,uint256)", "transferAndCall(address,uint256,bytes)"].map((signature) =>
    named(signature, "it sends tokens and runs the recipient's code in one go"),
  ),
  ...["authorizeOperator(address)", "setOperator(address,bool)", "setApprovalForAll(address,bool,bytes)"].map(
    (signature) => named(signature, OPERATOR_WHY),
  ),
  ...[
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
    "permit(address,address,uint256,uint256,bytes)",
    "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
    "permit(address,uint256,uint256,uint8,bytes32,bytes32)",
    "permit(address,uint256,uint256,bytes)",
    "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
    "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
    "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
    "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
  ].map((signature) => named(signature, SIGNATURE_WHY)),
  ...[
    "multicall(bytes[])",
    "multicall(uint256,bytes[])",
    "multicall(bytes32,bytes[])",
    "aggregate((address,bytes)[])",
    "aggregate3((address,bool,bytes)[])",
    "aggregate3Value((address,bool,uint256,bytes)[])",
    "tryAggregate(bool,(address,bytes)[])",
    "tryBlockAndAggregate(bool,(address,bytes)[])",
    "execute(bytes,bytes[])",
    "execute(bytes,bytes[],uint256)",
    "execute(bytes32,bytes)",
    "execute(address,uint256,bytes)",
    "execute((address,uint256,bytes)[])",
    "executeBatch(address[],bytes[])",
    "executeBatch(address[],uint256[],bytes[])",
    "executeBatch((address,uint256,bytes)[])",
    "executeFromExecutor(bytes32,bytes)",
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
    "execTransactionFromModule(address,uint256,bytes,uint8)",
    "functionCall(address,bytes)",
    "call(address,bytes)",
    "delegatecall(address,bytes)",
  ].map((signature) => named(signature, CALLS_WHY)),
  ...[
    "transferOwnership(address)",
    "renounceOwnership()",
    "setOwner(address)",
    "grantRole(bytes32,address)",
    "upgradeTo(address)",
    "upgradeToAndCall(address,bytes)",
    "changeAdmin(address)",
    "installModule(uint256,address,bytes)",
    "uninstallModule(uint256,address,bytes)",
    "addOwnerWithThreshold(address,uint256)",
    "enableModule(address)",
    "redeemDelegations(bytes[],bytes32[],bytes[])",
  ].map((signature) => named(signature, POWER_WHY)),
];

function named(signature: string, why: string): Watched {
  const name = signature.slice(0, signature.indexOf("("));
  return { signature, code: "DANGEROUS_FUNCTION", message: `calls ${name}`, why, harmless: never };
}

let bySelector: ReadonlyMap<Hex, Watched> | undefined;

function watched(selector: Hex): Watched | undefined {
  bySelector ??= new Map(WATCHED.map((one) => [id(one.signature).slice(0, 10), one]));
  return bySelector.get(selector.toLowerCase());
}

/** Names that are as dangerous with any other arguments. */
const NAMES: ReadonlyMap<string, string> = new Map(
  WATCHED.filter(({ harmless }) => harmless === never)
    .map(({ signature, why }) => [signature.slice(0, signature.indexOf("(")), why] as const)
    .concat([
      ["setApprovalForAll", OPERATOR_WHY],
      ["permitBatch", SIGNATURE_WHY],
      ["permitWitnessTransferFrom", SIGNATURE_WHY],
      ["selfPermit", SIGNATURE_WHY],
      ["multiCall", CALLS_WHY],
    ])
    // `call`, `send` and the like mean something else in most contracts.
    .filter(([name]) => name !== "call"),
);

/**
 * Why a call of a function is dangerous, or `undefined` if it is not known to be. With the function's name (from an ABI)
 * also permits, multicalls and the like of other signatures are known.
 * @example dangerOf({ selector: "0x095ea7b3", rules: [], charged: [] })?.code // "APPROVE_WITHOUT_BUDGET"
 */
export function dangerOf(call: GuardedCall, name?: string): Danger | undefined {
  const known = watched(call.selector);
  if (known !== undefined) {
    const { code, message, why } = known;
    return known.harmless(call) ? undefined : { code, message, why };
  }
  const why = name === undefined ? undefined : NAMES.get(name);
  return why === undefined ? undefined : { code: "DANGEROUS_FUNCTION", message: `calls ${name ?? ""}`, why };
}

/** Signature of a function that `dangerOf` or `describe` knows by its selector. */
export function knownSignature(selector: Hex): string | undefined {
  return watched(selector)?.signature;
}
