// SPDX-License-Identifier: MIT
pragma solidity 0.8.17;

/*
 * What `npm run bench` lets SmartSessions check with. SmartSessions is on npm, its policies and key validators are not; these
 * are the cheapest that do the work, so what is measured is a lower bound. Each keeps what it must know in as few slots
 * as it can, and asks for nothing that the work does not need.
 */

/// @notice What SmartSessions asks every part of a session.
abstract contract Part {
    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }

    function isModuleType(uint256) external pure returns (bool) {
        return true;
    }
}

/// @notice The key: an ECDSA signature over the operation's hash, by the 20 bytes of `data`.
contract EcdsaSessionValidator is Part {
    function validateSignatureWithData(
        bytes32 hash,
        bytes calldata signature,
        bytes calldata data
    ) external pure returns (bool) {
        uint8 v = uint8(signature[64]);
        return ecrecover(hash, v, bytes32(signature[:32]), bytes32(signature[32:64])) == address(bytes20(data));
    }
}

/// @notice Allows everything: what SmartSessions costs by itself.
contract SudoPolicy is Part {
    function initializeWithMultiplexer(address, bytes32, bytes calldata) external pure {}

    function checkAction(bytes32, address, address, uint256, bytes calldata) external pure returns (uint256) {
        return 0;
    }
}

/// @notice A value cap and a window, in one slot: `validAfter(6) ‖ validUntil(6) ‖ cap(20)`.
contract CallPolicy is Part {
    /// @dev Config, SmartSessions, account: the account innermost, as ERC-7562 wants it.
    mapping(bytes32 => mapping(address => mapping(address => uint256))) private _terms;

    error AboveCap(uint256 value);

    function initializeWithMultiplexer(address account, bytes32 id, bytes calldata terms) external {
        _terms[id][msg.sender][account] = uint256(bytes32(terms));
    }

    function checkAction(
        bytes32 id,
        address account,
        address,
        uint256 value,
        bytes calldata
    ) external view returns (uint256) {
        uint256 terms = _terms[id][msg.sender][account];
        if (value > uint160(terms)) revert AboveCap(value);
        // What the EntryPoint takes: the window in the upper 12 bytes, no aggregator.
        return (terms >> 160) << 160;
    }
}

/// @notice A recipient and a window in one slot, a total and what was spent of it in another.
contract TransferPolicy is Part {
    struct Terms {
        /// @dev `validAfter(6) ‖ validUntil(6) ‖ recipient(20)`.
        uint256 window;
        uint128 limit;
        uint128 spent;
    }

    mapping(bytes32 => mapping(address => mapping(address => Terms))) private _terms;

    error NotAllowed();

    function initializeWithMultiplexer(address account, bytes32 id, bytes calldata terms) external {
        _terms[id][msg.sender][account] = Terms(uint256(bytes32(terms[:32])), uint128(bytes16(terms[32:])), 0);
    }

    function checkAction(
        bytes32 id,
        address account,
        address,
        uint256 value,
        bytes calldata data
    ) external returns (uint256) {
        Terms storage terms = _terms[id][msg.sender][account];
        uint256 window = terms.window;
        (address recipient, uint256 amount) = abi.decode(data[4:], (address, uint256));
        uint256 spent = terms.spent + amount;
        if (value != 0 || recipient != address(uint160(window)) || spent > terms.limit) revert NotAllowed();
        terms.spent = uint128(spent);
        return (window >> 160) << 160;
    }
}
