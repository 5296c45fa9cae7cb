// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "../libraries/Memory.sol";
import {Budget} from "./Budget.sol";
import {TimeRange} from "./TimeRange.sol";

/**
 * @notice What one operation asks of the budgets of its session, and for when; nothing is stored until all of it is
 * known. In memory: the `LEDGER_` words, then terms and asked amount of each budget.
 */
type Ledger is uint256;

using {get, set, terms, asked, open, add, addFee, window, range, narrow} for Ledger global;

/// @dev Bit i: budget i is charged, be it with 0.
uint256 constant LEDGER_TOUCHED = 0;
/// @dev How many budgets the session has.
uint256 constant LEDGER_COUNT = 1;
/// @dev The claimed time in unix seconds; 0 when none is claimed (no session is alive at 0).
uint256 constant LEDGER_TIME = 2;
/// @dev The {TimeRange} of the session.
uint256 constant LEDGER_WINDOW = 3;
/// @dev The {TimeRange} in which the operation may run: the window, narrowed by the budgets that depend on time.
uint256 constant LEDGER_RANGE = 4;
/// @dev Which budget pays the fees, or {NO_BUDGET}.
uint256 constant LEDGER_FEE_BUDGET = 5;
uint256 constant LEDGER_FEE = 6;
/// @dev 1 if fees beyond what remains are cut off instead of refused: an operation with a wrong key, which cannot land.
uint256 constant LEDGER_FEE_CAPPED = 7;
uint256 constant LEDGER_WORDS = 8;

/// @dev No budget pays the fees: the operation is sponsored, or the account pays without a limit.
uint256 constant NO_BUDGET = type(uint256).max;

/// @notice A ledger for `count` budgets, each to be {open}ed, of a session with this window. The time is yet to be set.
function newLedger(uint256 count, TimeRange sessionWindow) pure returns (Ledger self) {
    unchecked {
        self = Ledger.wrap(Memory.allocate(LEDGER_WORDS + 2 * count));
        self.set(LEDGER_TOUCHED, 0);
        self.set(LEDGER_COUNT, count);
        self.set(LEDGER_WINDOW, TimeRange.unwrap(sessionWindow));
        self.set(LEDGER_RANGE, TimeRange.unwrap(sessionWindow));
        self.set(LEDGER_FEE_BUDGET, NO_BUDGET);
    }
}

/// @notice The word that a `LEDGER_` constant names.
function get(Ledger self, uint256 word) pure returns (uint256) {
    return Memory.load(Ledger.unwrap(self), word);
}

/// @notice Sets the word that a `LEDGER_` constant names.
function set(Ledger self, uint256 word, uint256 value) pure {
    Memory.store(Ledger.unwrap(self), word, value);
}

/// @notice The window of the session.
function window(Ledger self) pure returns (TimeRange) {
    return TimeRange.wrap(self.get(LEDGER_WINDOW));
}

/// @notice When the operation may run.
function range(Ledger self) pure returns (TimeRange) {
    return TimeRange.wrap(self.get(LEDGER_RANGE));
}

/// @notice The operation may run between `from` and `to` only, both inclusive.
function narrow(Ledger self, uint256 from, uint256 to) pure {
    self.set(LEDGER_RANGE, TimeRange.unwrap(self.range().narrow(from, to)));
}

/// @notice The terms of budget `index`.
function terms(Ledger self, uint256 index) pure returns (Budget) {
    unchecked {
        return Budget.wrap(self.get(LEDGER_WORDS + 2 * index));
    }
}

/// @notice The amount asked of budget `index` by the calls, without fees; saturating.
function asked(Ledger self, uint256 index) pure returns (uint256) {
    unchecked {
        return self.get(LEDGER_WORDS + 1 + 2 * index);
    }
}

/// @notice Enters the terms of budget `index`; nothing is asked of it yet.
function open(Ledger self, uint256 index, Budget budget) pure {
    unchecked {
        self.set(LEDGER_WORDS + 2 * index, Budget.unwrap(budget));
        self.set(LEDGER_WORDS + 1 + 2 * index, 0);
    }
}

/// @notice Asks `amount` of budget `index`. A sum beyond 2^256 - 1 stays there: no budget has that much.
function add(Ledger self, uint256 index, uint256 amount) pure {
    unchecked {
        self.set(LEDGER_TOUCHED, self.get(LEDGER_TOUCHED) | (1 << index));
        self.set(LEDGER_WORDS + 1 + 2 * index, Math.saturatingAdd(self.asked(index), amount));
    }
}

/// @notice The fees of the operation are paid by budget `index`; for `capped` see {LEDGER_FEE_CAPPED}.
function addFee(Ledger self, uint256 index, uint256 fee, bool capped) pure {
    self.set(LEDGER_TOUCHED, self.get(LEDGER_TOUCHED) | (1 << index));
    self.set(LEDGER_FEE_BUDGET, index);
    self.set(LEDGER_FEE, fee);
    self.set(LEDGER_FEE_CAPPED, capped ? 1 : 0);
}
