// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What was charged to one budget: 124 bits, `period index << 104 | spent`.
type Usage is uint256;

using {spent, period} for Usage global;

uint256 constant USAGE_BITS = 124;
uint256 constant USAGE_MASK = (1 << USAGE_BITS) - 1;
uint256 constant MAX_SPENT = (1 << 104) - 1;

/// @notice The usage from its two fields; `spent_` has 104 bits, `period_` 20.
function usageOf(uint256 spent_, uint256 period_) pure returns (Usage) {
    return Usage.wrap((period_ << 104) | spent_);
}

/// @notice Amount charged so far (for PERIODIC: within {period}).
function spent(Usage self) pure returns (uint256) {
    return Usage.unwrap(self) & MAX_SPENT;
}

/// @notice Index of the last charged period; 0 for TOTAL and STREAM.
function period(Usage self) pure returns (uint256) {
    return Usage.unwrap(self) >> 104;
}
