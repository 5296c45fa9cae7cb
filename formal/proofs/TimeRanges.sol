// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "../../contracts/mocks/formal/Extracted.sol";
import {TimeRange, timeRange} from "../../contracts/types/TimeRange.sol";

/// @notice The first second of the range, as the EntryPoint unpacks it.
function firstOf(TimeRange self) pure returns (uint256) {
    return TimeRange.unwrap(self) >> 208;
}

/// @notice The last second of the range, as the EntryPoint unpacks it.
function lastOf(TimeRange self) pure returns (uint256) {
    return uint48(TimeRange.unwrap(self) >> 160);
}

/// @notice A range only ever narrows.
contract NarrowingNarrows {
    function prove(uint48 from, uint48 to, uint48 first, uint48 last) external pure {
        (uint256 validAfter, uint256 validUntil) = Extracted.narrow(from, to, first, last);
        assert(validAfter >= from && validAfter >= first);
        assert(validUntil <= to && validUntil <= last);
    }
}

contract NarrowingNarrowsBroken {
    function prove(uint48 from, uint48 to, uint48 first, uint48 last) external pure {
        // The second end is mistaken for another first one.
        (uint256 validUntil, ) = Extracted.narrow(to, from, last, first);
        assert(validUntil <= to && validUntil <= last);
    }
}

/// @notice However often it is narrowed: never before the session, never after it.
contract NarrowingTwiceNarrows {
    function prove(uint48 from, uint48 to, uint48 a, uint48 b, uint48 c, uint48 d) external pure {
        (uint256 validAfter, uint256 validUntil) = Extracted.narrow(from, to, a, b);
        (uint256 again, uint256 until) = Extracted.narrow(validAfter, validUntil, c, d);
        assert(again >= from && again >= validAfter && until <= to && until <= validUntil);
    }
}

contract NarrowingTwiceNarrowsBroken {
    function prove(uint48 from, uint48 to, uint48 a, uint48 b, uint48 c, uint48 d) external pure {
        (uint256 validAfter, uint256 validUntil) = Extracted.narrow(from, to, a, b);
        // The second budget starts from the session again, and forgets the first.
        (uint256 again, uint256 until) = Extracted.narrow(from, to, c, d);
        assert(again >= validAfter && until <= validUntil);
    }
}

/// @notice Both ends come back as they were packed, and the aggregator's bits are zero.
contract PackingKeeps {
    function prove(uint48 from, uint48 to) external pure {
        TimeRange range = timeRange(from, to);
        assert(firstOf(range) == from);
        assert(lastOf(range) == to);
        assert(uint160(TimeRange.unwrap(range)) == 0);
    }
}

contract PackingKeepsBroken {
    function prove(uint56 from, uint56 to) external pure {
        // A time of 49 bits spills over.
        assert(firstOf(timeRange(from, to)) == from);
    }
}
