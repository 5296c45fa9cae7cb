// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7579Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {BATCH_FLAG, Calls, MAX_CALLS} from "../types/Call.sol";
import {wordAt} from "./CalldataWord.sol";

/**
 * @notice Decodes `execute(bytes32 mode, bytes executionCalldata)` and accepts the one canonical ABI encoding only:
 * every offset, length, padding byte and the total length are derived anew and must match, so that no account can
 * decode other calls than the ones that were checked.
 */
library ExecutionDecoder {
    uint256 internal constant MODE_SINGLE = 0;
    uint256 internal constant MODE_BATCH = 1 << 248;

    /// selector 4 | mode 32 | offset 32 | length 32
    uint256 private constant HEAD = 100;
    /// target 20 | value 32
    uint256 private constant SINGLE_HEAD = 52;
    /// offset 32 | count 32
    uint256 private constant BATCH_HEAD = 64;
    /// target 32 | value 32 | offset 32 | length 32
    uint256 private constant TUPLE_HEAD = 128;

    /// @notice The calls of the operation, at least one. Raises what the interface lists under `userOp.callData`.
    function decode(bytes calldata callData) internal pure returns (Calls) {
        unchecked {
            uint256 start;
            assembly ("memory-safe") {
                // Solidity cannot tell where a calldata slice lies.
                start := callData.offset
            }
            uint256 mode = wordAt(start + 4);
            uint256 length = wordAt(start + 68);
            uint256 padded = _padded(length);
            // Each term is 0 exactly if what it compares is as it must be; together they cost one jump, not eight. A length
            // below 2^64 cannot overflow, so that `padded` is what follows the head only if `length` lies within it.
            uint256 wrong = (uint256(bytes32(IERC7579Execution.execute.selector)) >> 224) ^ (wordAt(start) >> 224);
            wrong |= (mode & ~MODE_BATCH) | (wordAt(start + 36) ^ 0x40) | (length >> 64);
            wrong |= (padded ^ (callData.length - HEAD)) | _padding(start + HEAD + length, padded - length);
            if (wrong != 0) _requireCanonical(start, callData.length);

            uint256 calls = mode == MODE_SINGLE ? _single(length) : _batch(start, length);
            return Calls.wrap(((start + HEAD) << 16) | calls);
        }
    }

    function _single(uint256 length) private pure returns (uint256) {
        if (length < SINGLE_HEAD) revert ISessionKeyValidator.NonCanonicalLength(HEAD, length, SINGLE_HEAD);
        return 1;
    }

    function _batch(uint256 start, uint256 length) private pure returns (uint256 count) {
        unchecked {
            if (length < BATCH_HEAD) revert ISessionKeyValidator.NonCanonicalLength(HEAD, length, BATCH_HEAD);
            _requireWord(start, HEAD, 0x20);
            count = wordAt(start + HEAD + 32);
            if (count == 0 || count > MAX_CALLS) revert ISessionKeyValidator.InvalidCallCount(count, MAX_CALLS);

            // As in {decode}. Pointers and tuples count from the first pointer; `next` is where the next tuple must start.
            uint256 base = start + HEAD + BATCH_HEAD;
            uint256 next = 32 * count;
            uint256 wrong;
            for (uint256 pointer = base; pointer < base + 32 * count; pointer += 32) {
                uint256 tuple = base + next;
                uint256 dataLength = wordAt(tuple + 96);
                uint256 padded = _padded(dataLength);
                wrong |= (wordAt(pointer) ^ next) | (wordAt(tuple) >> 160) | (wordAt(tuple + 64) ^ 0x60);
                next += TUPLE_HEAD + padded;
                wrong |= (dataLength >> 64) | _padding(tuple + TUPLE_HEAD + dataLength, padded - dataLength);
            }
            // Tuples only ever grow: if the last one ends where the room does, all of them lie in it.
            wrong |= next ^ (length - BATCH_HEAD);
            if (wrong != 0) _requireCanonicalTuples(start, length, count);
            return BATCH_FLAG | count;
        }
    }

    /// What {decode} compares, one by one, to name what is wrong.
    function _requireCanonical(uint256 start, uint256 total) private pure {
        unchecked {
            bytes4 selector = total < 4 ? bytes4(0) : bytes4(bytes32(wordAt(start)));
            if (selector != IERC7579Execution.execute.selector) {
                revert ISessionKeyValidator.ForbiddenSelector(selector, IERC7579Execution.execute.selector);
            }
            if (total < HEAD) revert ISessionKeyValidator.NonCanonicalLength(0, total, HEAD);

            uint256 mode = wordAt(start + 4);
            if (mode != MODE_SINGLE && mode != MODE_BATCH) revert ISessionKeyValidator.ForbiddenMode(bytes32(mode));
            _requireWord(start, 36, 0x40);

            uint256 length = wordAt(start + 68);
            // total >= HEAD, so the difference is the room there is; a length within it cannot overflow below.
            _requireWithin(HEAD, length, total - HEAD);
            uint256 padded = _padded(length);
            if (HEAD + padded != total) revert ISessionKeyValidator.NonCanonicalLength(0, total, HEAD + padded);
            _requireZeroPadding(start, HEAD + length, padded - length);
        }
    }

    /// What {_batch} compares, one by one, to name what is wrong.
    function _requireCanonicalTuples(uint256 start, uint256 length, uint256 count) private pure {
        unchecked {
            uint256 base = HEAD + BATCH_HEAD;
            uint256 room = length - BATCH_HEAD;
            uint256 next = 32 * count;
            for (uint256 i; i < count; ++i) {
                // From here on the pointers lie before `next` and the tuple's head lies in the room.
                if (next + TUPLE_HEAD > room) {
                    revert ISessionKeyValidator.NonCanonicalLength(base, room, next + TUPLE_HEAD);
                }
                _requireWord(start, base + 32 * i, next);
                uint256 tuple = base + next;
                uint256 target = wordAt(start + tuple);
                if (target >> 160 != 0) {
                    revert ISessionKeyValidator.NonCanonicalWord(tuple, target, uint160(target));
                }
                _requireWord(start, tuple + 64, 0x60);
                uint256 dataLength = wordAt(start + tuple + 96);
                next += TUPLE_HEAD;
                // next <= room, so the difference is the room that is left; a length within it cannot overflow below.
                _requireWithin(base + next, dataLength, room - next);
                uint256 padded = _padded(dataLength);
                _requireZeroPadding(start, base + next + dataLength, padded - dataLength);
                next += padded;
            }
            if (next != room) revert ISessionKeyValidator.NonCanonicalLength(base, room, next);
        }
    }

    function _padded(uint256 length) private pure returns (uint256) {
        unchecked {
            return (length + 31) & ~uint256(31);
        }
    }

    function _requireWord(uint256 start, uint256 position, uint256 expected) private pure {
        unchecked {
            uint256 found = wordAt(start + position);
            if (found != expected) revert ISessionKeyValidator.NonCanonicalWord(position, found, expected);
        }
    }

    function _requireWithin(uint256 position, uint256 length, uint256 room) private pure {
        if (length > room) revert ISessionKeyValidator.NonCanonicalLength(position, room, length);
    }

    function _requireZeroPadding(uint256 start, uint256 position, uint256 size) private pure {
        unchecked {
            uint256 padding = _padding(start + position, size);
            if (padding != 0) revert ISessionKeyValidator.NonCanonicalWord(position, padding, 0);
        }
    }

    /// `size` is below 32: what follows the padding is shifted out, and a padding of no bytes shifts out everything.
    function _padding(uint256 at, uint256 size) private pure returns (uint256) {
        unchecked {
            return wordAt(at) >> (256 - 8 * size);
        }
    }
}
