// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Storage layouts of a module, lawful and unlawful, one function each. "Associated" is the word of ERC-7562
/// for a slot at `keccak256(account . x) + n`.
contract StorageVices {
    struct Record {
        uint256 total;
        uint256[16] counters;
        bytes blob;
        uint256[] list;
        mapping(uint256 key => uint256) inner;
    }

    struct Wide {
        uint256[160] words;
    }

    uint256 private _global;
    mapping(address account => uint256) private _byAccount;
    mapping(bytes32 id => mapping(address account => Record)) private _records;
    mapping(address account => mapping(bytes32 id => uint256)) private _outermost;
    mapping(bytes32 id => mapping(address account => Wide)) private _wide;

    // Lawful layouts

    function writeAssociated(address account) external {
        ++_byAccount[account];
    }

    function writeFixedArray(bytes32 id, address account, uint256 index) external {
        ++_records[id][account].counters[index];
    }

    function writeShortBytes(bytes32 id, address account) external {
        _records[id][account].blob = "short";
    }

    function readSlotOfAddress(address account) external view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(account)
        }
    }

    function writeTransientAssociated(address account) external {
        bytes32 slot = keccak256(abi.encode(account, bytes32(0)));
        assembly ("memory-safe") {
            tstore(slot, add(tload(slot), 1))
        }
    }

    // Lawful or not, by the index: 127 for all, 128 for the specification only, 129 for nobody

    function writeAtOffset(bytes32 id, address account, uint256 offset) external {
        ++_wide[id][account].words[offset];
    }

    // Unlawful layouts

    function writeGlobal() external {
        ++_global;
    }

    function readGlobal() external view returns (uint256) {
        return _global;
    }

    function writeAccountOutermost(address account, bytes32 id) external {
        ++_outermost[account][id];
    }

    function pushDynamicArray(bytes32 id, address account) external {
        _records[id][account].list.push(1);
    }

    function writeLongBytes(bytes32 id, address account) external {
        _records[id][account].blob = new bytes(64);
    }

    function writeInnerMapping(bytes32 id, address account) external {
        ++_records[id][account].inner[1];
    }

    function writePackedPreimage(address account) external {
        _increment(keccak256(abi.encodePacked(account, bytes32(0))));
    }

    /// @dev 96 bytes: bundlers take every preimage that starts with the account, the text says `x` is one word.
    function writeLongPreimage(address account) external {
        _increment(keccak256(abi.encode(account, bytes32(0), bytes32(0))));
    }

    /// @dev 512 bytes: longer than what the bundlers record.
    function writeHugePreimage(address account) external {
        uint256[15] memory rest;
        _increment(keccak256(abi.encode(account, rest)));
    }

    function writeTransientGlobal() external {
        assembly ("memory-safe") {
            tstore(0, 1)
        }
    }

    function readTransientGlobal() external view returns (uint256 word) {
        assembly ("memory-safe") {
            word := tload(0)
        }
    }

    function _increment(bytes32 slot) private {
        assembly ("memory-safe") {
            sstore(slot, add(sload(slot), 1))
        }
    }
}
