// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModularAccount} from "session-keys/contracts/accounts/ModularAccount.sol";
import {ISessionKeyValidator} from "session-keys/contracts/interfaces/ISessionKeyValidator.sol";
import {SessionKeyValidator} from "session-keys/contracts/SessionKeyValidator.sol";

/// @notice A validator of one's own: everything of ours, and a name.
contract NamedValidator is SessionKeyValidator {
    string public label = "mine";
}

/// @notice Asks a validator whether it works for this contract.
contract Guarded {
    ISessionKeyValidator public immutable VALIDATOR;

    constructor(ISessionKeyValidator validator) {
        VALIDATOR = validator;
    }

    function epoch(ModularAccount account) external view returns (uint64) {
        return VALIDATOR.epochOf(address(account));
    }
}
