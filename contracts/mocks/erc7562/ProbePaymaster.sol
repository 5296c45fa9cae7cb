// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPaymaster, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Step, Stepper} from "./Steps.sol";

/// @notice A paymaster that sponsors everybody and takes the step in its own part of `paymasterAndData`.
contract ProbePaymaster is IPaymaster, Stepper {
    uint256 private constant DATA_OFFSET = 52;

    /// @inheritdoc IPaymaster
    function validatePaymasterUserOp(
        PackedUserOperation calldata userOp,
        bytes32,
        uint256
    ) external returns (bytes memory context, uint256 validationData) {
        _take(abi.decode(userOp.paymasterAndData[DATA_OFFSET:], (Step)));
        return ("", 0);
    }

    /// @inheritdoc IPaymaster
    function postOp(PostOpMode, bytes calldata, uint256, uint256) external {}
}
