// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {
    IERC7579Module,
    IERC7579Validator,
    MODULE_TYPE_VALIDATOR,
    VALIDATION_FAILED
} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ISessionKeyValidator} from "./interfaces/ISessionKeyValidator.sol";
import {Budgets} from "./libraries/Budgets.sol";
import {EnvelopeCodec} from "./libraries/EnvelopeCodec.sol";
import {ExecutionDecoder} from "./libraries/ExecutionDecoder.sol";
import {InstallData} from "./libraries/InstallData.sol";
import {Permissions} from "./libraries/Permissions.sol";
import {SessionHash} from "./libraries/SessionHash.sol";
import {AccountState, SessionState, SessionStore} from "./libraries/SessionStore.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypeHashes} from "./libraries/TypeHashes.sol";
import {UserOps} from "./libraries/UserOps.sol";
import {Calls} from "./types/Call.sol";
import {Envelope, ENVELOPE_MODE, MODE_ENABLE, MODE_SIGNED, MODE_USE} from "./types/Envelope.sol";
import {reserveFrame} from "./types/Frame.sol";
import {Ledger, newLedger} from "./types/Ledger.sol";
import {
    FEES_SPONSORED,
    FEES_UNLIMITED,
    newSession,
    Session,
    SESSION_ACCOUNT,
    SESSION_CHAIN_ID,
    SESSION_EPOCH,
    SESSION_FEE_BUDGET,
    SESSION_PAYMASTER,
    SESSION_PERMISSIONS_ROOT
} from "./types/Session.sol";
import {TimeRange} from "./types/TimeRange.sol";
import {Usage} from "./types/Usage.sol";

/**
 * @title SessionKeyValidator
 * @notice Session keys for ERC-7579 accounts: one storage slot per session. {ISessionKeyValidator} is the manual.
 * @dev The table of contents: who is asked at each step, and in which order. No owner, no upgrade, no ETH, no clock.
 */
contract SessionKeyValidator is ISessionKeyValidator, IERC5267 {
    using Budgets for Ledger;
    using EnvelopeCodec for Envelope;
    using Permissions for Envelope;
    using SessionStore for AccountState;
    using SessionStore for SessionState;

    string private constant NAME = "SessionKeyValidator";
    string private constant VERSION = "1";

    bytes32 private immutable DOMAIN_SEPARATOR;

    // ERC-7562: the account is the innermost key of everything that validation touches.
    mapping(address account => AccountState state) private _accounts;
    mapping(bytes32 sessionId => mapping(address account => SessionState state)) private _sessions;

    constructor() {
        DOMAIN_SEPARATOR = keccak256(
            abi.encode(TypeHashes.DOMAIN, keccak256(bytes(NAME)), keccak256(bytes(VERSION)), address(this))
        );
    }

    // ------------------------------------------------------------------------------------------------------- use

    /// @inheritdoc IERC7579Validator
    function validateUserOp(
        PackedUserOperation calldata userOp,
        bytes32 userOpHash
    ) external override returns (uint256 validationData) {
        uint256 sender = UserOps.sender(userOp);
        if (sender != uint160(msg.sender)) revert NotSender(msg.sender, address(uint160(sender)));
        reserveFrame();
        Session session = newSession();
        Ledger ledger = newLedger();
        session.set(SESSION_ACCOUNT, uint160(msg.sender));
        session.set(SESSION_CHAIN_ID, block.chainid);
        session.set(SESSION_EPOCH, _accounts[msg.sender].activeEpoch());
        UserOps.requireNoDelegationInitData(userOp);

        Envelope envelope = EnvelopeCodec.open(UserOps.field(userOp, UserOps.SIGNATURE));
        uint256 at = envelope.takeHeader(session, ledger);
        Calls calls = ExecutionDecoder.decode(UserOps.field(userOp, UserOps.CALL_DATA));
        bytes32 root;
        (root, at) = envelope.takeRoot(at, calls, ledger);
        session.set(SESSION_PERMISSIONS_ROOT, uint256(root));
        bytes32 sessionId = session.id();

        SessionState storage state = _sessions[sessionId][msg.sender];
        uint256 stored = state.words[0];
        uint256 first;
        (first, at) = _authorise(envelope, at, sessionId, stored);
        bool signed = _signedByKey(envelope, at, userOpHash);
        _addFee(userOp, session, ledger, !signed);

        state.save(stored, ledger.settle(session, state, first));
        return signed ? TimeRange.unwrap(ledger.range()) : VALIDATION_FAILED;
    }

    /**
     * @inheritdoc IERC7579Validator
     * @dev A session key signs nothing for the account: no permit, no order, no grant of another session.
     */
    function isValidSignatureWithSender(address, bytes32, bytes calldata) external pure override returns (bytes4) {
        return 0xffffffff;
    }

    // ---------------------------------------------------------------------------------------------------- module

    /**
     * @inheritdoc IERC7579Module
     * @dev `data` is empty or `abi.encode(bytes32[] sessionIds)`. Allowed again, and starts a new epoch again.
     */
    function onInstall(bytes calldata data) external override {
        bytes32[] calldata sessionIds = InstallData.sessionIds(data);
        emit EpochBumped(msg.sender, _accounts[msg.sender].reset(true));
        for (uint256 i; i < sessionIds.length; ++i) _enable(sessionIds[i]);
    }

    /**
     * @inheritdoc IERC7579Module
     * @dev One write however many sessions there are; never reverts.
     */
    function onUninstall(bytes calldata) external override {
        emit EpochBumped(msg.sender, _accounts[msg.sender].reset(false));
    }

    /// @inheritdoc IERC7579Module
    function isModuleType(uint256 moduleTypeId) external pure override returns (bool) {
        return moduleTypeId == MODULE_TYPE_VALIDATOR;
    }

    // ----------------------------------------------------------------------------------------------------- owner

    /// @inheritdoc ISessionKeyValidator
    function enableSession(bytes32 sessionId, bytes calldata data) external override {
        _accounts[msg.sender].requireInstalled();
        _sessions[sessionId][msg.sender].enable(sessionId);
        emit SessionEnabled(msg.sender, sessionId, data);
    }

    /// @inheritdoc ISessionKeyValidator
    function enableSessions(bytes32[] calldata sessionIds) external override {
        _accounts[msg.sender].requireInstalled();
        for (uint256 i; i < sessionIds.length; ++i) _enable(sessionIds[i]);
    }

    /// @inheritdoc ISessionKeyValidator
    function revokeSession(bytes32 sessionId) external override {
        _revoke(msg.sender, sessionId);
    }

    /// @inheritdoc ISessionKeyValidator
    function revokeSessions(bytes32[] calldata sessionIds) external override {
        for (uint256 i; i < sessionIds.length; ++i) _revoke(msg.sender, sessionIds[i]);
    }

    /// @inheritdoc ISessionKeyValidator
    function revokeSessionBySig(address account, bytes32 sessionId, bytes calldata signature) external override {
        bytes32 digest = _digest(SessionHash.ofRevocation(account, block.chainid, sessionId));
        if (!Signatures.byOwner(account, digest, signature)) revert BadRevocation(account, digest);
        _revoke(account, sessionId);
    }

    /// @inheritdoc ISessionKeyValidator
    function revokeAllSessions() external override {
        _accounts[msg.sender].requireInstalled();
        emit EpochBumped(msg.sender, _accounts[msg.sender].bump());
    }

    /// @inheritdoc ISessionKeyValidator
    function pause() external override {
        _accounts[msg.sender].setPaused(true);
        emit Paused(msg.sender);
    }

    /// @inheritdoc ISessionKeyValidator
    function unpause() external override {
        _accounts[msg.sender].setPaused(false);
        emit Unpaused(msg.sender);
    }

    // ----------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ISessionKeyValidator
    function epochOf(address account) external view override returns (uint64) {
        return _accounts[account].epoch;
    }

    /// @inheritdoc ISessionKeyValidator
    function isPaused(address account) external view override returns (bool) {
        return _accounts[account].paused;
    }

    /// @inheritdoc ISessionKeyValidator
    function isInitialized(address account) external view override returns (bool) {
        return _accounts[account].installed;
    }

    /// @inheritdoc ISessionKeyValidator
    function sessionStatus(bytes32 sessionId, address account) external view override returns (uint8) {
        return uint8(SessionStore.statusOf(_sessions[sessionId][account].words[0]));
    }

    /// @inheritdoc ISessionKeyValidator
    function budgetUsage(
        bytes32 sessionId,
        address account,
        uint256 index
    ) external view override returns (uint104 spent, uint24 period) {
        Usage usage = _sessions[sessionId][account].usage(index);
        return (uint104(usage.spent()), uint24(usage.period()));
    }

    /// @inheritdoc ISessionKeyValidator
    function domainSeparator() external view override returns (bytes32) {
        return DOMAIN_SEPARATOR;
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        override
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        // name, version, verifyingContract: the chain id is in the session, so that one grant can span chains.
        return (hex"0b", NAME, VERSION, 0, address(this), bytes32(0), new uint256[](0));
    }

    // ----------------------------------------------------------------------------------------------------- steps

    /// Word 0 of a session that may be used: enabled before, or granted by the owner's signature in the envelope.
    function _authorise(
        Envelope envelope,
        uint256 at,
        bytes32 sessionId,
        uint256 first
    ) private returns (uint256, uint256 next) {
        uint256 status = SessionStore.statusOf(first);
        uint256 mode = envelope.get(ENVELOPE_MODE);
        if (mode == MODE_USE && status == SessionStore.STATUS_ENABLED) return (first, at);
        if (status == SessionStore.STATUS_REVOKED) revert SessionIsRevoked(sessionId);
        bool enabled = status == SessionStore.STATUS_ENABLED;
        if (mode == MODE_USE) revert SessionNotEnabled(sessionId);
        bytes32 structHash;
        bytes calldata signature;
        (structHash, signature, next) = envelope.takeGrant(at, sessionId);
        if (mode == MODE_ENABLE && enabled) return (first, next);
        bytes32 digest = _digest(structHash);
        if (!Signatures.byOwner(msg.sender, digest, signature)) revert BadGrant(msg.sender, digest);
        if (mode == MODE_SIGNED) return (first, next);
        emit SessionEnabled(msg.sender, sessionId, "");
        return (SessionStore.withStatus(first, SessionStore.STATUS_ENABLED), next);
    }

    /// The key signs the whole envelope, because `userOp.signature` is not covered by `userOpHash`.
    function _signedByKey(Envelope envelope, uint256 end, bytes32 userOpHash) private view returns (bool) {
        (bytes32 envelopeHash, bytes calldata signer, bytes calldata signature) = envelope.close(end);
        return Signatures.byKey(signer, SessionHash.digestOfUse(DOMAIN_SEPARATOR, userOpHash, envelopeHash), signature);
    }

    /// Who pays for the operation: an allowed paymaster, or the account from the budget that the session names.
    function _addFee(PackedUserOperation calldata userOp, Session session, Ledger ledger, bool capped) private pure {
        uint256 feeBudget = session.get(SESSION_FEE_BUDGET);
        bytes calldata paymasterAndData = UserOps.field(userOp, UserOps.PAYMASTER_AND_DATA);
        if (paymasterAndData.length != 0) {
            UserOps.requirePaymaster(paymasterAndData, address(uint160(session.get(SESSION_PAYMASTER))));
            return;
        }
        if (feeBudget == FEES_SPONSORED) revert PaymasterRequired();
        if (feeBudget != FEES_UNLIMITED) ledger.addFee(feeBudget, UserOps.maxFee(userOp), capped);
    }

    function _enable(bytes32 sessionId) private {
        _sessions[sessionId][msg.sender].enable(sessionId);
        emit SessionEnabled(msg.sender, sessionId, "");
    }

    function _revoke(address account, bytes32 sessionId) private {
        _sessions[sessionId][account].revoke();
        emit SessionRevoked(account, sessionId);
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR, structHash);
    }
}
