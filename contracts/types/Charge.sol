// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {CHARGE_PLACE} from "./Frame.sol";

/// @notice A charge as EIP-712 encodes it: four words in memory, in the order of the type. The `CHARGE_` constants name them.
type Charge is uint256;

using {hash, set} for Charge global;

uint256 constant CHARGE_TYPE_HASH = 0;
uint256 constant CHARGE_BUDGET = 1;
uint256 constant CHARGE_SOURCE = 2;
uint256 constant CHARGE_PATH_HASH = 3;
uint256 constant CHARGE_WORDS = 4;

/// @dev What a charge counts: 1 per call, the native value, or an argument of the call.
uint256 constant SOURCE_COUNT = 0;
uint256 constant SOURCE_VALUE = 1;
uint256 constant SOURCE_ARGUMENT = 2;

/// @notice A charge to be filled in, again and again; all words but the type hash have yet to be set.
function newCharge() pure returns (Charge self) {
    self.set(CHARGE_TYPE_HASH, uint256(TypeHashes.CHARGE));
}

/// @notice Sets the word that a `CHARGE_` constant names; `value` has the width of its EIP-712 type.
function set(Charge, uint256 word, uint256 value) pure {
    Memory.store(CHARGE_PLACE, word, value);
}

/// @notice `keccak256(abi.encode(typeHash, budget, source, pathHash))`.
function hash(Charge) pure returns (bytes32) {
    return Memory.hash(CHARGE_PLACE, CHARGE_WORDS);
}
