// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC7579Module, MODULE_TYPE_FALLBACK} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

/// @notice An ERC-7579 fallback handler with which an account takes ERC-1155 items: for `onERC1155Received`.
contract ItemReceiver is IERC7579Module, ERC1155Holder {
    function onInstall(bytes calldata) external {}

    function onUninstall(bytes calldata) external {}

    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_FALLBACK;
    }
}
