// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {wordAt} from "../libraries/CalldataWord.sol";

/// @notice One call of the operation. Positions are in the calldata of `validateUserOp`.
struct Call {
    /// position in the batch, for the errors
    uint256 index;
    address target;
    uint256 value;
    /// where the call's own calldata starts
    uint256 dataAt;
    uint256 dataLength;
}

/**
 * @notice The calls of an operation whose encoding was found canonical: position of `executionCalldata` << 16 |
 * 1 << 8 if it is a batch | number of calls. Only the execution decoder makes one.
 */
type Calls is uint256;

using {count, load} for Calls global;

uint256 constant MAX_CALLS = 32;
uint256 constant BATCH_FLAG = 1 << 8;

/// @notice How many calls there are.
function count(Calls self) pure returns (uint256) {
    return Calls.unwrap(self) & 0xff;
}

/// @notice Makes `call` call `index` (below {count}). Every position was bounded by the execution decoder.
function load(Calls self, uint256 index, Call memory call) pure {
    unchecked {
        uint256 start = Calls.unwrap(self) >> 16;
        call.index = index;
        if (Calls.unwrap(self) & BATCH_FLAG == 0) {
            // target 20 | value 32 | data
            call.target = address(uint160(wordAt(start) >> 96));
            call.value = wordAt(start + 20);
            call.dataAt = start + 52;
            call.dataLength = wordAt(start - 32) - 52;
        } else {
            // offset of the array | count | pointers, counted from the first pointer | tuples
            uint256 tuple = start + 64 + wordAt(start + 64 + 32 * index);
            call.target = address(uint160(wordAt(tuple)));
            call.value = wordAt(tuple + 32);
            call.dataAt = tuple + 128;
            call.dataLength = wordAt(tuple + 96);
        }
    }
}
