// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// OpenZeppelin's verifiers, as they are: imported so that this repository's compiler builds them.
// solhint-disable no-unused-import
import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {ERC7913RSAVerifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913RSAVerifier.sol";
import {ERC7913WebAuthnVerifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";
