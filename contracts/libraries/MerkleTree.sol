// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {EnvelopeReader, Reader} from "./EnvelopeReader.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice Trees as EIP-712 hashes nested arrays of two: `keccak256(left | right)` at each level.
library MerkleTree {
    using EnvelopeReader for Reader;

    /**
     * @notice Reads a proof (leaf index, then siblings from leaf to root; nothing for height 0) and returns the root.
     * Bit d of the index, least significant first, is set where we are the right child at level d.
     */
    function takeRoot(Reader memory reader, bytes32 leaf, uint256 height) internal pure returns (bytes32 root) {
        unchecked {
            root = leaf;
            if (height == 0) return root;
            uint256 index = wordAt(reader.advance(2)) >> 240;
            if (index >> height != 0) revert ISessionKeyValidator.InvalidLeafIndex(index, 1 << height);
            uint256 at = reader.advance(32 * height);
            for (uint256 level; level < height; ++level) {
                bytes32 sibling = bytes32(wordAt(at + 32 * level));
                root =
                    (index >> level) & 1 == 0
                        ? Hashes.efficientKeccak256(root, sibling)
                        : Hashes.efficientKeccak256(sibling, root);
            }
        }
    }
}
