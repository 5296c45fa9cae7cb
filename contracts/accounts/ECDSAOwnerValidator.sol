// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {
    IERC7579Validator,
    MODULE_TYPE_VALIDATOR,
    VALIDATION_FAILED,
    VALIDATION_SUCCESS
} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/**
 * @title ECDSAOwnerValidator
 * @notice One account, one owner, one storage slot: the plain validator that our gas numbers are compared with.
 *
 * Signatures are 65 bytes, low-s, v 27 or 28, over the hash as it is given: no prefix, no rehashing. Someone who owns
 * several accounts must therefore only sign ERC-1271 messages that name the account, as a session grant does.
 */
contract ECDSAOwnerValidator is IERC7579Validator {
    /// @notice The owner of `account`; zero if the module is not installed there.
    mapping(address account => address owner) public ownerOf;

    /// @notice `account` belongs to `owner` now; to nobody through this module if that is zero.
    event OwnerChanged(address indexed account, address indexed owner);

    /// @notice `account` has an owner already: uninstall first.
    error AlreadyInstalled(address account, address owner);

    /// @notice The install data must be the owner's `expected` bytes, not `found`.
    error InvalidOwnerLength(uint256 found, uint256 expected);

    /// @notice `owner` cannot own an account.
    error InvalidOwner(address owner);

    /// @notice Makes an address the owner of the calling account.
    /// @param data `abi.encodePacked(owner)`, exactly 20 bytes, not zero
    function onInstall(bytes calldata data) external {
        address current = ownerOf[msg.sender];
        require(current == address(0), AlreadyInstalled(msg.sender, current));
        require(data.length == 20, InvalidOwnerLength(data.length, 20));
        // The length is exact, so the conversion neither pads nor truncates.
        address owner = address(bytes20(data));
        require(owner != address(0), InvalidOwner(owner));

        ownerOf[msg.sender] = owner;
        emit OwnerChanged(msg.sender, owner);
    }

    /// @notice Forgets the owner of the calling account. Never reverts; the data is ignored.
    function onUninstall(bytes calldata) external {
        delete ownerOf[msg.sender];
        emit OwnerChanged(msg.sender, address(0));
    }

    /// @notice 0 if the owner of the calling account signed `userOpHash`, else 1.
    function validateUserOp(PackedUserOperation calldata userOp, bytes32 userOpHash) external view returns (uint256) {
        return _signedByOwner(userOpHash, userOp.signature) ? VALIDATION_SUCCESS : VALIDATION_FAILED;
    }

    /// @notice ERC-1271's magic value if the owner of the calling account signed `hash`, else `0xffffffff`.
    function isValidSignatureWithSender(
        address,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (bytes4) {
        return _signedByOwner(hash, signature) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice A validator and nothing else.
    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_VALIDATOR;
    }

    /// @dev NoError implies a signer that is not zero, so an account without an owner accepts nobody.
    function _signedByOwner(bytes32 hash, bytes calldata signature) private view returns (bool) {
        (address signer, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(hash, signature);
        return err == ECDSA.RecoverError.NoError && signer == ownerOf[msg.sender];
    }
}
