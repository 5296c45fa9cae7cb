// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call, CALL_DATA, CALL_DATA_LENGTH, CALL_INDEX} from "../types/Call.sol";
import {Envelope} from "../types/Envelope.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice Finds the argument at a path, following dynamic offsets the way the target follows them.
library Arguments {
    using EnvelopeReader for Envelope;

    uint256 private constant SELECTOR = 4;

    /**
     * @notice The word at a path of `length` (1 to 4) elements at `at`, and the hash of the path. Elements are byte offsets
     * from the first argument. Raises {ArgumentOutOfBounds} unless every read lies wholly in the call's own arguments.
     */
    function take(
        Call call,
        Envelope envelope,
        uint256 at,
        uint256 length
    ) internal pure returns (uint256 argument, bytes32 pathHash) {
        pathHash = SessionHash.ofPath(at, length);
        argument = length == 1 ? _read(call, envelope, wordAt(at) >> 240) : _follow(call, envelope, at, length);
    }

    /// Each element but the last leads to an ABI offset, relative to the same base, that becomes the new base.
    function _follow(Call call, Envelope envelope, uint256 at, uint256 length) private pure returns (uint256) {
        unchecked {
            uint256 base;
            for (; length > 1; --length) {
                uint256 offset = _read(call, envelope, base + (wordAt(at) >> 240));
                // An offset past the arguments cannot lead to a word inside of them; refusing it here keeps `base`
                // below four times the length of the call, so that no sum overflows.
                at += 2;
                if (offset >= call.get(CALL_DATA_LENGTH)) {
                    _refuse(call, envelope, Math.saturatingAdd(offset, base + (wordAt(at) >> 240)));
                }
                base += offset;
            }
            return _read(call, envelope, base + (wordAt(at) >> 240));
        }
    }

    function _read(Call call, Envelope envelope, uint256 position) private pure returns (uint256) {
        unchecked {
            // Both sides are far below 2^256: a call is shorter than the calldata that carries it.
            if (position + SELECTOR + 32 > call.get(CALL_DATA_LENGTH)) _refuse(call, envelope, position);
            return wordAt(call.get(CALL_DATA) + SELECTOR + position);
        }
    }

    function _refuse(Call call, Envelope envelope, uint256 position) private pure {
        unchecked {
            envelope.reachItem();
            uint256 length = call.get(CALL_DATA_LENGTH);
            revert ISessionKeyValidator.ArgumentOutOfBounds(
                call.get(CALL_INDEX),
                position,
                length < SELECTOR ? 0 : length - SELECTOR
            );
        }
    }
}
