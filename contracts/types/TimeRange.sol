// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice A range of unix seconds, both ends inclusive, as ERC-4337 packs it into the validation data:
 * `validAfter << 208 | validUntil << 160`, aggregator bits zero.
 */
type TimeRange is uint256;

/// @notice The range from `from` to `to`; both below 2^47, and `to` is never 0 (0 means forever to the EntryPoint).
function timeRange(uint256 from, uint256 to) pure returns (TimeRange) {
    return TimeRange.wrap((from << 208) | (to << 160));
}
