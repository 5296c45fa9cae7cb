// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call, CALL_VALUE} from "../types/Call.sol";
import {Envelope} from "../types/Envelope.sol";
import {Ledger, LEDGER_COUNT} from "../types/Ledger.sol";
import {MAX_PATH_LENGTH, SOURCE_ARGUMENT, SOURCE_COUNT, SOURCE_VALUE} from "../types/Permission.sol";
import {Arguments} from "./Arguments.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice One charge: an amount of the call, added to what the operation asks of a budget.
library Charges {
    using Arguments for Call;
    using EnvelopeReader for Envelope;

    /// @notice Reads the charge at `at`, enters it in the ledger, and returns its hash.
    function takeHash(
        Envelope envelope,
        uint256 at,
        Call call,
        Ledger ledger
    ) internal pure returns (bytes32 hash, uint256 next) {
        unchecked {
            uint256 head = wordAt(at);
            uint256 budget = head >> 248;
            if (budget >= ledger.get(LEDGER_COUNT)) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownBudget(budget, ledger.get(LEDGER_COUNT));
            }
            uint256 source = uint8(head >> 240);
            if (source > SOURCE_ARGUMENT) {
                envelope.reach(at + 2);
                revert ISessionKeyValidator.UnknownSource(source);
            }
            uint256 length = uint8(head >> 232);
            uint256 path = at + 3;
            if (source == SOURCE_ARGUMENT ? length - 1 >= MAX_PATH_LENGTH : length != 0) {
                envelope.reach(path);
                (uint256 min, uint256 max) = source == SOURCE_ARGUMENT ? (1, MAX_PATH_LENGTH) : (0, 0);
                revert ISessionKeyValidator.InvalidPathLength(length, min, max);
            }
            next = path + 2 * length;
            envelope.reach(next);

            ledger.add(budget, _amount(call, source, path, length));
            hash = SessionHash.ofCharge(budget, source, SessionHash.ofPath(path, length));
        }
    }

    function _amount(Call call, uint256 source, uint256 path, uint256 length) private pure returns (uint256) {
        if (source == SOURCE_COUNT) return 1;
        if (source == SOURCE_VALUE) return call.get(CALL_VALUE);
        return call.follow(path, length);
    }
}
