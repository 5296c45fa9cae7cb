// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice A row of 32-byte words in memory, by its position.
 * @dev A `uint256[]` without its price: no length word, no zeroing, no bounds check at each access (about 100 gas for an
 * array of one, and each permission needs several). Every caller loops to the count that it reserved.
 */
type Words is uint256;

using {get, set, hash} for Words global;

/// @notice Room for `count` words, with whatever memory holds: `new uint256[](count)`.
function reserve(uint256 count) pure returns (Words words) {
    assembly ("memory-safe") {
        words := mload(0x40)
        mstore(0x40, add(words, shl(5, count)))
    }
}

/// @notice `words[index]`.
function get(Words self, uint256 index) pure returns (uint256 word) {
    assembly ("memory-safe") {
        word := mload(add(self, shl(5, index)))
    }
}

/// @notice `words[index] = word`.
function set(Words self, uint256 index, uint256 word) pure {
    assembly ("memory-safe") {
        mstore(add(self, shl(5, index)), word)
    }
}

/// @notice `keccak256(abi.encodePacked(words))`, of the first `count`: how EIP-712 hashes an array of structs.
function hash(Words self, uint256 count) pure returns (bytes32 digest) {
    assembly ("memory-safe") {
        digest := keccak256(self, shl(5, count))
    }
}
