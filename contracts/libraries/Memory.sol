// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice Rows of 32-byte words in memory, by their position.
 * @dev What a `struct` or a `uint256[]` in memory would be, without its price: Solidity writes a zero to every word that
 * it allocates, often twice (once for the return variable), and checks each array index. That was 1,600 of the 10,000
 * gas that a session cost over a plain owner. The types that are made of these rows name their words; each is
 * allocated in one place, with all the words that its functions touch.
 */
library Memory {
    /// @notice Room for `count` words that hold anything: `new uint256[](count)` without zeroing.
    function allocate(uint256 count) internal pure returns (uint256 row) {
        assembly ("memory-safe") {
            row := mload(0x40)
            mstore(0x40, add(row, shl(5, count)))
        }
    }

    /// @notice `row[index]`.
    function load(uint256 row, uint256 index) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(row, shl(5, index)))
        }
    }

    /// @notice `row[index] = word`.
    function store(uint256 row, uint256 index, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(row, shl(5, index)), word)
        }
    }

    /// @notice `keccak256(abi.encodePacked(row))`, of the first `count` words.
    function hash(uint256 row, uint256 count) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(row, shl(5, count))
        }
    }
}
