// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice A range of unix seconds, both ends inclusive, as ERC-4337 packs it into the validation data:
 * `validAfter << 208 | validUntil << 160`, aggregator bits zero.
 */
type TimeRange is uint256;

using {validAfter, validUntil} for TimeRange global;

/// @notice The range from `from` to `to`; both below 2^47, and `to` is never 0 (0 means forever to the EntryPoint).
function timeRange(uint256 from, uint256 to) pure returns (TimeRange) {
    return TimeRange.wrap((from << 208) | (to << 160));
}

/// @notice The first second of the range.
function validAfter(TimeRange self) pure returns (uint256) {
    return TimeRange.unwrap(self) >> 208;
}

/// @notice The last second of the range.
function validUntil(TimeRange self) pure returns (uint256) {
    return uint48(TimeRange.unwrap(self) >> 160);
}
