// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {MIN_SIGNER_LENGTH} from "../types/Session.sol";

/**
 * @title MultisigVerifier
 * @notice ERC-7913 verifier of `threshold` of up to 16 signers. The key holds all of them: there is no state.
 *
 * key       = threshold (1 byte), then for each signer: its length (2 bytes, big-endian), the signer
 * signature = for each signature: the index of its signer (1 byte), its length (2 bytes, big-endian), the signature
 *
 * - A signer is what the signer of a session is: 20 bytes are an ECDSA address, whose code is never looked at; more are an
 *   ERC-7913 `verifier | key`, whose verifier must have code and answer exactly. Each signs the same hash.
 * - The keccak256 of the signers is strictly ascending, hence they are unique. `1 <= threshold <= signers <= 16`.
 * - Indexes count from 0 and are strictly ascending. There are at least `threshold` signatures, and all of them are right:
 *   one wrong signature too many makes the whole wrong.
 * - Nothing may follow the last signer or the last signature. Whatever is wrong is a wrong signature; nothing reverts.
 *
 * As the signer of a session has at most 1,024 bytes and this contract's address takes 20, a key has at most 1,004.
 * One person can still be two signers (a P-256 key under two verifiers, an address and a contract that it owns).
 * @custom:stateless
 */
contract MultisigVerifier is IERC7913SignatureVerifier {
    uint256 private constant MAX_SIGNERS = 16;
    bytes4 private constant WRONG = 0xffffffff;

    /**
     * @inheritdoc IERC7913SignatureVerifier
     * @dev One walk over the signers. The next signature is looked at when the walk is at its signer: an index that is
     * out of order or unknown never comes up, and its signature is left over. A wrong signature does not end the walk,
     * so that dummy signatures cost what right ones cost.
     */
    function verify(
        bytes calldata key,
        bytes32 hash,
        bytes calldata signature
    ) external view override returns (bytes4) {
        if (key.length == 0) return WRONG;
        bytes calldata signers = key[1:];
        bytes32 previous;
        uint256 valid;
        bool allValid = true;
        for (uint256 index; signers.length != 0; ++index) {
            bytes calldata signer;
            // A signer that ends too early is empty, hence too short.
            (, signer, signers) = _take(signers);
            bytes32 id = keccak256(signer);
            if (signer.length < MIN_SIGNER_LENGTH || id <= previous || index == MAX_SIGNERS) return WRONG;
            previous = id;

            if (signature.length == 0 || uint8(signature[0]) != index) continue;
            bool taken;
            bytes calldata part;
            (taken, part, signature) = _take(signature[1:]);
            if (!taken) return WRONG;
            if (Signatures.byKey(signer, hash, part)) ++valid;
            else allValid = false;
        }
        uint256 threshold = uint8(key[0]);
        bool enough = threshold != 0 && valid >= threshold;
        return enough && allValid && signature.length == 0 ? IERC7913SignatureVerifier.verify.selector : WRONG;
    }

    /// @dev An item of `data`, after its length in two bytes, and what follows it. Not `taken`, and empty: `data` ends too early.
    function _take(bytes calldata data) private pure returns (bool taken, bytes calldata item, bytes calldata rest) {
        // `bytes2` of fewer than two bytes would be padded with zeros; then `end` exceeds the length all the same.
        uint256 end = 2 + uint256(uint16(bytes2(data)));
        if (end > data.length) return (false, data[:0], data[:0]);
        return (true, data[2:end], data[end:]);
    }
}
