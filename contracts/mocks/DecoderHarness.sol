// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ExecutionDecoder} from "../libraries/ExecutionDecoder.sol";
import {Call, CALL_DATA, CALL_DATA_LENGTH, CALL_TARGET, CALL_VALUE, Calls, newCall} from "../types/Call.sol";
import {reserveFrame} from "../types/Frame.sol";

/// @notice Two decoders of `execute(bytes32,bytes)` side by side, many blobs a call: ours, and the compiler's `abi.decode`.
contract DecoderHarness {
    struct Item {
        address target;
        uint256 value;
        bytes data;
    }

    bytes32 private constant MODE_SINGLE = 0;

    /**
     * @notice What each decoder reads from each blob, as `keccak256(abi.encode(items))`. Zero where ours refuses: then the
     * other is not asked, and `reasons` has the selector of the error.
     */
    function decodeAll(
        bytes[] calldata blobs
    ) external view returns (bytes32[] memory ours, bytes32[] memory solidity, bytes4[] memory reasons) {
        (ours, solidity) = (new bytes32[](blobs.length), new bytes32[](blobs.length));
        reasons = new bytes4[](blobs.length);
        for (uint256 i; i < blobs.length; ++i) {
            try this.decode(blobs[i]) returns (bytes32 calls) {
                (ours[i], solidity[i]) = (calls, this.abiDecode(blobs[i]));
            } catch (bytes memory reason) {
                reasons[i] = bytes4(reason);
            }
        }
    }

    function decode(bytes calldata callData) external pure returns (bytes32) {
        reserveFrame();
        Calls calls = ExecutionDecoder.decode(callData);
        Item[] memory items = new Item[](calls.count());
        Call call = newCall();
        for (uint256 i; i < items.length; ++i) {
            calls.load(i, call);
            uint256 start = call.get(CALL_DATA);
            bytes calldata data = msg.data[start:start + call.get(CALL_DATA_LENGTH)];
            items[i] = Item(address(uint160(call.get(CALL_TARGET))), call.get(CALL_VALUE), data);
        }
        return keccak256(abi.encode(items));
    }

    function abiDecode(bytes calldata callData) external view returns (bytes32) {
        (bytes32 mode, bytes memory execution) = abi.decode(callData[4:], (bytes32, bytes));
        Item[] memory items = mode == MODE_SINGLE ? this.unpack(execution) : abi.decode(execution, (Item[]));
        return keccak256(abi.encode(items));
    }

    function unpack(bytes calldata execution) external pure returns (Item[] memory items) {
        items = new Item[](1);
        items[0] = Item(address(bytes20(execution)), uint256(bytes32(execution[20:52])), execution[52:]);
    }
}
