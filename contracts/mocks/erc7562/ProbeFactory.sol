// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ProbeAccount} from "./ProbeAccount.sol";
import {Step, Stepper} from "./Steps.sol";

/// @notice A factory that takes one step before it creates the account.
contract ProbeFactory is Stepper {
    address private immutable ENTRY_POINT;

    constructor(address entryPoint) {
        ENTRY_POINT = entryPoint;
    }

    function createAccount(bytes32 salt, Step memory step) external returns (address) {
        _take(step);
        return address(new ProbeAccount{salt: salt}(ENTRY_POINT));
    }

    function accountAddress(bytes32 salt) external view returns (address) {
        bytes32 codeHash = keccak256(abi.encodePacked(type(ProbeAccount).creationCode, abi.encode(ENTRY_POINT)));
        bytes32 digest = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, codeHash));
        return address(uint160(uint256(digest)));
    }
}
