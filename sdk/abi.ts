import { Interface } from "ethers";

/** Every custom error of `ISessionKeyValidator.sol`, as human-readable ABI. */
export const VALIDATOR_ERRORS = [
  "error NotSender(address caller, address sender)",
  "error NotInstalled(address account)",
  "error AccountPaused(address account)",
  "error InvalidInstallData(uint256 length)",
  "error DelegationInitData(uint256 found, uint256 max)",
  "error EnvelopeTruncated(uint256 needed, uint256 length)",
  "error InvalidHead(uint256 head)",
  "error InvalidTimeWindow(uint48 validAfter, uint48 validUntil)",
  "error ZeroPaymasterField()",
  "error InvalidSignerLength(uint256 found, uint256 min, uint256 max)",
  "error TooManyBudgets(uint256 found, uint256 max)",
  "error InvalidFeeBudget(uint256 feeBudget, uint256 budgetCount)",
  "error UnknownBudgetKind(uint256 budget, uint256 kind)",
  "error InvalidBudgetPeriod(uint256 budget, uint256 found, uint256 min)",
  "error IntegerTooLong(uint256 found, uint256 max)",
  "error IntegerNotMinimal(uint256 length)",
  "error TimeOutsideSession(uint48 time, uint48 validAfter, uint48 validUntil)",
  "error TreeTooHigh(uint256 found, uint256 max)",
  "error GrantTooHigh(uint256 found, uint256 max)",
  "error InvalidLeafIndex(uint256 found, uint256 leaves)",
  "error UnknownPermissionKind(uint256 call, uint256 kind)",
  "error TooManyRules(uint256 found, uint256 max)",
  "error TooManyCharges(uint256 found, uint256 max)",
  "error UnknownOp(uint256 op)",
  "error InvalidPathLength(uint256 found, uint256 min, uint256 max)",
  "error UnknownMaskFlag(uint256 flag)",
  "error MaskNotMinimal()",
  "error UnknownSource(uint256 source)",
  "error UnknownBudget(uint256 budget, uint256 budgetCount)",
  "error ForbiddenSelector(bytes4 found, bytes4 allowed)",
  "error ForbiddenMode(bytes32 found)",
  "error NonCanonicalWord(uint256 position, uint256 found, uint256 expected)",
  "error NonCanonicalLength(uint256 position, uint256 found, uint256 expected)",
  "error InvalidCallCount(uint256 found, uint256 max)",
  "error ForbiddenTarget(uint256 call, address target)",
  "error CallDataMismatch(uint256 call, uint256 kind, uint256 length)",
  "error ValueTooHigh(uint256 call, uint256 found, uint256 max)",
  "error ArgumentOutOfBounds(uint256 call, uint256 position, uint256 length)",
  "error RuleNotMet(uint256 call, uint256 rule, uint256 op, uint256 word, uint256 right)",
  "error ProductTooLarge(uint256 call, uint256 rule, uint256 argument, uint256 factor)",
  "error PermissionsMismatch(uint256 call, bytes32 found, bytes32 expected)",
  "error SessionNotEnabled(bytes32 sessionId)",
  "error SessionIsRevoked(bytes32 sessionId)",
  "error BadGrant(address account, bytes32 digest)",
  "error BadRevocation(address account, bytes32 digest)",
  "error InvalidPaymasterData(uint256 length, address paymaster)",
  "error PaymasterNotAllowed(address found, address allowed)",
  "error PaymasterRequired()",
  "error TimeRequired(uint256 budget)",
  "error BudgetExceeded(uint256 budget, uint256 asked, uint256 remaining)",
  "error PeriodPassed(uint256 budget, uint256 found, uint256 recorded)",
  "error InvalidBudgetIndex(uint256 found, uint256 max)",
] as const;

/** Events and functions of the validator. */
export const VALIDATOR_ABI = [
  "event SessionEnabled(address indexed account, bytes32 indexed sessionId, bytes data)",
  "event SessionRevoked(address indexed account, bytes32 indexed sessionId)",
  "event EpochBumped(address indexed account, uint64 epoch)",
  "event Paused(address indexed account)",
  "event Unpaused(address indexed account)",
  "function enableSession(bytes32 sessionId, bytes data)",
  "function enableSessions(bytes32[] sessionIds)",
  "function revokeSession(bytes32 sessionId)",
  "function revokeSessions(bytes32[] sessionIds)",
  "function revokeSessionBySig(address account, bytes32 sessionId, bytes signature)",
  "function revokeAllSessions()",
  "function pause()",
  "function unpause()",
  "function epochOf(address account) view returns (uint64)",
  "function isPaused(address account) view returns (bool)",
  "function isInitialized(address account) view returns (bool)",
  "function sessionStatus(bytes32 sessionId, address account) view returns (uint8)",
  "function budgetUsage(bytes32 sessionId, address account, uint256 index) view returns (uint104 spent, uint24 period)",
  "function domainSeparator() view returns (bytes32)",
  "function onInstall(bytes data)",
  "function onUninstall(bytes data)",
  ...VALIDATOR_ERRORS,
] as const;

const PACKED_USER_OP =
  "tuple(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas," +
  "bytes32 gasFees,bytes paymasterAndData,bytes signature)";

/** What the SDK uses of EntryPoint v0.7, v0.8 and v0.9. */
export const ENTRY_POINT_ABI = [
  `function handleOps(${PACKED_USER_OP}[] ops, address beneficiary)`,
  "function getNonce(address sender, uint192 key) view returns (uint256)",
  `function getUserOpHash(${PACKED_USER_OP} userOp) view returns (bytes32)`,
  "event BeforeExecution()",
  "event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)",
  "event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason)",
  "error FailedOp(uint256 opIndex, string reason)",
  "error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner)",
  "error SignatureValidationFailed(address aggregator)",
  "error InvalidPaymaster(address paymaster)",
] as const;

/**
 * The validator's ABI.
 * @example new Contract(validator, VALIDATOR_INTERFACE, owner)
 */
export const VALIDATOR_INTERFACE = new Interface(VALIDATOR_ABI);

/** The EntryPoint's ABI. */
export const ENTRY_POINT_INTERFACE = new Interface(ENTRY_POINT_ABI);
