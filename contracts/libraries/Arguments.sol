// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call} from "../types/Call.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice Finds the argument at a path, following dynamic offsets the way the target follows them.
library Arguments {
    uint256 private constant SELECTOR = 4;

    /**
     * @notice The word at a path of `length` (1 to 4) elements at `at`: byte offsets from the first argument. Each
     * element but the last leads to an ABI offset, relative to the same base, that becomes the new base.
     * Raises {ArgumentOutOfBounds} unless every read lies wholly in the call's own arguments.
     */
    function follow(Call memory call, uint256 at, uint256 length) internal pure returns (uint256 word) {
        unchecked {
            uint256 elements = wordAt(at);
            uint256 last = 16 * (length - 1);
            uint256 base;
            for (uint256 shift; shift < last; shift += 16) {
                uint256 offset = _read(call, base + _element(elements, shift));
                // An offset past the arguments cannot lead to a word inside of them; refusing it here keeps `base`
                // below 2^18, so that no sum overflows.
                if (offset >= call.dataLength) {
                    revert ISessionKeyValidator.ArgumentOutOfBounds(call.index, offset, _room(call));
                }
                base += offset;
            }
            word = _read(call, base + _element(elements, last));
        }
    }

    function _element(uint256 elements, uint256 shift) private pure returns (uint256) {
        unchecked {
            return (elements >> (240 - shift)) & 0xffff;
        }
    }

    function _room(Call memory call) private pure returns (uint256) {
        unchecked {
            return call.dataLength < SELECTOR ? 0 : call.dataLength - SELECTOR;
        }
    }

    function _read(Call memory call, uint256 position) private pure returns (uint256) {
        unchecked {
            // Both sides are far below 2^256: a call is shorter than the calldata that carries it.
            if (position + SELECTOR + 32 > call.dataLength) {
                revert ISessionKeyValidator.ArgumentOutOfBounds(call.index, position, _room(call));
            }
            return wordAt(call.dataAt + SELECTOR + position);
        }
    }
}
