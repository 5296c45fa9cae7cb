// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {P256Verifier} from "./P256Verifier.sol";

/**
 * @title P256Sha256Verifier
 * @notice {P256Verifier} for keys that hash what they sign ("ES256"): the signature is over the SHA-256 of the 32 bytes
 * of the hash. WebCrypto and node:crypto sign no other way, so this is the verifier of a browser's non-extractable key.
 * @custom:stateless
 */
contract P256Sha256Verifier is P256Verifier {
    /// @notice The SHA-256 of the 32 bytes, which is what the key signs.
    function _signedHash(bytes32 hash) internal pure override returns (bytes32) {
        return sha256(bytes.concat(hash));
    }
}
