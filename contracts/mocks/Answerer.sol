// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice Answers every call with the same bytes, whatever they are: a contract that is asked for a signature (ERC-1271 or
 * ERC-7913) and is badly written, or hostile.
 */
contract Answerer {
    enum Manner {
        RETURN,
        REVERT,
        /// writes to storage first: only a STATICCALL prevents it
        WRITE,
        /// uses up all the gas that it gets
        BURN
    }

    Manner private _manner;
    bytes private _answer;
    uint256 private _written;

    constructor(Manner manner, bytes memory answer) {
        _manner = manner;
        _answer = answer;
    }

    fallback() external {
        if (_manner == Manner.BURN) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (_manner == Manner.WRITE) ++_written;
        bytes memory answer = _answer;
        bool reverts = _manner == Manner.REVERT;
        assembly ("memory-safe") {
            if reverts {
                revert(add(answer, 0x20), mload(answer))
            }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice Answers with a megabyte, whose first word is the one given.
contract BigAnswerer {
    uint256 private constant SIZE = 1 << 20;
    bytes32 private immutable FIRST;

    constructor(bytes32 first) {
        FIRST = first;
    }

    fallback() external {
        bytes32 first = FIRST;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, first)
            return(free, SIZE)
        }
    }
}
