// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {MIN_SIGNER_LENGTH} from "../types/Session.sol";
import {wordAt} from "./CalldataWord.sol";

/**
 * @notice Who signed. The only room that calls out: to the account's own ERC-1271 and to stateless ERC-7913 verifiers,
 * both by STATICCALL.
 */
library Signatures {
    /// @dev Half the order of secp256k1, rounded down. For each s above there is one below.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /**
     * @notice Whether the session key signed `digest`. Never reverts: whatever is wrong is a wrong signature.
     * @param signer 20 bytes: an ECDSA address, whose code is never looked at (it may be delegated by EIP-7702).
     * More: an ERC-7913 `verifier | key`. The length, fixed at grant time, decides; nothing else does.
     */
    function byKey(bytes calldata signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signer.length == MIN_SIGNER_LENGTH) {
            return _recovers(address(bytes20(signer)), digest, signature);
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
     * @dev `ECDSA.tryRecoverCalldata(digest, signature)` is `key`, without the reasons why it may not be: 200 gas less. 65
     * bytes, low s; the precompile itself takes no v but 27 and 28, and answers zero to what no key signed.
     */
    function _recovers(address key, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        if (signature.length != 65) return false;
        uint256 at;
        assembly ("memory-safe") {
            // Solidity cannot tell where a calldata slice lies.
            at := signature.offset
        }
        uint256 s = wordAt(at + 32);
        if (s > HALF_ORDER) return false;
        address recovered = ecrecover(digest, uint8(wordAt(at + 64) >> 248), bytes32(wordAt(at)), bytes32(s));
        return recovered == key && recovered != address(0);
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
