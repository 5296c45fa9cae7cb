// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Envelope, ENVELOPE_END, ENVELOPE_ITEM_END, ENVELOPE_START} from "../types/Envelope.sol";
import {wordAt} from "./CalldataWord.sol";

/**
 * @notice Reads the envelope from front to back, item by item: the header, a permission, a rule, a charge. Who reads an
 * item gets the position where it starts, and returns the one where it ends. Nothing is read twice.
 * @dev Within an item, fields are read wherever they lie, even past the end (as whatever calldata holds there), and
 * nothing is believed before the envelope is seen to {reach} it: at the end of the header and of a permission, or right
 * before something is refused. So an envelope that was cut off is refused as such, and one check does for many fields.
 */
library EnvelopeReader {
    /// @notice The envelope has everything before `next`. Raises {EnvelopeTruncated}.
    function reach(Envelope self, uint256 next) internal pure {
        if (next > self.get(ENVELOPE_END)) _refuseTruncated(self, next);
    }

    /// @notice The envelope has all of the rule or charge that is about to be refused. Raises {EnvelopeTruncated}.
    function reachItem(Envelope self) internal pure {
        reach(self, self.get(ENVELOPE_ITEM_END));
    }

    /// @notice The integer at `at`, with its length in front: at most `maxSize` bytes, without leading zero bytes.
    function integerAt(Envelope self, uint256 at, uint256 maxSize) internal pure returns (uint256 value, uint256 next) {
        unchecked {
            uint256 size = wordAt(at) >> 248;
            if (size > maxSize) {
                reach(self, at + 1);
                revert ISessionKeyValidator.IntegerTooLong(size, maxSize);
            }
            next = at + 1 + size;
            uint256 word = wordAt(at + 1);
            // For no bytes, everything is shifted out.
            value = word >> (256 - 8 * size);
            // The byte after the integer may well be zero.
            if (word >> 248 == 0) {
                if (size != 0) {
                    reach(self, next);
                    revert ISessionKeyValidator.IntegerNotMinimal(size);
                }
            }
        }
    }

    /// @notice Calldata that was read: `length` bytes at `at`.
    function slice(uint256 at, uint256 length) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            // Solidity makes slices from slices only; this one lies within `userOp.signature`, see {reach}.
            data.offset := at
            data.length := length
        }
    }

    function _refuseTruncated(Envelope self, uint256 next) private pure {
        unchecked {
            uint256 start = self.get(ENVELOPE_START);
            revert ISessionKeyValidator.EnvelopeTruncated(next - start, self.get(ENVELOPE_END) - start);
        }
    }
}
