// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Signs by ERC-1271 for an owner in its code: reads no storage, so ERC-7562 allows it as a session key.
contract ImmutableSigner is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view override returns (bytes4) {
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice Signs by ERC-1271 for an owner in its storage, as wallets do, until the owner revokes that: what ERC-7562 refuses.
contract StoredSigner is IERC1271 {
    address private _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function revoke() external {
        delete _owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view override returns (bytes4) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == _owner;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/**
 * @notice Approves whatever it is asked, but calls somebody first (the validator, to re-enter it; itself, to write), and
 * approves nothing if that call failed.
 */
contract MeddlingSigner {
    address private immutable TARGET;
    bytes private _data;
    uint256 public counter;

    constructor(address target, bytes memory data) {
        TARGET = target == address(0) ? address(this) : target;
        _data = data;
    }

    function increment() external {
        ++counter;
    }

    /// @dev Not view, on purpose: nothing but the caller's STATICCALL keeps it from writing.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = TARGET.call(_data);
        return success ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
