// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice How a step reaches the code that misbehaves: the rules must hold behind every kind of call.
enum Route {
    Nothing,
    Own,
    Call,
    StaticCall,
    DelegateCall
}

/// @notice One thing to do during validation. For `Route.Own`, `data` is an opcode byte, left-padded to a word.
struct Step {
    Route route;
    address target;
    bytes data;
}

/// @notice Opcodes that a validation must not use, each reachable by its own byte. ADDRESS is among them as the lawful
/// one, for a step that must do nothing else than keep its result in storage.
abstract contract OpcodeVices {
    error NoSuchOpcode(uint256 opcode);

    function _use(uint256 opcode) internal returns (uint256) {
        if (opcode >= 0x3a && opcode <= 0x4a && opcode != 0x47) return _blockOf(opcode);
        if (opcode < 0x5a) return _stateOf(opcode);
        return _machine(opcode);
    }

    function _blockOf(uint256 opcode) private view returns (uint256 word) {
        bool known = true;
        assembly ("memory-safe") {
            switch opcode
            case 0x3a {
                word := gasprice()
            }
            case 0x40 {
                word := blockhash(0)
            }
            case 0x41 {
                word := coinbase()
            }
            case 0x42 {
                word := timestamp()
            }
            case 0x43 {
                word := number()
            }
            case 0x44 {
                word := prevrandao()
            }
            case 0x45 {
                word := gaslimit()
            }
            case 0x48 {
                word := basefee()
            }
            case 0x49 {
                word := blobhash(0)
            }
            case 0x4a {
                word := blobbasefee()
            }
            default {
                known := 0
            }
        }
        if (!known) revert NoSuchOpcode(opcode);
    }

    function _stateOf(uint256 opcode) private view returns (uint256 word) {
        bool known = true;
        assembly ("memory-safe") {
            switch opcode
            case 0x30 {
                word := address()
            }
            case 0x31 {
                word := balance(caller())
            }
            case 0x32 {
                word := origin()
            }
            case 0x47 {
                word := selfbalance()
            }
            default {
                known := 0
            }
        }
        if (!known) revert NoSuchOpcode(opcode);
    }

    function _machine(uint256 opcode) private returns (uint256 word) {
        bool known = true;
        assembly ("memory-safe") {
            switch opcode
            case 0x5a {
                word := gas()
            }
            case 0xf0 {
                word := create(0, 0, 0)
            }
            case 0xf5 {
                word := create2(0, 0, 0, 0)
            }
            case 0xfe {
                invalid()
            }
            default {
                known := 0
            }
        }
        if (!known) revert NoSuchOpcode(opcode);
    }
}

/// @notice Takes one step by the route asked. A failure of the callee is swallowed: a caught vice is still a vice.
abstract contract Stepper is OpcodeVices {
    // The result is kept, or the optimizer would remove an opcode whose value nobody reads.
    uint256 private _sink;

    function _take(Step memory step) internal {
        if (step.route == Route.Own) _sink = _use(uint256(bytes32(step.data)));
        else if (step.route == Route.Call) _ignore(_call(step));
        else if (step.route == Route.StaticCall) _ignore(_staticCall(step));
        else if (step.route == Route.DelegateCall) _ignore(_delegateCall(step));
    }

    function _call(Step memory step) private returns (bool done) {
        (done, ) = step.target.call(step.data);
    }

    function _staticCall(Step memory step) private view returns (bool done) {
        (done, ) = step.target.staticcall(step.data);
    }

    function _delegateCall(Step memory step) private returns (bool done) {
        (done, ) = step.target.delegatecall(step.data);
    }

    function _ignore(bool) private pure {}
}

/// @notice One frame more between the account and the vice, to nest calls as deep as a test likes.
contract Relay is Stepper {
    function relay(Step memory step) external {
        _take(step);
    }

    /// @dev The result goes back to the caller and not to storage, so that only the opcode itself is at fault.
    function use(uint256 opcode) external returns (uint256) {
        return _use(opcode);
    }
}
