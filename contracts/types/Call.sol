// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {wordAt} from "../libraries/CalldataWord.sol";
import {Memory} from "../libraries/Memory.sol";
import {CALL_PLACE} from "./Frame.sol";

/// @notice One call of the operation: five words in memory. Positions are in the calldata of `validateUserOp`.
type Call is uint256;

/**
 * @notice The calls of an operation whose encoding was found canonical: position of `executionCalldata` << 16 |
 * 1 << 8 if it is a batch | number of calls. Only the execution decoder makes one.
 */
type Calls is uint256;

using {get, set} for Call global;
using {count, load} for Calls global;

/// @dev Its place in the batch, for the errors.
uint256 constant CALL_INDEX = 0;
uint256 constant CALL_TARGET = 1;
uint256 constant CALL_VALUE = 2;
/// @dev Where the call's own calldata starts.
uint256 constant CALL_DATA = 3;
uint256 constant CALL_DATA_LENGTH = 4;
uint256 constant CALL_WORDS = 5;

uint256 constant MAX_CALLS = 32;
uint256 constant BATCH_FLAG = 1 << 8;

/// @notice A call to be loaded by {load}, again and again.
function newCall() pure returns (Call) {
    return Call.wrap(CALL_PLACE);
}

/// @notice The word that a `CALL_` constant names.
function get(Call, uint256 word) pure returns (uint256) {
    return Memory.load(CALL_PLACE, word);
}

/// @notice How many calls there are.
function count(Calls self) pure returns (uint256) {
    return Calls.unwrap(self) & 0xff;
}

/// @notice Makes `call` call `index` (below {count}). Every position was bounded by the execution decoder.
function load(Calls self, uint256 index, Call call) pure {
    unchecked {
        uint256 start = Calls.unwrap(self) >> 16;
        if (Calls.unwrap(self) & BATCH_FLAG == 0) {
            // target 20 | value 32 | data, after a word with the length of it all
            fill(call, index, wordAt(start) >> 96, wordAt(start + 20), start + 52, wordAt(start - 32) - 52);
        } else {
            // offset of the array | count | pointers, counted from the first pointer | tuples
            uint256 tuple = start + 64 + wordAt(start + 64 + 32 * index);
            fill(call, index, wordAt(tuple), wordAt(tuple + 32), tuple + 128, wordAt(tuple + 96));
        }
    }
}

/// @dev Sets all the words of a call.
function fill(Call self, uint256 index, uint256 target, uint256 value, uint256 data, uint256 length) pure {
    self.set(CALL_INDEX, index);
    self.set(CALL_TARGET, target);
    self.set(CALL_VALUE, value);
    self.set(CALL_DATA, data);
    self.set(CALL_DATA_LENGTH, length);
}

/// @dev Sets the word that a `CALL_` constant names.
function set(Call, uint256 word, uint256 value) pure {
    Memory.store(CALL_PLACE, word, value);
}
