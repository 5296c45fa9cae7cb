// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TypeHashes} from "./TypeHashes.sol";
import {wordAt} from "./CalldataWord.sol";

/**
 * @notice EIP-712 struct hashes of the nouns. Each function states the Solidity that it equals.
 * @dev In assembly because every operation pays for these: `abi.encode` allocates a `bytes` per hash (a length word, a
 * moved free memory pointer, a check for overflow), about 100 gas each and ten or more of them. All blocks write only
 * past the free memory pointer, or to the scratch space.
 */
library SessionHash {
    /// @dev keccak256(""): the hash of an array without elements.
    bytes32 internal constant EMPTY = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

    /// @notice What the key signs:
    /// `MessageHashUtils.toTypedDataHash(domainSeparator, keccak256(abi.encode(SESSION_USE, userOpHash, envelopeHash)))`.
    function digestOfUse(
        bytes32 domainSeparator,
        bytes32 userOpHash,
        bytes32 envelopeHash
    ) internal pure returns (bytes32 digest) {
        bytes32 typeHash = TypeHashes.SESSION_USE;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), userOpHash)
            mstore(add(free, 0x40), envelopeHash)
            let hash := keccak256(free, 0x60)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), domainSeparator)
            mstore(add(free, 0x22), hash)
            digest := keccak256(free, 0x42)
        }
    }

    /// @notice The struct hash of `SessionGrant`, whose type names both heights. Built anew each time: grants are rare.
    function ofGrant(
        uint256 treeHeight,
        uint256 grantHeight,
        bytes32 sessionsRoot
    ) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(TypeHashes.sessionGrant(treeHeight, grantHeight), sessionsRoot));
    }

    /// @notice The struct hash of `SessionRevocation`.
    function ofRevocation(address account, uint256 chainId, bytes32 sessionId) internal pure returns (bytes32 hash) {
        return keccak256(abi.encode(TypeHashes.SESSION_REVOCATION, account, chainId, sessionId));
    }

    /// @notice The hash of a `uint16[]`, sent as `length` (at most 4) packed elements at `at`:
    /// `keccak256(abi.encodePacked(uint256[]))`.
    function ofPath(uint256 at, uint256 length) internal pure returns (bytes32 hash) {
        if (length == 0) return EMPTY;
        uint256 elements = wordAt(at);
        assembly ("memory-safe") {
            switch length
            case 1 {
                // Most paths have one element, and the scratch space has room for it.
                mstore(0x00, shr(240, elements))
                hash := keccak256(0x00, 0x20)
            }
            default {
                let free := mload(0x40)
                for {
                    let i := 0
                } lt(i, length) {
                    i := add(i, 1)
                } {
                    mstore(add(free, shl(5, i)), shr(240, elements))
                    elements := shl(16, elements)
                }
                hash := keccak256(free, shl(5, length))
            }
        }
    }

    /// @notice The hash of `length` bytes of calldata: `keccak256(msg.data[at:at + length])`.
    function ofCalldata(uint256 at, uint256 length) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, at, length)
            hash := keccak256(free, length)
        }
    }
}
