// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Budget, BUDGET_PERIODIC, BUDGET_TOTAL} from "../types/Budget.sol";
import {Ledger, LEDGER_CAPPED, LEDGER_CAPPED_ASKED, LEDGER_TIME, LEDGER_TOUCHED} from "../types/Ledger.sol";
import {Session, SESSION_VALID_AFTER} from "../types/Session.sol";
import {MAX_SPENT, Usage, USAGE_BITS, USAGE_MASK, usageOf} from "../types/Usage.sol";
import {SessionState} from "./SessionStore.sol";

/**
 * @notice How much is left. {charge} decides, purely; {settle} charges what the ledger asks, and is the only code that
 * writes usage.
 *
 * Two usages share a word: bits 0-123 for budget 2w, 124-247 for budget 2w + 1. Bits 248-255 of word 0 are the status.
 */
library Budgets {
    /**
     * @notice Charges every touched budget, in order, and narrows the ledger's range.
     * @param first Word 0 of the state, already loaded: it carries the status.
     * @return The new word 0, which is not stored: its writer is the store.
     */
    function settle(
        Ledger ledger,
        Session session,
        SessionState storage state,
        uint256 first
    ) internal returns (uint256) {
        unchecked {
            uint256 touched = ledger.get(LEDGER_TOUCHED);
            if (touched == 0) return first;
            first = _chargePair(ledger, session, first, 0, touched);
            for (uint256 w = 1; touched >> (2 * w) != 0; ++w) {
                if ((touched >> (2 * w)) & 3 == 0) continue;
                uint256 word = state.words[w];
                uint256 updated = _chargePair(ledger, session, word, 2 * w, touched >> (2 * w));
                if (updated != word) state.words[w] = updated;
            }
            return first;
        }
    }

    /**
     * @notice The usage of budget `index` after this operation; narrows the ledger's range to when that is true.
     * Raises {TimeRequired}, {PeriodPassed}, {BudgetExceeded}.
     */
    function charge(Ledger ledger, Session session, uint256 index, Usage usage) internal pure returns (Usage) {
        unchecked {
            Budget budget = ledger.budget(index);
            uint256 kind = budget.kind();
            uint256 spent = usage.spent();
            uint256 available = budget.limit();
            uint256 current;
            if (kind != BUDGET_TOTAL) {
                uint256 time = ledger.get(LEDGER_TIME);
                if (time == 0) revert ISessionKeyValidator.TimeRequired(index);
                uint256 start = session.get(SESSION_VALID_AFTER);
                if (kind == BUDGET_PERIODIC) {
                    current = (time - start) / budget.period();
                    uint256 recorded = usage.period();
                    if (current < recorded) revert ISessionKeyValidator.PeriodPassed(index, current, recorded);
                    if (current > recorded) spent = 0;
                    start += current * budget.period();
                    ledger.narrow(start, start + budget.period() - 1);
                } else {
                    available = accrued(budget, time - start);
                    ledger.narrow(time, type(uint256).max);
                }
            }

            uint256 asked = budget.asked();
            // A stream that was charged at a later time may have spent more than had accrued at this one.
            if (spent > available || asked > available - spent) asked = _capped(ledger, index, available, spent);
            return usageOf(spent + asked, current);
        }
    }

    /**
     * @notice What a STREAM budget allows to be spent in all, `elapsed` seconds after the session's start:
     * floor(limit * elapsed / period), at most what the usage word holds.
     */
    function accrued(Budget budget, uint256 elapsed) internal pure returns (uint256) {
        unchecked {
            // 104 bits times 47 bits.
            return Math.min((budget.limit() * elapsed) / budget.period(), MAX_SPENT);
        }
    }

    /// All that is left, if more is asked because of fees that may be cut off. Raises {BudgetExceeded}.
    function _capped(Ledger ledger, uint256 index, uint256 available, uint256 spent) private pure returns (uint256) {
        unchecked {
            bool capped = ledger.get(LEDGER_CAPPED) == index + 1;
            uint256 asked = capped ? ledger.get(LEDGER_CAPPED_ASKED) : ledger.budget(index).asked();
            if (spent > available || asked > available - spent) {
                revert ISessionKeyValidator.BudgetExceeded(index, asked, Math.saturatingSub(available, spent));
            }
            return available - spent;
        }
    }

    /// {charge} on the usages in one word: of budget `index` if bit 0 of `touched` is set, and the next one if bit 1 is.
    function _chargePair(
        Ledger ledger,
        Session session,
        uint256 word,
        uint256 index,
        uint256 touched
    ) private pure returns (uint256) {
        unchecked {
            if (touched & 1 != 0) word = _chargeAt(ledger, session, word, index, 0);
            if (touched & 2 != 0) word = _chargeAt(ledger, session, word, index + 1, USAGE_BITS);
            return word;
        }
    }

    /// {charge} on the usage that is `shift` bits up in a word.
    function _chargeAt(
        Ledger ledger,
        Session session,
        uint256 word,
        uint256 index,
        uint256 shift
    ) private pure returns (uint256) {
        uint256 usage = (word >> shift) & USAGE_MASK;
        // The bits that change: all others of the word stay.
        uint256 changed = usage ^ Usage.unwrap(charge(ledger, session, index, Usage.wrap(usage)));
        return word ^ (changed << shift);
    }
}
