import { AbiCoder, dataSlice, Interface } from "ethers";
import { ENTRY_POINT_INTERFACE, VALIDATOR_INTERFACE } from "../abi";
import type { Abi, AbiAt, HasInterface } from "../builder/abiTypes";
import { toInterface } from "../builder/functions";
import type { Hex } from "../hex";

/**
 * Revert data, read.
 * @example const revert: Revert | undefined = readRevert("0x1234");
 */
export interface Revert {
  readonly kind: "entryPoint" | "validator" | "message" | "panic" | "custom";
  /** Name of the custom error. */
  readonly name: string;
  /** Its arguments by name (`arg0`, … where there is none). */
  readonly args: Readonly<Record<string, unknown>>;
  /** As it came. */
  readonly data: Hex;
  /** The revert data inside: of the account in a FailedOpWithRevert. */
  readonly inner?: Hex;
}

/**
 * ABIs in which `explain` looks for custom errors.
 * @example const source: ErrorSource = ["error TooLate(uint256 deadline)"];
 */
export type ErrorSource = Abi | Interface | AbiAt | HasInterface;

/** What EntryPoints, accounts and tokens made of OpenZeppelin's parts raise. */
const COMMON = new Interface([
  "error PostOpReverted(bytes returnData)",
  "error DelegateAndRevert(bool success, bytes ret)",
  "error Reentrancy()",
  "error ReentrancyGuardReentrantCall()",
  "error Eip7702SenderNotDelegate(address sender)",
  "error Eip7702SenderWithoutCode(address sender)",
  "error InvalidBeneficiary(address beneficiary)",
  "error FailedSendToBeneficiary(address beneficiary, uint256 amount, bytes revertData)",
  "error AccountUnauthorized(address sender)",
  "error ExecutionFailed()",
  "error ERC7579DecodingError()",
  "error ERC7579UnsupportedCallType(bytes1 callType)",
  "error ERC7579UnsupportedExecType(bytes1 execType)",
  "error ERC7579UnsupportedModuleType(uint256 moduleTypeId)",
  "error ERC7579MissingFallbackHandler(bytes4 selector)",
  "error ERC7579AlreadyInstalledModule(uint256 moduleTypeId, address module)",
  "error ERC7579UninstalledModule(uint256 moduleTypeId, address module)",
  "error ERC7579MismatchedModuleTypeId(uint256 moduleTypeId, address module)",
  "error FailedCall()",
  "error InsufficientBalance(uint256 balance, uint256 needed)",
  "error AddressEmptyCode(address target)",
  "error EnforcedPause()",
  "error ExpectedPause()",
  "error OwnableUnauthorizedAccount(address account)",
  "error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)",
  "error AccessManagedUnauthorized(address caller)",
  "error ECDSAInvalidSignature()",
  "error ECDSAInvalidSignatureLength(uint256 length)",
  "error ECDSAInvalidSignatureS(bytes32 s)",
  "error SafeERC20FailedOperation(address token)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidSender(address sender)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC20InvalidApprover(address approver)",
  "error ERC20InvalidSpender(address spender)",
  "error ERC721NonexistentToken(uint256 tokenId)",
  "error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner)",
  "error ERC721InsufficientApproval(address operator, uint256 tokenId)",
  "error ERC721InvalidReceiver(address receiver)",
  "error ERC1155InsufficientBalance(address sender, uint256 balance, uint256 needed, uint256 tokenId)",
  "error ERC1155MissingApprovalForAll(address operator, address owner)",
  "error ERC1155InvalidReceiver(address receiver)",
  "error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max)",
  "error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max)",
  "error ERC4626ExceededMaxDeposit(address receiver, uint256 assets, uint256 max)",
]);

const ERROR_STRING = "0x08c379a0";
const PANIC = "0x4e487b71";

/**
 * Reads revert data with the ABIs of the EntryPoint, the validator, OpenZeppelin's parts, and more of yours; `undefined`
 * if it is none of them. Never throws.
 * @example readRevert(data)?.args // { reason: "not enough" }
 */
export function readRevert(data: Hex, sources: readonly ErrorSource[] = []): Revert | undefined {
  if (data.length < 10) return undefined;
  const selector = data.slice(0, 10).toLowerCase();
  if (selector === ERROR_STRING) return decoded("message", "Error", "string", "reason", data);
  if (selector === PANIC) return decoded("panic", "Panic", "uint256", "panic", data);
  return (
    parse("entryPoint", ENTRY_POINT_INTERFACE, data) ??
    parse("validator", VALIDATOR_INTERFACE, data) ??
    first(sources, (source) => parse("custom", interfaceOf(source), data)) ??
    parse("custom", COMMON, data)
  );
}

function first<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function interfaceOf(source: ErrorSource): Interface | undefined {
  try {
    if ("interface" in source) return source.interface;
    return toInterface("abi" in source ? source.abi : source);
  } catch {
    // A wrong ABI must not hide the failure that is to be explained.
    return undefined;
  }
}

function decoded(kind: Revert["kind"], name: string, type: string, argument: string, data: Hex): Revert | undefined {
  try {
    const [value] = AbiCoder.defaultAbiCoder().decode([type], dataSlice(data, 4)) as unknown as [unknown];
    return { kind, name, args: { [argument]: value }, data };
  } catch {
    return undefined;
  }
}

/** Errors that carry another one. */
const INNER: Readonly<Record<string, string>> = {
  FailedOpWithRevert: "inner",
  PostOpReverted: "returnData",
  DelegateAndRevert: "ret",
};

function parse(kind: Revert["kind"], abi: Interface | undefined, data: Hex): Revert | undefined {
  try {
    const parsed = abi?.parseError(data);
    if (!parsed) return undefined;
    const values = [...parsed.args] as unknown[];
    const args = Object.fromEntries(
      parsed.fragment.inputs.map((input, index) => [input.name || `arg${index}`, values[index]]),
    );
    const inner = args[INNER[parsed.name] ?? ""];
    return { kind, name: parsed.name, args, data, ...(typeof inner === "string" ? { inner } : {}) };
  } catch {
    // The selector matches and the arguments do not: somebody else's error.
    return undefined;
  }
}
