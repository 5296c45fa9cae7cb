// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "../../contracts/mocks/formal/Extracted.sol";
import {MAX_PERIODS} from "../../contracts/types/Budget.sol";

/// @notice The window of a period contains the claimed time.
contract PeriodContainsTime {
    function prove(uint48 time, uint48 start, uint32 length) external pure {
        require(length >= 60 && start <= time);
        (, uint256 first, uint256 last) = Extracted.period(time, start, length);
        assert(first <= time);
        assert(time <= last);
    }
}

contract PeriodContainsTimeBroken {
    function prove(uint48 time, uint48 start, uint32 length) external pure {
        require(length >= 60 && start <= time);
        (, uint256 first, ) = Extracted.period(time, start, length);
        // The last second belongs to nobody.
        assert(time < first + length - 1);
    }
}

/// @notice Cut off at the end of the session, the window lies within it and still contains the claimed time.
contract PeriodWithinSession {
    function prove(uint48 time, uint48 start, uint48 end, uint32 length) external pure {
        require(length >= 60 && start <= time && time <= end);
        (, uint256 first, uint256 last) = Extracted.period(time, start, length);
        (uint256 validAfter, uint256 validUntil) = Extracted.narrow(start, end, first, last);
        assert(validAfter >= start && validUntil <= end);
        assert(validAfter <= time && time <= validUntil);
    }
}

contract PeriodWithinSessionBroken {
    function prove(uint48 time, uint48 start, uint48 end, uint32 length) external pure {
        require(length >= 60 && start <= time && time <= end);
        // Periods of the calendar, not of the session.
        (, uint256 first, ) = Extracted.period(time, 0, length);
        assert(first >= start);
    }
}

/// @notice Two times of one session are in the same period only if they have the same window, and windows do not overlap.
contract PeriodsAreApart {
    function prove(uint48 early, uint48 late, uint48 start, uint32 length) external pure {
        require(length >= 60 && start <= early && early <= late);
        (uint256 before, , uint256 last) = Extracted.period(early, start, length);
        (uint256 later, uint256 first, ) = Extracted.period(late, start, length);
        assert(before <= later);
        assert(before == later || last < first);
    }
}

contract PeriodsAreApartBroken {
    function prove(uint48 early, uint48 late, uint48 start, uint32 length) external pure {
        require(length >= 60 && start <= early && early <= late);
        (uint256 before, , uint256 last) = Extracted.period(early, start, length);
        (uint256 later, uint256 first, ) = Extracted.period(late, start, length);
        // The last second counts twice.
        assert(before == later || last + 1 < first);
    }
}

/// @notice The number of a period fits in the 20 bits that a usage has for it.
contract PeriodIndexFits {
    function prove(uint48 time, uint48 start, uint48 end, uint32 length) external pure {
        require(length >= 60 && start <= time && time <= end && end - start <= MAX_PERIODS * length);
        (uint256 index, , ) = Extracted.period(time, start, length);
        assert(index < 1 << 20);
    }
}

contract PeriodIndexFitsBroken {
    function prove(uint48 time, uint48 start, uint48 end, uint32 length) external pure {
        // One period too many.
        require(length >= 60 && start <= time && time <= end && end - start <= (MAX_PERIODS + 1) * length);
        (uint256 index, , ) = Extracted.period(time, start, length);
        assert(index < 1 << 20);
    }
}
