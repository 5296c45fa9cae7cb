// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call, CALL_VALUE} from "../types/Call.sol";
import {
    Charge,
    CHARGE_BUDGET,
    CHARGE_PATH_HASH,
    CHARGE_SOURCE,
    SOURCE_ARGUMENT,
    SOURCE_COUNT
} from "../types/Charge.sol";
import {Envelope, ENVELOPE_ITEM_END} from "../types/Envelope.sol";
import {Ledger, LEDGER_COUNT} from "../types/Ledger.sol";
import {MAX_PATH_LENGTH} from "../types/Rule.sol";
import {Arguments} from "./Arguments.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice One charge: an amount of the call, added to what the operation asks of a budget.
library Charges {
    using Arguments for Call;
    using EnvelopeReader for Envelope;

    /// @notice Reads the charge at `at`, enters it in the ledger, and fills in what is hashed of it.
    function take(
        Envelope envelope,
        uint256 at,
        Call call,
        Ledger ledger,
        Charge charge
    ) internal pure returns (uint256 next) {
        unchecked {
            uint256 head = wordAt(at);
            uint256 budget = head >> 248;
            uint256 source = uint8(head >> 240);
            uint256 length = uint8(head >> 232);
            next = at + 3 + 2 * length;
            if (budget >= ledger.get(LEDGER_COUNT)) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownBudget(budget, ledger.get(LEDGER_COUNT));
            }
            uint256 amount;
            bytes32 pathHash = SessionHash.EMPTY;
            if (source == SOURCE_ARGUMENT && length - 1 < MAX_PATH_LENGTH) {
                envelope.set(ENVELOPE_ITEM_END, next);
                (amount, pathHash) = call.take(envelope, at + 3, length);
            } else {
                _requireNoPath(envelope, at, source, length);
                amount = source == SOURCE_COUNT ? 1 : call.get(CALL_VALUE);
            }
            ledger.add(budget, amount);
            charge.set(CHARGE_BUDGET, budget);
            charge.set(CHARGE_SOURCE, source);
            charge.set(CHARGE_PATH_HASH, uint256(pathHash));
        }
    }

    /// The other sources have no path, and ARGUMENT has one of 1 to 4 elements.
    function _requireNoPath(Envelope envelope, uint256 at, uint256 source, uint256 length) private pure {
        unchecked {
            if (source > SOURCE_ARGUMENT) {
                envelope.reach(at + 2);
                revert ISessionKeyValidator.UnknownSource(source);
            }
            (uint256 min, uint256 max) = source == SOURCE_ARGUMENT ? (1, MAX_PATH_LENGTH) : (0, 0);
            if (length - min > max - min) {
                envelope.reach(at + 3);
                revert ISessionKeyValidator.InvalidPathLength(length, min, max);
            }
        }
    }
}
