// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {RULE_PLACE} from "./Frame.sol";

/// @notice A rule as EIP-712 encodes it: six words in memory, in the order of the type. The `RULE_` constants name them.
type Rule is uint256;

using {hash, set} for Rule global;

uint256 constant RULE_TYPE_HASH = 0;
uint256 constant RULE_OP = 1;
uint256 constant RULE_PATH_HASH = 2;
uint256 constant RULE_OTHER_HASH = 3;
uint256 constant RULE_MASK = 4;
uint256 constant RULE_VALUE = 5;
uint256 constant RULE_WORDS = 6;

/// @dev Comparisons. The four signed ones follow the four unsigned ones in the same order.
uint256 constant OP_EQ = 0;
uint256 constant OP_NEQ = 1;
uint256 constant OP_GT = 2;
uint256 constant OP_LT = 3;
uint256 constant OP_GTE = 4;
uint256 constant OP_LTE = 5;
uint256 constant OP_SGT = 6;
uint256 constant OP_SLTE = 9;

/// @dev Of the path of a rule or a charge.
uint256 constant MAX_PATH_LENGTH = 4;

/// @notice A rule to be filled in, again and again; all words but the type hash have yet to be set.
function newRule() pure returns (Rule self) {
    self.set(RULE_TYPE_HASH, uint256(TypeHashes.RULE));
}

/// @notice Sets the word that a `RULE_` constant names; `value` has the width of its EIP-712 type.
function set(Rule, uint256 word, uint256 value) pure {
    Memory.store(RULE_PLACE, word, value);
}

/// @notice `keccak256(abi.encode(typeHash, op, ... value))`.
function hash(Rule) pure returns (bytes32) {
    return Memory.hash(RULE_PLACE, RULE_WORDS);
}
