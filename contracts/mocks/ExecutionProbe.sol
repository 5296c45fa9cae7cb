// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice Stands where an account expects its EntryPoint, has it execute many blobs, and says what reached the targets: seen by
 * them, not told by the account.
 */
contract ExecutionProbe {
    /// @dev What a blob that the account reverted on is reported as.
    bytes32 public constant REVERTED = bytes32(type(uint256).max);

    bytes32 private _seen;

    /// @notice For each blob the chain of {note}s, from zero.
    function run(address account, bytes[] calldata blobs) external returns (bytes32[] memory seen) {
        seen = new bytes32[](blobs.length);
        for (uint256 i; i < blobs.length; ++i) {
            _seen = 0;
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, ) = account.call(blobs[i]);
            seen[i] = success ? _seen : REVERTED;
        }
    }

    function note(address caller, uint256 value, bytes calldata data) external {
        _seen = keccak256(abi.encode(_seen, msg.sender, caller, value, data));
    }
}

/// @notice A target that takes every call and tells the probe of it.
contract Witness {
    ExecutionProbe private immutable PROBE;

    constructor(ExecutionProbe probe) {
        PROBE = probe;
    }

    receive() external payable {
        PROBE.note(msg.sender, msg.value, "");
    }

    fallback() external payable {
        PROBE.note(msg.sender, msg.value, msg.data);
    }
}
