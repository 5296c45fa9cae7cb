// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {PERMISSION_PLACE} from "./Frame.sol";

/**
 * @notice A permission as EIP-712 encodes it: seven words in memory, in the order of the type. The `PERMISSION_` constants
 * name the words.
 */
type Permission is uint256;

using {hash, set} for Permission global;

uint256 constant PERMISSION_TYPE_HASH = 0;
uint256 constant PERMISSION_KIND = 1;
/// @dev That of the call; 0 for ANY_TARGET.
uint256 constant PERMISSION_TARGET = 2;
/// @dev That of the call, left-aligned; 0 but for CALL.
uint256 constant PERMISSION_SELECTOR = 3;
uint256 constant PERMISSION_MAX_VALUE = 4;
uint256 constant PERMISSION_RULES_HASH = 5;
uint256 constant PERMISSION_CHARGES_HASH = 6;
uint256 constant PERMISSION_WORDS = 7;

/// @dev Permission kinds. CALL: one selector of one target. TRANSFER: no calldata. ANY_CALL: any selector of one target.
uint256 constant KIND_CALL = 0;
uint256 constant KIND_TRANSFER = 1;
uint256 constant KIND_ANY_CALL = 2;
/// @dev Flag, with CALL only: one selector of whatever target (hashed as target 0).
uint256 constant KIND_ANY_TARGET = 0x80;

uint256 constant MAX_RULES = 16;
uint256 constant MAX_CHARGES = 8;

/// @notice A permission to be filled in, again and again; all words but the type hash have yet to be set.
function newPermission() pure returns (Permission self) {
    self = Permission.wrap(PERMISSION_PLACE);
    self.set(PERMISSION_TYPE_HASH, uint256(TypeHashes.PERMISSION));
}

/// @notice Sets the word that a `PERMISSION_` constant names; `value` has the width of its EIP-712 type.
function set(Permission, uint256 word, uint256 value) pure {
    Memory.store(PERMISSION_PLACE, word, value);
}

/// @notice `keccak256(abi.encode(typeHash, kind, ... chargesHash))`.
function hash(Permission) pure returns (bytes32) {
    return Memory.hash(PERMISSION_PLACE, PERMISSION_WORDS);
}
