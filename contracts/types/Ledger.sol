// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {Budget, BUDGET_WORDS} from "./Budget.sol";
import {FRAME_END, LEDGER_PLACE} from "./Frame.sol";
import {TimeRange, timeRange} from "./TimeRange.sol";

/**
 * @notice What one operation asks of the budgets of its session, and for when; nothing is stored until all of it is
 * known. In memory: the `LEDGER_` words, then the budgets.
 */
type Ledger is uint256;

using {get, set, open, budget, add, addFee, range, narrow} for Ledger global;

/// @dev Bit i: budget i is charged, be it with 0.
uint256 constant LEDGER_TOUCHED = 0;
/// @dev How many budgets the session has.
uint256 constant LEDGER_COUNT = 1;
/// @dev The claimed time in unix seconds; 0 when none is claimed (no session is alive at 0).
uint256 constant LEDGER_TIME = 2;
/// @dev When the operation may run: the window of the session, narrowed by the budgets that depend on time.
uint256 constant LEDGER_VALID_AFTER = 3;
/// @dev Inclusive.
uint256 constant LEDGER_VALID_UNTIL = 4;
/// @dev 1 + the budget whose fees are cut off at what remains instead of refused: the operation has a wrong key, so it
/// cannot land. 0 if there is none.
uint256 constant LEDGER_CAPPED = 5;
/// @dev What is asked of that budget without the fees.
uint256 constant LEDGER_CAPPED_ASKED = 6;
uint256 constant LEDGER_WORDS = 7;

/// @notice The ledger of this validation; all its words are zero.
function newLedger() pure returns (Ledger) {
    return Ledger.wrap(LEDGER_PLACE);
}

/// @notice The word that a `LEDGER_` constant names.
function get(Ledger, uint256 word) pure returns (uint256) {
    return Memory.load(LEDGER_PLACE, word);
}

/// @notice Sets the word that a `LEDGER_` constant names.
function set(Ledger, uint256 word, uint256 value) pure {
    Memory.store(LEDGER_PLACE, word, value);
}

/// @notice Room for `count` budgets, each to be filled in. Nothing must have been allocated before: they follow the ledger.
function open(Ledger self, uint256 count) pure {
    unchecked {
        self.set(LEDGER_COUNT, count);
        Memory.allocate(BUDGET_WORDS * count);
    }
}

/// @notice When the operation may run.
function range(Ledger self) pure returns (TimeRange) {
    return timeRange(self.get(LEDGER_VALID_AFTER), self.get(LEDGER_VALID_UNTIL));
}

/// @notice The operation may run between `from` and `to` only, both inclusive.
function narrow(Ledger self, uint256 from, uint256 to) pure {
    if (from > self.get(LEDGER_VALID_AFTER)) self.set(LEDGER_VALID_AFTER, from);
    if (to < self.get(LEDGER_VALID_UNTIL)) self.set(LEDGER_VALID_UNTIL, to);
}

/// @notice Budget `index`.
function budget(Ledger, uint256 index) pure returns (Budget) {
    unchecked {
        return Budget.wrap(FRAME_END + 32 * BUDGET_WORDS * index);
    }
}

/// @notice Asks `amount` of budget `index`.
function add(Ledger self, uint256 index, uint256 amount) pure {
    unchecked {
        self.set(LEDGER_TOUCHED, self.get(LEDGER_TOUCHED) | (1 << index));
        self.budget(index).ask(amount);
    }
}

/// @notice Asks for the fees of the operation; for `capped` see {LEDGER_CAPPED}.
function addFee(Ledger self, uint256 index, uint256 fee, bool capped) pure {
    unchecked {
        if (capped) {
            self.set(LEDGER_CAPPED, index + 1);
            self.set(LEDGER_CAPPED_ASKED, self.budget(index).asked());
        }
        self.add(index, fee);
    }
}
