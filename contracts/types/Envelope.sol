// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {ENVELOPE_PLACE} from "./Frame.sol";

/**
 * @notice The envelope in `userOp.signature`: where it lies, and what its header said besides the session. Seven words in
 * memory; positions are in calldata.
 */
type Envelope is uint256;

using {get, set} for Envelope global;

uint256 constant ENVELOPE_START = 0;
/// @dev One past the last byte of `userOp.signature`.
uint256 constant ENVELOPE_END = 1;
/// @dev {MODE_USE}, {MODE_ENABLE} or {MODE_SIGNED}.
uint256 constant ENVELOPE_MODE = 2;
/// @dev Of the permission tree.
uint256 constant ENVELOPE_HEIGHT = 3;
/// @dev Where the signer's bytes start.
uint256 constant ENVELOPE_SIGNER = 4;
uint256 constant ENVELOPE_SIGNER_LENGTH = 5;
/// @dev Where the rule or the charge ends that is being judged.
uint256 constant ENVELOPE_ITEM_END = 6;
uint256 constant ENVELOPE_WORDS = 7;

/// @dev The session must be enabled.
uint256 constant MODE_USE = 0;
/// @dev The owner's grant travels along; the session is enabled, then used.
uint256 constant MODE_ENABLE = 1;
/// @dev The owner's grant travels along, every time; nothing is stored but usage.
uint256 constant MODE_SIGNED = 2;

/// @notice The envelope of this validation: `length` bytes at `start`, unread.
function newEnvelope(uint256 start, uint256 length) pure returns (Envelope self) {
    self = Envelope.wrap(ENVELOPE_PLACE);
    unchecked {
        self.set(ENVELOPE_START, start);
        self.set(ENVELOPE_END, start + length);
    }
}

/// @notice The word that an `ENVELOPE_` constant names.
function get(Envelope, uint256 word) pure returns (uint256) {
    return Memory.load(ENVELOPE_PLACE, word);
}

/// @notice Sets the word that an `ENVELOPE_` constant names.
function set(Envelope, uint256 word, uint256 value) pure {
    Memory.store(ENVELOPE_PLACE, word, value);
}
