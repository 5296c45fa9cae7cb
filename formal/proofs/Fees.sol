// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "../../contracts/mocks/formal/Extracted.sol";

/// @notice `EntryPoint._getRequiredPrefund` of v0.7 to v0.9 for an account that pays itself. AA94 bounds each of the fields.
function requiredPrefund(
    uint256 verificationGas,
    uint256 callGas,
    uint256 preVerificationGas,
    uint256 price
) pure returns (uint256) {
    return (verificationGas + callGas + preVerificationGas) * price;
}

/// @notice The fee budget is charged at least what the EntryPoint wants beforehand, which is the most that it can take.
contract FeeCoversPrefund {
    function prove(uint120 verificationGas, uint120 callGas, uint120 preVerificationGas, uint120 price) external pure {
        uint256 fee = Extracted.maxFee(verificationGas, callGas, preVerificationGas, price);
        assert(fee >= requiredPrefund(verificationGas, callGas, preVerificationGas, price));
    }
}

contract FeeCoversPrefundBroken {
    function prove(uint120 verificationGas, uint120 callGas, uint120 preVerificationGas, uint120 price) external pure {
        // preVerificationGas is what a bundler can set to anything.
        uint256 fee = Extracted.maxFee(verificationGas, callGas, 0, price);
        assert(fee >= requiredPrefund(verificationGas, callGas, preVerificationGas, price));
    }
}

/// @notice Out of the bounds of AA94 nothing wraps either: the charge grows with the gas, up to the greatest word.
contract FeeSaturates {
    function prove(uint128 verificationGas, uint128 callGas, uint256 preVerificationGas, uint128 price) external pure {
        require(price > 0);
        uint256 fee = Extracted.maxFee(verificationGas, callGas, preVerificationGas, price);
        assert(fee >= preVerificationGas && fee >= verificationGas && fee >= callGas);
    }
}

contract FeeSaturatesBroken {
    function prove(uint128 verificationGas, uint128 callGas, uint256 preVerificationGas, uint128 price) external pure {
        require(price > 0);
        unchecked {
            uint256 gas = uint256(verificationGas) + callGas + preVerificationGas;
            // It wraps.
            assert(gas >= preVerificationGas);
        }
    }
}
