// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/**
 * @title P256Verifier
 * @notice ERC-7913 verifier of ECDSA over P-256 (secp256r1), in Solidity only: it never calls the precompile at 0x100,
 * which some bundlers refuse in validation even where it exists. OpenZeppelin's `ERC7913P256Verifier` tries it first.
 *
 * | bytes | of the key | of the signature |
 * | ----- | ---------- | ---------------- |
 * | 0–31  | qx         | r                |
 * | 32–63 | qy         | s                |
 *
 * What is signed is the hash itself; {P256Sha256Verifier} is for keys that can only sign a SHA-256. The point must be on
 * the curve, `0 < r < n` and `0 < s <= n / 2`: of the two values of `s` only the low one is right (OpenZeppelin's rule), so
 * a signature has one form. Anything else, other lengths included, is a wrong signature; nothing reverts.
 * @custom:stateless
 */
contract P256Verifier is IERC7913SignatureVerifier {
    uint256 private constant PAIR_LENGTH = 64;

    /// @inheritdoc IERC7913SignatureVerifier
    function verify(
        bytes calldata key,
        bytes32 hash,
        bytes calldata signature
    ) external view override returns (bytes4) {
        if (key.length != PAIR_LENGTH || signature.length != PAIR_LENGTH) return 0xffffffff;
        bool valid = P256.verifySolidity(
            _signedHash(hash),
            bytes32(signature[:32]),
            bytes32(signature[32:]),
            bytes32(key[:32]),
            bytes32(key[32:])
        );
        return valid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }

    /// @dev What the key signs when it is asked for a signature over `hash`.
    function _signedHash(bytes32 hash) internal pure virtual returns (bytes32) {
        return hash;
    }
}
