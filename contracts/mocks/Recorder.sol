// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A target that accepts anything and remembers it, so that tests observe what was executed from outside.
contract Recorder {
    struct Record {
        address sender;
        uint256 value;
        bytes data;
    }

    Record[] private _records;
    uint256 public counter;

    error Refused(uint256 value);

    receive() external payable {
        _record();
    }

    fallback() external payable {
        _record();
    }

    function increment() external payable {
        ++counter;
    }

    function set(uint256 value) external payable {
        counter = value;
    }

    function fail(uint256 value) external payable {
        revert Refused(value);
    }

    function records() external view returns (Record[] memory) {
        return _records;
    }

    function _record() private {
        _records.push(Record(msg.sender, msg.value, msg.data));
    }
}
