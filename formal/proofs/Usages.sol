// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "../../contracts/mocks/formal/Extracted.sol";
import {MAX_SPENT, Usage, USAGE_MASK, usageOf} from "../../contracts/types/Usage.sol";

/// @notice What is spent never exceeds what is available, and the sum does not wrap.
contract SpendingIsBounded {
    function prove(uint256 spent, uint256 asked, uint256 available) external pure {
        uint256 total = Extracted.spend(spent, asked, available);
        assert(total <= available);
        assert(total >= spent && total >= asked);
    }
}

contract SpendingIsBoundedBroken {
    function prove(uint256 spent, uint256 asked, uint256 available) external pure {
        unchecked {
            // The sum is compared, and wraps.
            require(spent <= available && spent + asked <= available);
            assert(spent + asked >= asked);
        }
    }
}

/// @notice Both fields come back as they were packed, and the neighbour's bits stay zero.
contract UsageFits {
    function prove(uint104 spent, uint24 period) external pure {
        require(period < 1 << 20);
        Usage usage = usageOf(spent, period);
        assert(usage.spent() == spent);
        assert(usage.period() == period);
        assert(Usage.unwrap(usage) <= USAGE_MASK);
    }
}

contract UsageFitsBroken {
    function prove(uint104 spent, uint24 period) external pure {
        // One period too many.
        require(period <= 1 << 20);
        assert(Usage.unwrap(usageOf(spent, period)) <= USAGE_MASK);
    }
}

/// @notice A stream's product fits in a word, and what accrues fits in the usage.
contract AccrualFits {
    function prove(uint104 limit, uint48 elapsed, uint32 length) external pure {
        require(length >= 60);
        assert(Extracted.accrued(limit, elapsed, length) <= MAX_SPENT);
    }
}

contract AccrualFitsBroken {
    function prove(uint104 limit, uint48 elapsed, uint32 length) external pure {
        require(length >= 60);
        // Nobody cuts off what the usage cannot hold.
        assert((uint256(limit) * elapsed) / length <= MAX_SPENT);
    }
}
