// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEntryPoint, IEntryPointStake} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @notice Accesses to other addresses that a validation must not make, and their lawful neighbours.
contract AccessVices {
    event Announced();

    error Failed();

    receive() external payable {}

    // Addresses without code

    function callTo(address target) external returns (bool done) {
        (done, ) = target.call("");
    }

    function staticCallTo(address target) external view returns (bool done) {
        (done, ) = target.staticcall("");
    }

    function delegateCallTo(address target) external returns (bool done) {
        (done, ) = target.delegatecall("");
    }

    function callCodeTo(address target) external returns (bool done) {
        assembly ("memory-safe") {
            done := callcode(gas(), target, 0, 0, 0, 0, 0)
        }
    }

    function codeSizeOf(address target) external view returns (uint256) {
        return target.code.length;
    }

    function codeHashOf(address target) external view returns (bytes32) {
        return target.codehash;
    }

    function codeCopyOf(address target) external view returns (bytes32 word) {
        assembly ("memory-safe") {
            extcodecopy(target, 0, 0, 32)
            word := mload(0)
        }
    }

    /// @dev `EXTCODESIZE ISZERO`, the only look at the EntryPoint's code that the rules allow.
    function hasNoCode(address target) external view returns (bool empty) {
        assembly ("memory-safe") {
            empty := iszero(extcodesize(target))
        }
    }

    // Value

    function sendValue(address target) external returns (bool done) {
        (done, ) = target.call{value: 1}("");
    }

    // The EntryPoint

    function balanceIn(IEntryPoint entryPoint, address account) external view returns (uint256) {
        return entryPoint.balanceOf(account);
    }

    function nonceIn(IEntryPoint entryPoint, address account) external view returns (uint256) {
        return entryPoint.getNonce(account, 0);
    }

    function depositFor(IEntryPoint entryPoint, address account) external {
        entryPoint.depositTo{value: 1}(account);
    }

    /// @dev A lawful call whose bytes the identity precompile put in memory: no step of the trace shows them.
    function depositThroughIdentity(address entryPoint, address account) external returns (bool done) {
        (, bytes memory data) = address(4).staticcall(abi.encodeCall(IEntryPointStake.depositTo, (account)));
        (done, ) = entryPoint.call{value: 1}(data);
    }

    function skipNonce(address entryPoint, uint192 key) external returns (bool done) {
        (done, ) = entryPoint.call(abi.encodeWithSignature("incrementNonce(uint192)", key));
    }

    // Failures that are caught

    function refuse() external view returns (bool done) {
        (done, ) = address(this).staticcall(abi.encodeCall(this.fail, ()));
    }

    /// @dev An exceptional halt that takes all gas and is not out of gas.
    function announceInVain() external view returns (bool done) {
        (done, ) = address(this).staticcall{gas: 5_000}(abi.encodeCall(this.announce, ()));
    }

    function announce() external {
        emit Announced();
    }

    function starve() external returns (bool done) {
        (done, ) = address(this).call{gas: 5_000}(abi.encodeCall(this.burn, ()));
    }

    /// @dev SSTORE needs more than 2,300 gas, whatever it costs. The slot itself is lawful.
    function starveStore(address account) external returns (bool done) {
        (done, ) = address(this).call{gas: 2_299}(abi.encodeCall(this.storeAt, (account)));
    }

    /// @dev Enough gas to get to RETURN, not enough for the memory that it asks.
    function starveReturn() external view returns (bool done) {
        (done, ) = address(this).staticcall{gas: 5_000}(abi.encodeCall(this.returnMuch, ()));
    }

    function fail() external pure {
        revert Failed();
    }

    function returnMuch() external pure {
        assembly ("memory-safe") {
            return(0, 0x100000)
        }
    }

    function burn() external pure returns (bytes32 digest) {
        for (uint256 i = 0; ; ++i) digest = keccak256(abi.encode(digest, i));
    }

    function storeAt(address account) external {
        assembly ("memory-safe") {
            sstore(account, 1)
        }
    }
}

/// @notice What a stateless verifier does: arithmetic, hashing and precompiles. Nothing here breaks a rule.
contract StatelessVirtues {
    function hashMany(uint256 rounds) external pure returns (bytes32 digest) {
        for (uint256 i = 0; i < rounds; ++i) digest = keccak256(abi.encode(digest, i));
    }

    function recover(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        return ecrecover(digest, v, r, s);
    }

    /// @dev Hashes bytes that no step put on the stack: only a trace with memory shows them.
    function hashOfPrecompileOutput() external view returns (bytes32 digest) {
        assembly ("memory-safe") {
            pop(staticcall(gas(), 2, 0, 0, 0, 32))
            digest := keccak256(0, 32)
        }
    }

    function digestOf(bytes calldata data) external pure returns (bytes32) {
        return sha256(data);
    }
}
