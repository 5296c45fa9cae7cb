// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "../libraries/Memory.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";

/**
 * @notice A budget as EIP-712 encodes it, four words in memory in the order of the type, and then what the operation asks
 * of it. The value is where the row starts.
 */
type Budget is uint256;

using {ask, asked, fill, hash, kind, limit, period} for Budget global;

uint256 constant BUDGET_TYPE_HASH = 0;
uint256 constant BUDGET_KIND = 1;
uint256 constant BUDGET_LIMIT = 2;
uint256 constant BUDGET_PERIOD = 3;
/// @dev By calls and fees so far; saturating. Not hashed.
uint256 constant BUDGET_ASKED = 4;
uint256 constant BUDGET_WORDS = 5;

/// @dev TOTAL: `limit` over the whole session.
uint256 constant BUDGET_TOTAL = 0;
/// @dev PERIODIC: `limit` in each period of `period` seconds, counted from `validAfter`.
uint256 constant BUDGET_PERIODIC = 1;
/// @dev STREAM: `limit` accrues linearly every `period` seconds since `validAfter`; what is unused carries over.
uint256 constant BUDGET_STREAM = 2;

uint256 constant MAX_BUDGETS = 16;
/// @dev Shorter periods leave no time to get an operation included.
uint256 constant MIN_PERIOD = 60;
/// @dev The usage word has 20 bits for the index of a period.
uint256 constant MAX_PERIODS = (1 << 20) - 1;

/// @notice A budget with these terms, of which nothing is asked yet; `limit_` has 104 bits, `period_` 32.
function newBudget(uint256 kind_, uint256 limit_, uint256 period_) pure returns (Budget self) {
    self = Budget.wrap(Memory.allocate(BUDGET_WORDS));
    self.fill(kind_, limit_, period_);
}

/// @notice Sets all the words of a budget.
function fill(Budget self, uint256 kind_, uint256 limit_, uint256 period_) pure {
    uint256 row = Budget.unwrap(self);
    Memory.store(row, BUDGET_TYPE_HASH, uint256(TypeHashes.BUDGET));
    Memory.store(row, BUDGET_KIND, kind_);
    Memory.store(row, BUDGET_LIMIT, limit_);
    Memory.store(row, BUDGET_PERIOD, period_);
    Memory.store(row, BUDGET_ASKED, 0);
}

/// @notice TOTAL, PERIODIC or STREAM.
function kind(Budget self) pure returns (uint256) {
    return Memory.load(Budget.unwrap(self), BUDGET_KIND);
}

/// @notice Amount, in the unit of whatever is charged.
function limit(Budget self) pure returns (uint256) {
    return Memory.load(Budget.unwrap(self), BUDGET_LIMIT);
}

/// @notice Seconds; 0 for TOTAL.
function period(Budget self) pure returns (uint256) {
    return Memory.load(Budget.unwrap(self), BUDGET_PERIOD);
}

/// @notice What is asked of the budget.
function asked(Budget self) pure returns (uint256) {
    return Memory.load(Budget.unwrap(self), BUDGET_ASKED);
}

/// @notice Asks `amount` more. A sum beyond 2^256 - 1 stays there: no budget has that much.
function ask(Budget self, uint256 amount) pure {
    Memory.store(Budget.unwrap(self), BUDGET_ASKED, Math.saturatingAdd(self.asked(), amount));
}

/// @notice `keccak256(abi.encode(typeHash, kind, limit, period))`.
function hash(Budget self) pure returns (bytes32) {
    return Memory.hash(Budget.unwrap(self), BUDGET_ASKED);
}
