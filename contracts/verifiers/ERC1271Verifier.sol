// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {Signatures} from "../libraries/Signatures.sol";

/**
 * @title ERC1271Verifier
 * @notice ERC-7913 verifier for a contract that signs by ERC-1271: the key is its address (20 bytes), the signature is
 * whatever that contract takes.
 *
 * The contract must have code and answer a STATICCALL of `isValidSignature(hash, signature)` with exactly the magic
 * word, left-aligned in at least 32 bytes. Codeless, reverting, short or dirty answers are wrong signatures; nothing reverts.
 *
 * ERC-7562: in validation a bundler lets the contract read only storage that is associated with the account of the
 * operation, and its own is not (STO-021). So the contract must be stateless (owners in immutables or in its code), or
 * the operation must go to a bundler that does not enforce these rules. A contract that changes its owners changes who
 * holds the session; a delegated EOA may not be called in validation at all unless it is the sender (AUTH rules).
 * @custom:stateless
 */
contract ERC1271Verifier is IERC7913SignatureVerifier {
    uint256 private constant KEY_LENGTH = 20;

    /// @inheritdoc IERC7913SignatureVerifier
    function verify(
        bytes calldata key,
        bytes32 hash,
        bytes calldata signature
    ) external view override returns (bytes4) {
        bool valid = key.length == KEY_LENGTH && Signatures.byOwner(address(bytes20(key)), hash, signature);
        return valid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }
}
