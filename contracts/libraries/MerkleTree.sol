// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Envelope} from "../types/Envelope.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice Trees as EIP-712 hashes nested arrays of two: `keccak256(left | right)` at each level.
library MerkleTree {
    using EnvelopeReader for Envelope;

    /**
     * @notice Reads the proof at `at` (leaf index, then siblings from leaf to root; nothing for height 0): returns the root.
     * Bit d of the index, least significant first, is set where we are the right child at level d.
     */
    function takeRoot(
        Envelope envelope,
        uint256 at,
        bytes32 leaf,
        uint256 height
    ) internal pure returns (bytes32 root, uint256 next) {
        unchecked {
            if (height == 0) return (leaf, at);
            root = leaf;
            uint256 index = wordAt(at) >> 240;
            if (index >> height != 0) {
                envelope.reach(at + 2);
                revert ISessionKeyValidator.InvalidLeafIndex(index, 1 << height);
            }
            at += 2;
            next = at + 32 * height;
            assembly ("memory-safe") {
                // `root = index & 1 == 0 ? keccak256(root | sibling) : keccak256(sibling | root); index >>= 1`, without
                // a jump for the side.
                for {} lt(at, next) {
                    at := add(at, 0x20)
                } {
                    let side := shl(5, and(index, 1))
                    mstore(side, root)
                    mstore(xor(side, 0x20), calldataload(at))
                    root := keccak256(0x00, 0x40)
                    index := shr(1, index)
                }
            }
        }
    }
}
