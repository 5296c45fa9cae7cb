// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The terms of a budget: `limit << 40 | period << 8 | kind`.
type Budget is uint256;

using {kind, limit, period} for Budget global;

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

/// @notice The terms from their three fields; `limit_` has 104 bits, `period_` 32.
function budgetOf(uint256 kind_, uint256 limit_, uint256 period_) pure returns (Budget) {
    return Budget.wrap((limit_ << 40) | (period_ << 8) | kind_);
}

/// @notice TOTAL, PERIODIC or STREAM.
function kind(Budget self) pure returns (uint256) {
    return Budget.unwrap(self) & 0xff;
}

/// @notice Amount, in the unit of whatever is charged.
function limit(Budget self) pure returns (uint256) {
    return Budget.unwrap(self) >> 40;
}

/// @notice Seconds; 0 for TOTAL.
function period(Budget self) pure returns (uint256) {
    return uint32(Budget.unwrap(self) >> 8);
}
