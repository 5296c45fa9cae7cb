// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Budget, BUDGET_PERIODIC, BUDGET_STREAM, BUDGET_TOTAL} from "../types/Budget.sol";
import {TimeRange} from "../types/TimeRange.sol";
import {MAX_SPENT, Usage, USAGE_BITS, USAGE_MASK, usageOf} from "../types/Usage.sol";
import {Ledger} from "./Charges.sol";
import {SessionState} from "./SessionStore.sol";

/**
 * @notice How much is left. {charge} decides, purely; {settle} charges what the ledger asks, and is the only code that
 * writes usage.
 *
 * Two usages share a word: bits 0-123 for budget 2w, 124-247 for budget 2w + 1. Bits 248-255 of word 0 are the status.
 */
library Budgets {
    uint256 private constant PAIR = 3;

    /**
     * @notice Charges every touched budget, in order.
     * @param first Word 0 of the state, already loaded: it carries the status.
     * @param time The claimed time, 0 if none.
     * @param window The window of the session.
     * @return The new word 0 (not stored: its writer is the store), and the window narrowed to the claimed periods.
     */
    function settle(
        Ledger memory ledger,
        SessionState storage state,
        uint256 first,
        uint256 time,
        TimeRange window
    ) internal returns (uint256, TimeRange) {
        unchecked {
            TimeRange range = window;
            uint256 touched = ledger.touched;
            for (uint256 w; touched >> (2 * w) != 0; ++w) {
                uint256 pair = (touched >> (2 * w)) & PAIR;
                if (pair == 0) continue;
                uint256 word = w == 0 ? first : state.words[w];
                uint256 updated = word;
                if (pair & 1 != 0) (updated, range) = _chargeIn(ledger, updated, 2 * w, time, window, range);
                if (pair & 2 != 0) (updated, range) = _chargeIn(ledger, updated, 2 * w + 1, time, window, range);
                if (w == 0) first = updated;
                else if (updated != word) state.words[w] = updated;
            }
            return (first, range);
        }
    }

    /**
     * @notice The usage of budget `index` after this operation, and `range` narrowed to when that is true.
     * Raises {TimeRequired}, {PeriodPassed}, {BudgetExceeded}.
     */
    function charge(
        Ledger memory ledger,
        uint256 index,
        Usage usage,
        uint256 time,
        TimeRange window,
        TimeRange range
    ) internal pure returns (Usage, TimeRange) {
        unchecked {
            Budget budget = Budget.wrap(ledger.terms.get(index));
            uint256 spent = usage.spent();
            uint256 current;
            if (budget.kind() != BUDGET_TOTAL) {
                if (time == 0) revert ISessionKeyValidator.TimeRequired(index);
                (current, range) = _narrow(budget, time, window, range);
                if (current < usage.period()) {
                    revert ISessionKeyValidator.PeriodPassed(index, current, usage.period());
                }
                if (current > usage.period()) spent = 0;
            }

            uint256 available = capacity(budget, time, window);
            uint256 remaining = Math.saturatingSub(available, spent);
            uint256 asked = ledger.asked.get(index);
            if (index == ledger.feeBudget) {
                uint256 fee = ledger.fee;
                if (ledger.feeCapped) fee = Math.min(fee, Math.saturatingSub(remaining, asked));
                asked = Math.saturatingAdd(asked, fee);
            }
            // A stream that was charged at a later time may have spent more than had accrued at this one.
            if (asked > remaining || spent > available) {
                revert ISessionKeyValidator.BudgetExceeded(index, asked, remaining);
            }
            return (usageOf(spent + asked, current), range);
        }
    }

    /**
     * @notice How much the budget allows to be spent in all (for PERIODIC: in the period) at `time`.
     * A stream is floor(limit * elapsed / period), at most what the usage word holds.
     */
    function capacity(Budget budget, uint256 time, TimeRange window) internal pure returns (uint256) {
        unchecked {
            if (budget.kind() != BUDGET_STREAM) return budget.limit();
            // 104 bits times 47 bits.
            uint256 accrued = (budget.limit() * (time - window.validAfter())) / budget.period();
            return Math.min(accrued, MAX_SPENT);
        }
    }

    /// The period that `time` lies in (0 for a stream, which has none), and `range` narrowed to when that is true.
    function _narrow(
        Budget budget,
        uint256 time,
        TimeRange window,
        TimeRange range
    ) private pure returns (uint256 current, TimeRange) {
        unchecked {
            if (budget.kind() != BUDGET_PERIODIC) return (0, range.narrow(time, window.validUntil()));
            uint256 length = budget.period();
            current = (time - window.validAfter()) / length;
            uint256 start = window.validAfter() + current * length;
            return (current, range.narrow(start, start + length - 1));
        }
    }

    /// {charge} on one of the two usages in a word.
    function _chargeIn(
        Ledger memory ledger,
        uint256 word,
        uint256 index,
        uint256 time,
        TimeRange window,
        TimeRange range
    ) private pure returns (uint256, TimeRange) {
        unchecked {
            uint256 shift = USAGE_BITS * (index & 1);
            Usage usage = Usage.wrap((word >> shift) & USAGE_MASK);
            (usage, range) = charge(ledger, index, usage, time, window, range);
            return ((word & ~(USAGE_MASK << shift)) | (Usage.unwrap(usage) << shift), range);
        }
    }
}
