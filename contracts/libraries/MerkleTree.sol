// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Envelope} from "../types/Envelope.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice Trees as EIP-712 hashes nested arrays of two: `keccak256(left | right)` at each level.
library MerkleTree {
    using EnvelopeReader for Envelope;

    /**
     * @notice Reads a proof (leaf index, then siblings from leaf to root; nothing for height 0) and returns the root.
     * Bit d of the index, least significant first, is set where we are the right child at level d.
     */
    function takeRoot(Envelope envelope, bytes32 leaf, uint256 height) internal pure returns (bytes32 root) {
        unchecked {
            root = leaf;
            if (height == 0) return root;
            uint256 at = envelope.position();
            uint256 index = wordAt(at) >> 240;
            if (index >> height != 0) {
                envelope.reach(at + 2);
                revert ISessionKeyValidator.InvalidLeafIndex(index, 1 << height);
            }
            at += 2;
            uint256 end = at + 32 * height;
            envelope.reach(end);
            for (; at < end; at += 32) {
                bytes32 sibling = bytes32(wordAt(at));
                root =
                    index & 1 == 0
                        ? Hashes.efficientKeccak256(root, sibling)
                        : Hashes.efficientKeccak256(sibling, root);
                index >>= 1;
            }
        }
    }
}
