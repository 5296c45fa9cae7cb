// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PaymasterSigner} from "@openzeppelin/contracts/account/paymaster/extensions/PaymasterSigner.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IEntryPoint, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignerECDSA} from "@openzeppelin/contracts/utils/cryptography/signers/SignerECDSA.sol";

/**
 * @notice OpenZeppelin's verifying paymaster, made concrete: one EntryPoint, one ECDSA signer. It also takes its signature
 * from the end of `paymasterAndData`, which EntryPoint v0.9 leaves out of the operation's hash.
 */
contract VerifyingPaymaster is PaymasterSigner, SignerECDSA {
    using ERC4337Utils for PackedUserOperation;

    IEntryPoint private immutable _ENTRY_POINT;

    constructor(IEntryPoint entryPoint_, address signer_) EIP712("VerifyingPaymaster", "1") SignerECDSA(signer_) {
        _ENTRY_POINT = entryPoint_;
    }

    function entryPoint() public view override returns (IEntryPoint) {
        return _ENTRY_POINT;
    }

    function _decodePaymasterUserOp(
        PackedUserOperation calldata userOp
    ) internal pure override returns (uint48 validAfter, uint48 validUntil, bytes calldata signature) {
        (validAfter, validUntil, signature) = super._decodePaymasterUserOp(userOp);
        bytes calldata late = userOp.paymasterSignature();
        if (late.length != 0) signature = late;
    }
}
