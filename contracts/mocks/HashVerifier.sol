// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";

/// @notice An honest verifier: the signature of a key over a hash is `keccak256(key | hash)`.
contract HashVerifier is IERC7913SignatureVerifier {
    function verify(
        bytes calldata key,
        bytes32 hash,
        bytes calldata signature
    ) external pure override returns (bytes4) {
        bool valid = keccak256(signature) == keccak256(abi.encodePacked(keccak256(abi.encodePacked(key, hash))));
        return valid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }
}
