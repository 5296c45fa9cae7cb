// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice The 32 bytes of calldata at an absolute position; zeros beyond its end.
 * @dev Solidity has no such read: `bytes32(msg.data[position:position + 32])` costs two comparisons and a mask more, and
 * reverts with a panic where this module names what it found. Every caller checks its own bounds.
 */
function wordAt(uint256 position) pure returns (uint256 word) {
    assembly ("memory-safe") {
        word := calldataload(position)
    }
}
