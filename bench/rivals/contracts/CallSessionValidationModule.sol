// SPDX-License-Identifier: MIT
pragma solidity 0.8.17;

import {
    ISessionValidationModule,
    UserOperation
} from "@biconomy-devx/account-contracts-v2/contracts/smart-account/modules/SessionValidationModules/ISessionValidationModule.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/**
 * @notice What `npm run bench` lets Biconomy v1 check a call with: key, target, selector, value cap, as 60 packed bytes
 * (20, 20, 4, 16). Its own ABISessionValidationModule is not on npm; this one does less, so what is measured is a lower bound.
 */
contract CallSessionValidationModule is ISessionValidationModule {
    error NotAllowed();

    function validateSessionUserOp(
        UserOperation calldata op,
        bytes32 userOpHash,
        bytes calldata session,
        bytes calldata signature
    ) external pure override returns (bool) {
        bytes calldata callData = op.callData;
        if (bytes4(callData[:4]) != EXECUTE_OPTIMIZED_SELECTOR) revert NotAllowed();
        // execute_ncC(address,uint256,bytes): target and value, then the offset of the bytes, whose length comes first.
        uint256 data = 36 + uint256(bytes32(callData[68:100]));
        address target = address(bytes20(callData[16:36]));
        address key = _check(target, uint256(bytes32(callData[36:68])), bytes4(callData[data:data + 4]), session);
        return ECDSA.recover(ECDSA.toEthSignedMessageHash(userOpHash), signature) == key;
    }

    function validateSessionParams(
        address target,
        uint256 value,
        bytes calldata data,
        bytes calldata session,
        bytes calldata
    ) external pure override returns (address) {
        return _check(target, value, bytes4(data[:4]), session);
    }

    function _check(
        address target,
        uint256 value,
        bytes4 selector,
        bytes calldata session
    ) private pure returns (address key) {
        bool allowed =
            address(bytes20(session[20:40])) == target &&
                bytes4(session[40:44]) == selector &&
                value <= uint128(bytes16(session[44:60]));
        if (!allowed) revert NotAllowed();
        return address(bytes20(session[:20]));
    }
}
