// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {MAX_BUDGETS} from "../types/Budget.sol";
import {Usage, USAGE_BITS, USAGE_MASK} from "../types/Usage.sol";

/// @notice One word per account.
struct AccountState {
    uint64 epoch;
    bool paused;
    bool installed;
}

/// @notice Up to eight words per session: see {Budgets} for the layout. The first one is the session.
struct SessionState {
    uint256[8] words;
}

/// @notice Is it alive? The status of a session and the state of an account.
library SessionStore {
    uint256 internal constant STATUS_NONE = 0;
    uint256 internal constant STATUS_ENABLED = 1;
    uint256 internal constant STATUS_REVOKED = 2;

    uint256 private constant STATUS_SHIFT = 248;
    /// @dev {AccountState} above its epoch: installed and not paused.
    uint256 private constant ACTIVE = 1 << 8;
    uint256 private constant EPOCH_BITS = 64;
    uint256 private constant USAGE_ONLY = (1 << STATUS_SHIFT) - 1;

    // ------------------------------------------------------------------------------------------------ accounts

    /// @notice The epoch of an account whose sessions work. Raises {NotInstalled}, {AccountPaused}.
    function activeEpoch(AccountState storage self) internal view returns (uint256) {
        uint256 word;
        assembly ("memory-safe") {
            // `self`, all of it at once: one comparison for both flags.
            word := sload(self.slot)
        }
        if (word >> EPOCH_BITS == ACTIVE) return uint64(word);
        if (!self.installed) revert ISessionKeyValidator.NotInstalled(msg.sender);
        revert ISessionKeyValidator.AccountPaused(msg.sender);
    }

    /// @notice Raises {NotInstalled}.
    function requireInstalled(AccountState storage self) internal view {
        if (!self.installed) revert ISessionKeyValidator.NotInstalled(msg.sender);
    }

    /// @notice A new epoch: every session and grant of the ones before is dead. 2^64 of them cannot be used up.
    function bump(AccountState storage self) internal returns (uint64 epoch) {
        unchecked {
            epoch = self.epoch + 1;
        }
        self.epoch = epoch;
    }

    /// @notice Installed or not, not paused, and in a new epoch: nothing of before survives. Never reverts.
    function reset(AccountState storage self, bool installed) internal returns (uint64) {
        (self.paused, self.installed) = (false, installed);
        return bump(self);
    }

    /// @notice Raises {NotInstalled}.
    function setPaused(AccountState storage self, bool paused) internal {
        requireInstalled(self);
        self.paused = paused;
    }

    // ------------------------------------------------------------------------------------------------ sessions

    /// @notice {STATUS_NONE}, {STATUS_ENABLED} or {STATUS_REVOKED}, from word 0.
    function statusOf(uint256 first) internal pure returns (uint256) {
        return first >> STATUS_SHIFT;
    }

    /// @notice Word 0 with another status; usage stays.
    function withStatus(uint256 first, uint256 status) internal pure returns (uint256) {
        return (first & USAGE_ONLY) | (status << STATUS_SHIFT);
    }

    /// @notice Marks the session enabled; what it used before (in SIGNED mode) stays. Raises {SessionIsRevoked}.
    function enable(SessionState storage self, bytes32 sessionId) internal {
        uint256 first = self.words[0];
        uint256 status = statusOf(first);
        if (status == STATUS_REVOKED) revert ISessionKeyValidator.SessionIsRevoked(sessionId);
        if (status == STATUS_NONE) self.words[0] = withStatus(first, STATUS_ENABLED);
    }

    /// @notice Marks the session revoked, for good.
    function revoke(SessionState storage self) internal {
        self.words[0] = withStatus(self.words[0], STATUS_REVOKED);
    }

    /// @notice Stores word 0 if it changed.
    function save(SessionState storage self, uint256 before, uint256 first) internal {
        if (first != before) self.words[0] = first;
    }

    /// @notice The usage of budget `index`. Raises {InvalidBudgetIndex}.
    function usage(SessionState storage self, uint256 index) internal view returns (Usage) {
        if (index >= MAX_BUDGETS) revert ISessionKeyValidator.InvalidBudgetIndex(index, MAX_BUDGETS);
        return Usage.wrap((self.words[index / 2] >> (USAGE_BITS * (index % 2))) & USAGE_MASK);
    }
}
