// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice A session as EIP-712 encodes it: twelve words in memory, in the order of the type, so that the session id is
 * the keccak256 of this very struct. Every number is a whole word, so that nothing is masked again and again; each was
 * read with the width of its type.
 */
struct Session {
    /// keccak256 of the type string, which names the height of the permission tree
    bytes32 typeHash;
    address account;
    uint256 chainId;
    /// the account's epoch, from storage: a bump kills the session
    uint256 epoch;
    uint256 salt;
    bytes32 signerHash;
    /// unix seconds; see the interface for the bounds
    uint256 validAfter;
    /// unix seconds, inclusive
    uint256 validUntil;
    /// 0: none, {ANY_PAYMASTER}: any, else this one only
    address paymaster;
    /// index of the budget that pays fees, {FEES_UNLIMITED} or {FEES_SPONSORED}
    uint256 feeBudget;
    bytes32 budgetsHash;
    /// root of the permission tree; for height 0 the hash of the only permission
    bytes32 permissionsRoot;
}

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
