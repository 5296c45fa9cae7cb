// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call, CALL_INDEX} from "../types/Call.sol";
import {Envelope, ENVELOPE_ITEM_END} from "../types/Envelope.sol";
import {
    MAX_PATH_LENGTH,
    OP_EQ,
    OP_GT,
    OP_GTE,
    OP_LT,
    OP_NEQ,
    OP_SGT,
    OP_SLTE,
    Rule,
    RULE_MASK,
    RULE_OP,
    RULE_OTHER_HASH,
    RULE_PATH_HASH,
    RULE_VALUE
} from "../types/Rule.sol";
import {Arguments} from "./Arguments.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice One rule: `(argument & mask) op right`, where `right` is a value or another argument times a factor.
library Rules {
    using Arguments for Call;
    using EnvelopeReader for Envelope;

    /// @dev What a factor of 1 is.
    uint256 private constant ONE = 1e18;
    uint256 private constant SIGN = 1 << 255;

    /// @notice Reads rule `index`, at `at`, requires that it holds for the call, and fills in what is hashed of it.
    function take(
        Envelope envelope,
        uint256 at,
        Call call,
        uint256 index,
        Rule rule
    ) internal pure returns (uint256 next) {
        unchecked {
            uint256 op = wordAt(at) >> 248;
            if (op > OP_SLTE) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownOp(op);
            }
            (uint256 path, uint256 pathLength) = _pathAt(envelope, at + 1, 1);
            next = path + 2 * pathLength;
            (uint256 other, uint256 otherLength, uint256 mask) = (0, 0, type(uint256).max);
            // Most rules have neither another argument nor a mask: two zero bytes.
            if (wordAt(next) >> 240 == 0) {
                next += 2;
            } else {
                (other, otherLength) = _pathAt(envelope, next, 0);
                (mask, next) = _maskAt(envelope, other + 2 * otherLength);
            }
            uint256 value;
            (value, next) = envelope.integerAt(next, 32);
            envelope.set(ENVELOPE_ITEM_END, next);
            rule.set(RULE_OP, op);
            rule.set(RULE_MASK, mask);
            rule.set(RULE_VALUE, value);

            (uint256 argument, bytes32 pathHash) = call.take(envelope, path, pathLength);
            rule.set(RULE_PATH_HASH, uint256(pathHash));
            bytes32 otherHash = SessionHash.EMPTY;
            if (otherLength != 0) {
                uint256 factor;
                (factor, otherHash) = call.take(envelope, other, otherLength);
                value = _product(envelope, call, index, factor, value);
            }
            rule.set(RULE_OTHER_HASH, uint256(otherHash));
            argument &= mask;
            if (op == OP_EQ ? argument != value : !_holds(op, argument, value)) {
                envelope.reachItem();
                revert ISessionKeyValidator.RuleNotMet(call.get(CALL_INDEX), index, op, argument, value);
            }
        }
    }

    /// `left op right`; {OP_EQ} is the caller's. A signed comparison is the unsigned one with the sign bits flipped.
    function _holds(uint256 op, uint256 left, uint256 right) private pure returns (bool) {
        unchecked {
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

    /// A path has at least `min` elements, which is 0 or 1.
    function _pathAt(Envelope envelope, uint256 at, uint256 min) private pure returns (uint256 path, uint256 length) {
        unchecked {
            path = at + 1;
            length = wordAt(at) >> 248;
            // Below `min` wraps around.
            if (length - min > MAX_PATH_LENGTH - min) {
                envelope.reach(path);
                revert ISessionKeyValidator.InvalidPathLength(length, min, MAX_PATH_LENGTH);
            }
        }
    }

    function _maskAt(Envelope envelope, uint256 at) private pure returns (uint256 mask, uint256 next) {
        unchecked {
            uint256 flag = wordAt(at) >> 248;
            if (flag == 0) return (type(uint256).max, at + 1);
            if (flag != 1) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownMaskFlag(flag);
            }
            mask = wordAt(at + 1);
            next = at + 33;
            if (mask == type(uint256).max) {
                envelope.reach(next);
                revert ISessionKeyValidator.MaskNotMinimal();
            }
        }
    }

    /// `argument * factor / 1e18`, rounded down.
    function _product(
        Envelope envelope,
        Call call,
        uint256 index,
        uint256 argument,
        uint256 factor
    ) private pure returns (uint256) {
        (uint256 high, ) = Math.mul512(argument, factor);
        // The quotient fits in 256 bits exactly if the high word is below the divisor; mulDiv would panic otherwise.
        if (high >= ONE) {
            envelope.reachItem();
            revert ISessionKeyValidator.ProductTooLarge(call.get(CALL_INDEX), index, argument, factor);
        }
        return Math.mulDiv(argument, factor, ONE);
    }
}
