// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call} from "../types/Call.sol";
import {MAX_PATH_LENGTH, SOURCE_ARGUMENT, SOURCE_COUNT, SOURCE_VALUE} from "../types/Permission.sol";
import {Words} from "../types/Words.sol";
import {Arguments} from "./Arguments.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader, Reader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice What one operation asks of the budgets of its session. Nothing is stored until all of it is known.
struct Ledger {
    /// bit i: budget i is charged, be it with 0
    uint256 touched;
    /// how many budgets the session has
    uint256 count;
    /// the {Budget} terms of each
    Words terms;
    /// the amount asked of each, saturating
    Words asked;
    /// which budget pays the fees of the operation; {NO_BUDGET} if none does
    uint256 feeBudget;
    uint256 fee;
    /// fees beyond what remains are cut off instead of refused (an operation with a wrong key, which cannot land)
    bool feeCapped;
}

/// @dev No budget pays the fees: the operation is sponsored, or the account pays without a limit.
uint256 constant NO_BUDGET = type(uint256).max;

/// @notice One charge: an amount of the call, added to what the operation asks of a budget.
library Charges {
    using Arguments for Call;
    using EnvelopeReader for Reader;

    /// @notice Reads the next charge, enters it in the ledger, and returns its hash.
    function takeHash(Reader memory reader, Call memory call, Ledger memory ledger) internal pure returns (bytes32) {
        uint256 head = wordAt(reader.advance(2));
        (uint256 budget, uint256 source) = (head >> 248, uint8(head >> 240));
        if (budget >= ledger.count) {
            revert ISessionKeyValidator.UnknownBudget(budget, ledger.count);
        }
        if (source > SOURCE_ARGUMENT) revert ISessionKeyValidator.UnknownSource(source);
        (uint256 path, uint256 length) = source == SOURCE_ARGUMENT
            ? reader.takePath(1, MAX_PATH_LENGTH)
            : reader.takePath(0, 0);

        if (source == SOURCE_COUNT) add(ledger, budget, 1);
        else if (source == SOURCE_VALUE) add(ledger, budget, call.value);
        else add(ledger, budget, call.follow(path, length));

        return SessionHash.ofCharge(budget, source, SessionHash.ofPath(path, length));
    }

    /// @notice Asks `amount` of `budget`. A sum beyond 2^256 - 1 stays there: no budget has that much.
    function add(Ledger memory ledger, uint256 budget, uint256 amount) internal pure {
        ledger.touched |= 1 << budget;
        ledger.asked.set(budget, Math.saturatingAdd(ledger.asked.get(budget), amount));
    }

    /// @notice The fees of the operation, to be paid by `budget`.
    function addFee(Ledger memory ledger, uint256 budget, uint256 fee, bool capped) internal pure {
        ledger.touched |= 1 << budget;
        (ledger.feeBudget, ledger.fee, ledger.feeCapped) = (budget, fee, capped);
    }
}
