// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SessionStore} from "../../contracts/libraries/SessionStore.sol";

/// @notice Another status leaves the usage of both budgets in the word as it was.
contract StatusKeepsUsage {
    function prove(uint256 first, uint8 status) external pure {
        uint256 word = SessionStore.withStatus(first, status);
        assert(SessionStore.statusOf(word) == status);
        assert(uint248(word) == uint248(first));
    }
}

contract StatusKeepsUsageBroken {
    function prove(uint256 first, uint8 status) external pure {
        // The old status stays underneath.
        uint256 word = first | (uint256(status) << 248);
        assert(SessionStore.statusOf(word) == status);
    }
}
