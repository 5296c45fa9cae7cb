// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Budgets} from "../libraries/Budgets.sol";
import {SessionStore} from "../libraries/SessionStore.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {Budget, BUDGET_PERIODIC, BUDGET_STREAM, newBudget} from "../types/Budget.sol";
import {MAX_TREE_HEIGHT} from "../types/Session.sol";

/// @notice The terms of a budget, as in the EIP-712 type `Budget`.
struct BudgetTerms {
    uint8 kind;
    uint104 limit;
    uint32 period;
}

/// @notice A session but for its chain (this one) and its permissions (their root and the height of their tree).
struct SessionTerms {
    address account;
    uint64 epoch;
    uint64 salt;
    bytes signer;
    uint48 validAfter;
    uint48 validUntil;
    address paymaster;
    uint8 feeBudget;
    BudgetTerms[] budgets;
    uint8 height;
    bytes32 permissionsRoot;
}

/// @notice What is left of one budget.
struct BudgetState {
    /// charged so far; for PERIODIC, within the current period
    uint256 spent;
    /// what can be charged now; 0 once the session has expired
    uint256 remaining;
    /// PERIODIC: first second of the next period, 0 if the session ends before it and for the other kinds
    uint48 nextReset;
}

/// @notice A session now.
struct SessionState {
    bytes32 sessionId;
    /// 0 none, 1 enabled, 2 revoked
    uint8 status;
    /// enabled, of today's epoch, within its window, the module installed and not paused
    bool alive;
    BudgetState[] budgets;
}

/**
 * @title SessionLens
 * @notice Reads for apps: what remains of a session now. It reads the clock, which validation must not, and no contract
 * depends on it.
 */
contract SessionLens {
    /// @notice The height of a permission tree is at most `max`.
    error TreeTooHigh(uint256 found, uint256 max);

    /**
     * @notice The state of the session with these terms.
     * @dev Before `validAfter` the budgets are those of the first second of the session.
     */
    function sessionState(
        ISessionKeyValidator validator,
        SessionTerms calldata terms
    ) external view returns (SessionState memory state) {
        state.sessionId = sessionId(terms);
        state.status = validator.sessionStatus(state.sessionId, terms.account);
        state.alive =
            state.status == SessionStore.STATUS_ENABLED &&
            terms.epoch == validator.epochOf(terms.account) &&
            validator.isInitialized(terms.account) &&
            !validator.isPaused(terms.account) &&
            block.timestamp >= terms.validAfter &&
            block.timestamp <= terms.validUntil;
        state.budgets = new BudgetState[](terms.budgets.length);
        for (uint256 i; i < state.budgets.length; ++i) {
            state.budgets[i] = _budgetState(validator, state.sessionId, terms, i);
        }
    }

    /// @notice The id of the session with these terms on this chain.
    function sessionId(SessionTerms calldata terms) public view returns (bytes32) {
        if (terms.height > MAX_TREE_HEIGHT) revert TreeTooHigh(terms.height, MAX_TREE_HEIGHT);
        bytes32[] memory budgets = new bytes32[](terms.budgets.length);
        for (uint256 i; i < budgets.length; ++i) budgets[i] = _budget(terms, i).hash();
        return
            keccak256(
                abi.encode(
                    TypeHashes.session(terms.height),
                    terms.account,
                    block.chainid,
                    terms.epoch,
                    terms.salt,
                    keccak256(terms.signer),
                    terms.validAfter,
                    terms.validUntil,
                    terms.paymaster,
                    terms.feeBudget,
                    keccak256(abi.encodePacked(budgets)),
                    terms.permissionsRoot
                )
            );
    }

    function _budgetState(
        ISessionKeyValidator validator,
        bytes32 id,
        SessionTerms calldata terms,
        uint256 index
    ) private view returns (BudgetState memory state) {
        Budget budget = _budget(terms, index);
        uint256 time = Math.max(block.timestamp, terms.validAfter);
        uint256 period;
        (state.spent, period) = validator.budgetUsage(id, terms.account, index);
        if (budget.kind() == BUDGET_PERIODIC) {
            uint256 current = (time - terms.validAfter) / budget.period();
            if (current > period) state.spent = 0;
            uint256 next = terms.validAfter + (current + 1) * budget.period();
            if (next <= terms.validUntil) state.nextReset = uint48(next);
        }
        if (block.timestamp > terms.validUntil) return state;
        uint256 available =
            budget.kind() == BUDGET_STREAM ? Budgets.accrued(budget, time - terms.validAfter) : budget.limit();
        state.remaining = Math.saturatingSub(available, state.spent);
    }

    function _budget(SessionTerms calldata terms, uint256 index) private pure returns (Budget) {
        BudgetTerms calldata budget = terms.budgets[index];
        return newBudget(budget.kind, budget.limit, budget.period);
    }
}
