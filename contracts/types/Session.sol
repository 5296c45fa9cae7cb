// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {SESSION_PLACE} from "./Frame.sol";

/**
 * @notice A session as EIP-712 encodes it: twelve words in memory, in the order of the type, so that the session id is
 * their keccak256. The `SESSION_` constants name the words.
 */
type Session is uint256;

using {get, set, id} for Session global;

/// @dev keccak256 of the type string, which names the height of the permission tree.
uint256 constant SESSION_TYPE_HASH = 0;
uint256 constant SESSION_ACCOUNT = 1;
uint256 constant SESSION_CHAIN_ID = 2;
/// @dev The account's epoch, from storage: a bump kills the session.
uint256 constant SESSION_EPOCH = 3;
uint256 constant SESSION_SALT = 4;
uint256 constant SESSION_SIGNER_HASH = 5;
/// @dev Unix seconds; see the interface for the bounds.
uint256 constant SESSION_VALID_AFTER = 6;
/// @dev Unix seconds, inclusive.
uint256 constant SESSION_VALID_UNTIL = 7;
/// @dev 0: none, {ANY_PAYMASTER}: any, else this one only.
uint256 constant SESSION_PAYMASTER = 8;
/// @dev Index of the budget that pays fees, {FEES_UNLIMITED} or {FEES_SPONSORED}.
uint256 constant SESSION_FEE_BUDGET = 9;
uint256 constant SESSION_BUDGETS_HASH = 10;
/// @dev Root of the permission tree; for height 0 the hash of the only permission.
uint256 constant SESSION_PERMISSIONS_ROOT = 11;
uint256 constant SESSION_WORDS = 12;

address constant ANY_PAYMASTER = address(type(uint160).max);

/// @dev The account pays its fees without a limit.
uint256 constant FEES_UNLIMITED = 254;
/// @dev The account never pays fees.
uint256 constant FEES_SPONSORED = 255;

/// @dev `validUntil` must be below: EntryPoint v0.9 reads bit 47 as "these are block numbers".
uint256 constant TIME_LIMIT = 1 << 47;

uint256 constant MIN_SIGNER_LENGTH = 20;
uint256 constant MAX_SIGNER_LENGTH = 1024;
uint256 constant MAX_TREE_HEIGHT = 10;
uint256 constant MAX_GRANT_HEIGHT = 10;

/// @notice The session of this validation, whose words all have yet to be set.
function newSession() pure returns (Session) {
    return Session.wrap(SESSION_PLACE);
}

/// @notice The word that a `SESSION_` constant names.
function get(Session, uint256 word) pure returns (uint256) {
    return Memory.load(SESSION_PLACE, word);
}

/// @notice Sets the word that a `SESSION_` constant names; `value` has the width of its EIP-712 type.
function set(Session, uint256 word, uint256 value) pure {
    Memory.store(SESSION_PLACE, word, value);
}

/// @notice The session id: `keccak256(abi.encode(typeHash, account, ... permissionsRoot))`.
function id(Session) pure returns (bytes32) {
    return Memory.hash(SESSION_PLACE, SESSION_WORDS);
}
