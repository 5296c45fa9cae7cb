// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {
    IERC7579Validator,
    MODULE_TYPE_VALIDATOR,
    VALIDATION_FAILED,
    VALIDATION_SUCCESS
} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC7739Utils} from "@openzeppelin/contracts/utils/cryptography/draft-ERC7739Utils.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/**
 * @notice One owner per account, whose ERC-1271 signatures are nested by ERC-7739 in the account's EIP-712 domain: what
 * Nexus's K1 validator asks of the owner, from OpenZeppelin's parts, because that contract is not on npm.
 */
contract NestedOwnerValidator is IERC7579Validator {
    using MessageHashUtils for bytes32;

    mapping(address account => address owner) public ownerOf;

    function onInstall(bytes calldata data) external {
        ownerOf[msg.sender] = address(bytes20(data));
    }

    function onUninstall(bytes calldata) external {
        delete ownerOf[msg.sender];
    }

    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_VALIDATOR;
    }

    function validateUserOp(PackedUserOperation calldata userOp, bytes32 userOpHash) external view returns (uint256) {
        return _signedByOwner(userOpHash, userOp.signature) ? VALIDATION_SUCCESS : VALIDATION_FAILED;
    }

    function isValidSignatureWithSender(
        address,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (bytes4) {
        return
            _nestedTypedData(hash, signature) || _nestedPersonalSign(hash, signature)
                ? IERC1271.isValidSignature.selector
                : bytes4(0xffffffff);
    }

    function _nestedTypedData(bytes32 hash, bytes calldata encoded) private view returns (bool) {
        (bytes calldata signature, bytes32 separator, bytes32 contents, string calldata description) = ERC7739Utils
            .decodeTypedDataSig(encoded);
        if (hash != separator.toTypedDataHash(contents)) return false;
        bytes32 structHash = ERC7739Utils.typedDataSignStructHash(description, contents, _accountDomain());
        return structHash != 0 && _signedByOwner(separator.toTypedDataHash(structHash), signature);
    }

    function _nestedPersonalSign(bytes32 hash, bytes calldata signature) private view returns (bool) {
        bytes32 structHash = ERC7739Utils.personalSignStructHash(hash);
        return _signedByOwner(_accountSeparator().toTypedDataHash(structHash), signature);
    }

    /// @dev The account's domain as `TypedDataSign` has it.
    function _accountDomain() private view returns (bytes memory) {
        (, string memory name, string memory version, uint256 chainId, address account, bytes32 salt, ) = IERC5267(
            msg.sender
        ).eip712Domain();
        return abi.encode(keccak256(bytes(name)), keccak256(bytes(version)), chainId, account, salt);
    }

    function _accountSeparator() private view returns (bytes32) {
        (, string memory name, string memory version, uint256 chainId, address account, , ) = IERC5267(msg.sender)
            .eip712Domain();
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256(bytes(name)),
                    keccak256(bytes(version)),
                    chainId,
                    account
                )
            );
    }

    function _signedByOwner(bytes32 hash, bytes calldata signature) private view returns (bool) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        return failure == ECDSA.RecoverError.NoError && signer == ownerOf[msg.sender];
    }
}
