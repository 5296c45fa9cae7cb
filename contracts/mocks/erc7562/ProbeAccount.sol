// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccount, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Step, Stepper} from "./Steps.sol";

/// @notice An account that accepts everything and, while validating, takes the step written in its "signature".
contract ProbeAccount is IAccount, Stepper {
    address private immutable ENTRY_POINT;

    // A constructor that writes storage: the checker must know the address of a contract that is being created.
    uint256 public initialised = 1;

    constructor(address entryPoint) {
        ENTRY_POINT = entryPoint;
    }

    receive() external payable {}

    /// @notice The same deeds in the execution phase, where no rule applies.
    function take(Step calldata step) external {
        _take(step);
    }

    /// @inheritdoc IAccount
    function validateUserOp(
        PackedUserOperation calldata userOp,
        bytes32,
        uint256 missingFunds
    ) external returns (uint256 validationData) {
        _take(abi.decode(userOp.signature, (Step)));
        if (missingFunds != 0) {
            (bool paid, ) = ENTRY_POINT.call{value: missingFunds}("");
            validationData = paid ? 0 : 1;
        }
    }
}
