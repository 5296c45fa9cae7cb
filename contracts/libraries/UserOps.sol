// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {ANY_PAYMASTER} from "../types/Session.sol";

/// @notice The fields of an operation that concern a session besides its calls: initCode, fees, paymaster.
library UserOps {
    /// @dev `initCode` of an EIP-7702 account: this marker, then data for its initialiser.
    bytes20 private constant DELEGATION_MARKER = bytes20(hex"7702");
    uint256 private constant MARKER_LENGTH = 20;
    /// @dev paymaster 20 | verification gas limit 16 | postOp gas limit 16
    uint256 private constant PAYMASTER_HEAD = 52;

    /// @dev Places of the dynamic fields in the head of the struct.
    uint256 internal constant INIT_CODE = 2 * 32;
    uint256 internal constant CALL_DATA = 3 * 32;
    uint256 internal constant PAYMASTER_AND_DATA = 7 * 32;
    uint256 internal constant SIGNATURE = 8 * 32;

    /**
     * @notice One of the dynamic fields: `userOp.initCode` and so on.
     * @dev Without Solidity's checks that the field lies in calldata, which revert without a reason and cost 120 gas each
     * time. The caller is the account, so a field that does not can only cheat the account itself: it reads as zeros
     * past the end of calldata.
     */
    function field(PackedUserOperation calldata userOp, uint256 place) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            let at := add(userOp, calldataload(add(userOp, place)))
            data.offset := add(at, 0x20)
            data.length := calldataload(at)
        }
    }

    /// @notice `userOp.sender` as a whole word, without Solidity's check of its upper bytes: no account's address has any.
    function sender(PackedUserOperation calldata userOp) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(userOp)
        }
    }

    /**
     * @notice EntryPoints from v0.8 run the init data of a delegated account again and again, before validation: a
     * session could start the account anew. Raises {DelegationInitData}.
     */
    function requireNoDelegationInitData(PackedUserOperation calldata userOp) internal pure {
        bytes calldata initCode = field(userOp, INIT_CODE);
        if (initCode.length > MARKER_LENGTH && bytes20(initCode) == DELEGATION_MARKER) {
            revert ISessionKeyValidator.DelegationInitData(initCode.length, MARKER_LENGTH);
        }
    }

    /**
     * @notice The paymaster that pays, by `paymasterAndData`, is one that the session allows. Only the first 52 bytes count:
     * EntryPoint v0.9 lets anyone append to the rest. Raises {InvalidPaymasterData}, {PaymasterNotAllowed}.
     */
    function requirePaymaster(bytes calldata data, address allowed) internal pure {
        address paymaster = address(bytes20(data));
        if (data.length < PAYMASTER_HEAD || paymaster == address(0)) {
            revert ISessionKeyValidator.InvalidPaymasterData(data.length, paymaster);
        }
        if (paymaster != allowed && allowed != ANY_PAYMASTER) {
            revert ISessionKeyValidator.PaymasterNotAllowed(paymaster, allowed);
        }
    }

    /// @notice The most that the EntryPoint can take from the account, in wei, saturating: gas limits times maxFeePerGas.
    function maxFee(PackedUserOperation calldata userOp) internal pure returns (uint256) {
        unchecked {
            uint256 limits = uint256(userOp.accountGasLimits);
            // Two halves of 128 bits: the sum cannot overflow.
            uint256 gas = (limits >> 128) + uint128(limits);
            return
                Math.saturatingMul(
                    Math.saturatingAdd(gas, userOp.preVerificationGas),
                    uint128(uint256(userOp.gasFees))
                );
        }
    }
}
