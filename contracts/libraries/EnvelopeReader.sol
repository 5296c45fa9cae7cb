// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice Where we are in `userOp.signature`; positions are in calldata.
struct Reader {
    uint256 position;
    /// one past the last byte
    uint256 end;
    uint256 start;
}

/**
 * @notice Reads the envelope from front to back: fixed fields, short integers, byte strings. Nothing is read twice and
 * nothing is believed that lies past the end.
 */
library EnvelopeReader {
    /// @notice Steps over the next `size` bytes and returns where they start. `size` is below 2^16.
    function advance(Reader memory self, uint256 size) internal pure returns (uint256 at) {
        unchecked {
            at = self.position;
            self.position = at + size;
            if (self.position > self.end) _refuseTruncated(self);
        }
    }

    /// @notice The next byte.
    function takeByte(Reader memory self) internal pure returns (uint256) {
        return wordAt(advance(self, 1)) >> 248;
    }

    /// @notice An integer with its length in front, at most `maxSize` bytes, without leading zero bytes.
    function takeInteger(Reader memory self, uint256 maxSize) internal pure returns (uint256 value) {
        unchecked {
            uint256 size = takeByte(self);
            if (size == 0) return 0;
            if (size > maxSize) revert ISessionKeyValidator.IntegerTooLong(size, maxSize);
            uint256 word = wordAt(advance(self, size));
            if (word >> 248 == 0) revert ISessionKeyValidator.IntegerNotMinimal(size);
            return word >> (256 - 8 * size);
        }
    }

    /// @notice A path: its element count in front, between `min` and `max`, two bytes each.
    function takePath(Reader memory self, uint256 min, uint256 max) internal pure returns (uint256 at, uint256 length) {
        unchecked {
            length = takeByte(self);
            if (length < min || length > max) revert ISessionKeyValidator.InvalidPathLength(length, min, max);
            at = advance(self, 2 * length);
        }
    }

    /// @notice Calldata that was stepped over: `length` bytes at `at`.
    function slice(uint256 at, uint256 length) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            // Solidity makes slices from slices only; this one lies within `userOp.signature`, see {advance}.
            data.offset := at
            data.length := length
        }
    }

    /// Apart from {advance}, which is small enough to be inlined without it.
    function _refuseTruncated(Reader memory self) private pure {
        unchecked {
            revert ISessionKeyValidator.EnvelopeTruncated(self.position - self.start, self.end - self.start);
        }
    }
}
