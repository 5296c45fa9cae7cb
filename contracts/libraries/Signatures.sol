// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {MIN_SIGNER_LENGTH} from "../types/Session.sol";

/**
 * @notice Who signed. The only room that calls out: to the account's own ERC-1271 and to stateless ERC-7913 verifiers,
 * both by STATICCALL.
 */
library Signatures {
    /**
     * @notice Whether the session key signed `digest`. Never reverts: whatever is wrong is a wrong signature.
     * @param signer 20 bytes: an ECDSA address, whose code is never looked at (it may be delegated by EIP-7702).
     * More: an ERC-7913 `verifier | key`. The length, fixed at grant time, decides; nothing else does.
     */
    function byKey(bytes calldata signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signer.length == MIN_SIGNER_LENGTH) {
            (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
            return failure == ECDSA.RecoverError.NoError && recovered == address(bytes20(signer));
        }
        return
            _answers(
                address(bytes20(signer)),
                abi.encodeCall(IERC7913SignatureVerifier.verify, (signer[MIN_SIGNER_LENGTH:], digest, signature)),
                IERC7913SignatureVerifier.verify.selector
            );
    }

    /// @notice Whether the owner of `account` signed `digest`, by the account's own ERC-1271. Never reverts.
    function byOwner(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        return
            _answers(
                account,
                abi.encodeCall(IERC1271.isValidSignature, (digest, signature)),
                IERC1271.isValidSignature.selector
            );
    }

    /**
     * @dev Whether the callee answers exactly `magic`, left-aligned in a full word. It must have code: the precompile at
     * address 4 echoes its input, which starts with the magic of ERC-7913.
     */
    function _answers(address callee, bytes memory data, bytes4 magic) private view returns (bool) {
        if (callee.code.length == 0) return false;
        (bool success, bytes32 answer, ) = LowLevelCall.staticcallReturn64Bytes(callee, data);
        return success && LowLevelCall.returnDataSize() >= 32 && answer == bytes32(magic);
    }
}
