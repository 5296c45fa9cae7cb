// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call} from "../types/Call.sol";
import {MAX_PATH_LENGTH, OP_EQ, OP_GT, OP_GTE, OP_LT, OP_NEQ, OP_SGT, OP_SLTE} from "../types/Permission.sol";
import {Arguments} from "./Arguments.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader, Reader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice One rule: `(argument & mask) op right`, where `right` is a value or another argument times a factor.
library Rules {
    using Arguments for Call;
    using EnvelopeReader for Reader;

    /// @dev What a factor of 1 is.
    uint256 private constant ONE = 1e18;
    uint256 private constant SIGN = 1 << 255;

    /// @notice Reads the next rule, requires that it holds for the call, and returns its hash.
    function takeHash(Reader memory reader, Call memory call, uint256 index) internal pure returns (bytes32) {
        uint256 op = reader.takeByte();
        if (op > OP_SLTE) revert ISessionKeyValidator.UnknownOp(op);
        (uint256 path, uint256 pathLength) = reader.takePath(1, MAX_PATH_LENGTH);
        (uint256 other, uint256 otherLength) = reader.takePath(0, MAX_PATH_LENGTH);
        uint256 mask = _takeMask(reader);
        uint256 value = reader.takeInteger(32);

        uint256 word = call.follow(path, pathLength) & mask;
        uint256 right = otherLength == 0 ? value : _product(call, index, call.follow(other, otherLength), value);
        if (!holds(op, word, right)) revert ISessionKeyValidator.RuleNotMet(call.index, index, op, word, right);

        return
            SessionHash.ofRule(
                op,
                SessionHash.ofPath(path, pathLength),
                SessionHash.ofPath(other, otherLength),
                mask,
                value
            );
    }

    /// @notice `left op right`; a signed comparison is the unsigned one with the sign bits flipped.
    function holds(uint256 op, uint256 left, uint256 right) internal pure returns (bool) {
        unchecked {
            if (op == OP_EQ) return left == right;
            if (op == OP_NEQ) return left != right;
            if (op >= OP_SGT) {
                op -= OP_SGT - OP_GT;
                left ^= SIGN;
                right ^= SIGN;
            }
            if (op == OP_GT) return left > right;
            if (op == OP_LT) return left < right;
            if (op == OP_GTE) return left >= right;
            return left <= right;
        }
    }

    function _takeMask(Reader memory reader) private pure returns (uint256 mask) {
        uint256 flag = reader.takeByte();
        if (flag == 0) return type(uint256).max;
        if (flag != 1) revert ISessionKeyValidator.UnknownMaskFlag(flag);
        mask = wordAt(reader.advance(32));
        if (mask == type(uint256).max) revert ISessionKeyValidator.MaskNotMinimal();
    }

    /// `argument * factor / 1e18`, rounded down.
    function _product(
        Call memory call,
        uint256 index,
        uint256 argument,
        uint256 factor
    ) private pure returns (uint256) {
        (uint256 high, ) = Math.mul512(argument, factor);
        // The quotient fits in 256 bits exactly if the high word is below the divisor; mulDiv would panic otherwise.
        if (high >= ONE) revert ISessionKeyValidator.ProductTooLarge(call.index, index, argument, factor);
        return Math.mulDiv(argument, factor, ONE);
    }
}
