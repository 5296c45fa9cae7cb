// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7579Validator} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";

/**
 * @title ISessionKeyValidator
 * @notice The manual of the session key validator: read this first.
 *
 * A session is a document that the owner of a smart account signs or enables: a key, a time window, a fee policy,
 * budgets, and a tree of permissions. The chain stores one word for it. The document travels in
 * `userOp.signature` (the envelope), is hashed by EIP-712, and that hash (the session id) must be enabled for the
 * account. The verbs: grant, enable, use, revoke.
 *
 * - Enable: the account calls {enableSession}, installs the module with ids, or the first operation carries the
 *   owner's grant (envelope mode ENABLE; mode SIGNED carries it every time and stores nothing but usage).
 * - Use: the session key signs `SessionUse(userOpHash, envelope)`; {validateUserOp} checks every call of the operation
 *   against the permissions it carries and charges the budgets. Usage is counted in validation, worst case, and stays
 *   charged when the execution reverts.
 * - Revoke: {revokeSession} (final), {revokeAllSessions} (every older session and every unused older grant, at once),
 *   {pause} (reversible), uninstalling the module.
 *
 * Every function that changes something changes it for `msg.sender`, which is the account, and for nobody else;
 * {revokeSessionBySig} alone is open to anyone who brings the owner's signature.
 *
 * Time is in unix seconds, amounts in the smallest unit of the token (wei for fees and native value).
 */
interface ISessionKeyValidator is IERC7579Validator {
    // ------------------------------------------------------------------------------------------------ events

    /// @notice `sessionId` can be used on `account`. `data` is the serialised session as the caller gave it, or empty.
    event SessionEnabled(address indexed account, bytes32 indexed sessionId, bytes data);

    /// @notice `sessionId` can never be used on `account` again.
    event SessionRevoked(address indexed account, bytes32 indexed sessionId);

    /// @notice Every session and grant of `account` made for an epoch below `epoch` is dead.
    event EpochBumped(address indexed account, uint64 epoch);

    /// @notice No session of `account` works until {Unpaused}.
    event Paused(address indexed account);

    /// @notice The sessions of `account` work again.
    event Unpaused(address indexed account);

    // ------------------------------------------------------------------------------- errors: the account's state

    /// @notice Only the account itself may have its operation validated.
    error NotSender(address caller, address sender);

    /// @notice The module is not installed on `account`.
    error NotInstalled(address account);

    /// @notice The owner paused every session of `account`.
    error AccountPaused(address account);

    /// @notice `onInstall` takes nothing or `abi.encode(bytes32[] sessionIds)`; it got `length` other bytes.
    error InvalidInstallData(uint256 length);

    /// @notice An EIP-7702 `initCode` may not carry init data: `found` bytes, at most `max`.
    error DelegationInitData(uint256 found, uint256 max);

    // --------------------------------------------------------------------------------------- errors: the envelope

    /// @notice The envelope ends too early: a field reaches to byte `needed` of a signature of `length` bytes.
    error EnvelopeTruncated(uint256 needed, uint256 length);

    /// @notice The first byte has an unknown mode or an unknown flag.
    error InvalidHead(uint256 head);

    /// @notice `1 <= validAfter < validUntil < 2^47` does not hold.
    error InvalidTimeWindow(uint48 validAfter, uint48 validUntil);

    /// @notice The paymaster field is present and zero: leave it out instead (there is one encoding only).
    error ZeroPaymasterField();

    /// @notice The signer must have between `min` and `max` bytes (both inclusive).
    error InvalidSignerLength(uint256 found, uint256 min, uint256 max);

    /// @notice More budgets than `max`.
    error TooManyBudgets(uint256 found, uint256 max);

    /// @notice `feeBudget` is neither the index of one of `budgetCount` budgets nor 254 nor 255.
    error InvalidFeeBudget(uint256 feeBudget, uint256 budgetCount);

    /// @notice The kind of budget `budget` is none of TOTAL, PERIODIC, STREAM.
    error UnknownBudgetKind(uint256 budget, uint256 kind);

    /// @notice The period must be 0 for TOTAL, and for the others long enough for the session: at least `min` seconds.
    error InvalidBudgetPeriod(uint256 budget, uint256 found, uint256 min);

    /// @notice An integer has `found` bytes, its type has `max`.
    error IntegerTooLong(uint256 found, uint256 max);

    /// @notice An integer of `length` bytes starts with a zero byte (there is one encoding only).
    error IntegerNotMinimal(uint256 length);

    /// @notice The claimed time is outside of the session's window (both ends inclusive).
    error TimeOutsideSession(uint48 time, uint48 validAfter, uint48 validUntil);

    /// @notice The permission tree is higher than `max`.
    error TreeTooHigh(uint256 found, uint256 max);

    /// @notice The tree of sessions of the grant is higher than `max`.
    error GrantTooHigh(uint256 found, uint256 max);

    /// @notice The leaf index must be below `leaves`.
    error InvalidLeafIndex(uint256 found, uint256 leaves);

    /// @notice The kind of the permission for call `call` is none of CALL, TRANSFER, ANY_CALL, CALL | ANY_TARGET.
    error UnknownPermissionKind(uint256 call, uint256 kind);

    /// @notice More rules in one permission than `max`.
    error TooManyRules(uint256 found, uint256 max);

    /// @notice More charges in one permission than `max`.
    error TooManyCharges(uint256 found, uint256 max);

    /// @notice The comparison is none of the ten.
    error UnknownOp(uint256 op);

    /// @notice A path must have between `min` and `max` elements (both inclusive).
    error InvalidPathLength(uint256 found, uint256 min, uint256 max);

    /// @notice The mask flag is neither 0 (all ones) nor 1 (32 bytes follow).
    error UnknownMaskFlag(uint256 flag);

    /// @notice A mask of all ones is sent as flag 0 (there is one encoding only).
    error MaskNotMinimal();

    /// @notice The source of the charge is none of COUNT, VALUE, ARGUMENT.
    error UnknownSource(uint256 source);

    /// @notice A charge names a budget that the session does not have.
    error UnknownBudget(uint256 budget, uint256 budgetCount);

    // ----------------------------------------------------------------------------------- errors: userOp.callData

    /// @notice Only `execute(bytes32,bytes)` of the account may be called.
    error ForbiddenSelector(bytes4 found, bytes4 allowed);

    /// @notice Only the two modes "single" and "batch" are allowed, with every other bit zero.
    error ForbiddenMode(bytes32 found);

    /// @notice `callData` is not the canonical ABI encoding: the word at byte `position` should be `expected`.
    error NonCanonicalWord(uint256 position, uint256 found, uint256 expected);

    /// @notice `callData` is not the canonical ABI encoding: the part at byte `position` is `found` bytes long, not `expected`.
    error NonCanonicalLength(uint256 position, uint256 found, uint256 expected);

    /// @notice A batch must have between 1 and `max` calls.
    error InvalidCallCount(uint256 found, uint256 max);

    // ---------------------------------------------------------------------------------------- errors: permissions

    /// @notice No session may call the account, this validator, the zero address or an EntryPoint.
    error ForbiddenTarget(uint256 call, address target);

    /// @notice CALL and ANY_CALL take at least 4 bytes of calldata, TRANSFER takes none.
    error CallDataMismatch(uint256 call, uint256 kind, uint256 length);

    /// @notice The native value of the call is above the permission's cap (inclusive).
    error ValueTooHigh(uint256 call, uint256 found, uint256 max);

    /// @notice A path leaves the call's own arguments: it reads the word at `position` of `length` bytes of arguments.
    error ArgumentOutOfBounds(uint256 call, uint256 position, uint256 length);

    /// @notice `word op right` does not hold (`word` is already masked).
    error RuleNotMet(uint256 call, uint256 rule, uint256 op, uint256 word, uint256 right);

    /// @notice `argument * factor / 1e18` does not fit in 256 bits.
    error ProductTooLarge(uint256 call, uint256 rule, uint256 argument, uint256 factor);

    /// @notice The permission of call `call` belongs to another tree than that of the calls before it.
    error PermissionsMismatch(uint256 call, bytes32 found, bytes32 expected);

    // ---------------------------------------------------------------------------------- errors: session and money

    /// @notice The session that this envelope and these calls make is not enabled: never enabled, of an older epoch, of
    /// another account, chain or validator, or not quite the session that was granted (another target or selector
    /// makes another id).
    error SessionNotEnabled(bytes32 sessionId);

    /// @notice The session was revoked, for good.
    error SessionIsRevoked(bytes32 sessionId);

    /// @notice The account's ERC-1271 does not accept the owner's signature over `digest`.
    error BadGrant(address account, bytes32 digest);

    /// @notice The account's ERC-1271 does not accept the owner's signature over the revocation `digest`.
    error BadRevocation(address account, bytes32 digest);

    /// @notice `paymasterAndData` of `length` bytes names no paymaster: it needs 52 bytes and a non-zero address.
    error InvalidPaymasterData(uint256 length, address paymaster);

    /// @notice The session allows `allowed` only (zero: none).
    error PaymasterNotAllowed(address found, address allowed);

    /// @notice The session never pays fees: it works only with a paymaster.
    error PaymasterRequired();

    /// @notice A charged budget depends on the time, and the envelope claims none.
    error TimeRequired(uint256 budget);

    /// @notice `asked` is more than what remains in the budget at the claimed time (saturated at 2^256 - 1).
    error BudgetExceeded(uint256 budget, uint256 asked, uint256 remaining);

    /// @notice The claimed time lies in period `found`, and period `recorded` was already charged.
    error PeriodPassed(uint256 budget, uint256 found, uint256 recorded);

    /// @notice A session has at most `max` budgets.
    error InvalidBudgetIndex(uint256 found, uint256 max);

    // ------------------------------------------------------------------------------------- functions of the owner

    /**
     * @notice Enables a session for the calling account. On an enabled one it only emits `data` again.
     * @param sessionId The EIP-712 struct hash of the session.
     * @param data The serialised session, for those who list sessions from logs. May be empty; it is not checked:
     * readers recompute the id.
     * Raises {NotInstalled}, {SessionIsRevoked}.
     */
    function enableSession(bytes32 sessionId, bytes calldata data) external;

    /// @notice {enableSession} for several, with empty data.
    function enableSessions(bytes32[] calldata sessionIds) external;

    /// @notice Revokes a session of the calling account, for good, whether it was enabled or not, installed or not.
    function revokeSession(bytes32 sessionId) external;

    /// @notice {revokeSession} for several.
    function revokeSessions(bytes32[] calldata sessionIds) external;

    /**
     * @notice {revokeSession} by anyone who brings the owner's signature over
     * `SessionRevocation(account, chainId, sessionId)`, as the account's ERC-1271 takes it.
     * Raises {BadRevocation}.
     */
    function revokeSessionBySig(address account, bytes32 sessionId, bytes calldata signature) external;

    /// @notice Kills every session and every unused grant of the calling account in one write. Raises {NotInstalled}.
    function revokeAllSessions() external;

    /// @notice Stops every session of the calling account until {unpause}. Raises {NotInstalled}.
    function pause() external;

    /// @notice Lets the sessions of the calling account work again. Raises {NotInstalled}.
    function unpause() external;

    // ----------------------------------------------------------------------------------------------------- views

    /// @notice The epoch that a session granted now for `account` must name.
    function epochOf(address account) external view returns (uint64);

    /// @notice Whether `account` is paused.
    function isPaused(address account) external view returns (bool);

    /// @notice Whether the module is installed on `account` (ERC-7579).
    function isInitialized(address account) external view returns (bool);

    /**
     * @notice The stored status: 0 none, 1 enabled, 2 revoked. A session is alive if it is 1, its id recomputes with
     * today's epoch, and the account is not paused.
     */
    function sessionStatus(bytes32 sessionId, address account) external view returns (uint8);

    /**
     * @notice What budget `index` has been charged.
     * @return spent Amount charged so far; for PERIODIC, within `period`.
     * @return period Index of the last charged period, counted from `validAfter`; 0 for the other kinds.
     * Raises {InvalidBudgetIndex}.
     */
    function budgetUsage(
        bytes32 sessionId,
        address account,
        uint256 index
    ) external view returns (uint104 spent, uint24 period);

    /// @notice The EIP-712 domain separator: name `SessionKeyValidator`, version `1`, this address, no chain id.
    function domainSeparator() external view returns (bytes32);
}
