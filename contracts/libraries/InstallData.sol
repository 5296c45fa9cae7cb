// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {wordAt} from "./CalldataWord.sol";

/// @notice The data of `onInstall`: nothing, or exactly `abi.encode(bytes32[] sessionIds)`.
library InstallData {
    /// offset 32 | count 32
    uint256 private constant HEAD = 64;

    /// @notice The ids, none for empty data. Raises {InvalidInstallData}.
    function sessionIds(bytes calldata data) internal pure returns (bytes32[] calldata ids) {
        assembly ("memory-safe") {
            // An empty slice, and past the head of the array: Solidity can make neither without decoding with panics.
            ids.offset := add(data.offset, 0x40)
            ids.length := 0
        }
        if (data.length == 0) return ids;

        uint256 start;
        assembly ("memory-safe") {
            start := data.offset
        }
        if (data.length < HEAD || wordAt(start) != 0x20 || data.length % 32 != 0) {
            revert ISessionKeyValidator.InvalidInstallData(data.length);
        }
        uint256 count = wordAt(start + 32);
        if (count != (data.length - HEAD) / 32) revert ISessionKeyValidator.InvalidInstallData(data.length);
        assembly ("memory-safe") {
            ids.length := count
        }
    }
}
