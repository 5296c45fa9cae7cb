// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MAX_SPENT} from "../../types/Usage.sol";

/**
 * @notice The arithmetic of the libraries whose inputs come by assembly, which a model checker cannot follow: the same
 * formulas on plain integers, and with checked arithmetic, so that a proof says that nothing overflows. `formal/` proves
 * things about them; `test/formal/extracted.test.ts` shows that the libraries compute the same.
 */
library Extracted {
    /// @notice Where the library raises an error of its own.
    error Refused();

    uint256 internal constant MAX = type(uint256).max;
    /// @dev selector 4 | mode 32 | offset 32 | length 32
    uint256 internal constant HEAD = 100;
    /// @dev target 32 | value 32 | offset 32 | length 32
    uint256 internal constant TUPLE_HEAD = 128;

    /// @notice The part of the range `from` to `to` between `first` and `last`, all of them inclusive.
    function narrow(
        uint256 from,
        uint256 to,
        uint256 first,
        uint256 last
    ) internal pure returns (uint256 validAfter, uint256 validUntil) {
        return (first > from ? first : from, last < to ? last : to);
    }

    /// @notice PERIODIC: number, first and last second of the period in which `time` lies.
    function period(
        uint256 time,
        uint256 start,
        uint256 length
    ) internal pure returns (uint256 index, uint256 first, uint256 last) {
        index = (time - start) / length;
        first = start + index * length;
        last = first + length - 1;
    }

    /// @notice What is spent after `asked` is charged; reverts if that is more than `available`.
    function spend(uint256 spent, uint256 asked, uint256 available) internal pure returns (uint256) {
        require(spent <= available && asked <= available - spent, Refused());
        return spent + asked;
    }

    /// @notice STREAM: what may be spent in all after `elapsed` seconds.
    function accrued(uint256 limit, uint256 elapsed, uint256 length) internal pure returns (uint256) {
        uint256 all = (limit * elapsed) / length;
        return all < MAX_SPENT ? all : MAX_SPENT;
    }

    /// @notice The length of an operation's calldata; reverts if it is not that of the canonical encoding.
    function outer(uint256 total, uint256 length) internal pure returns (uint256 end) {
        require(total >= HEAD && length <= total - HEAD, Refused());
        end = HEAD + padded(length);
        require(end == total, Refused());
    }

    /// @notice Where the tuple of a batch ends that starts at `next`, of `room` bytes; reverts if it does not fit.
    function tuple(uint256 next, uint256 dataLength, uint256 room) internal pure returns (uint256) {
        require(next + TUPLE_HEAD <= room, Refused());
        next += TUPLE_HEAD;
        require(dataLength <= room - next, Refused());
        return next + padded(dataLength);
    }

    /// @notice Rounded up to words.
    function padded(uint256 length) internal pure returns (uint256) {
        return ((length + 31) / 32) * 32;
    }

    /// @notice What the fee budget is charged, saturating.
    function maxFee(
        uint256 verificationGas,
        uint256 callGas,
        uint256 preVerificationGas,
        uint256 price
    ) internal pure returns (uint256) {
        uint256 gas = verificationGas + callGas;
        gas = preVerificationGas > MAX - gas ? MAX : gas + preVerificationGas;
        return price != 0 && gas > MAX / price ? MAX : gas * price;
    }

    /// @notice Whether the window of a session is refused: one comparison does for both of its lower ends.
    function windowRefused(uint256 validAfter, uint256 validUntil, uint256 limit) internal pure returns (bool) {
        unchecked {
            return validAfter - 1 >= validUntil - 1 || validUntil - 1 >= limit - 1;
        }
    }

    /// @notice Whether a length is outside of `min` to `max`: one comparison does for both ends.
    function lengthRefused(uint256 length, uint256 min, uint256 max) internal pure returns (bool) {
        unchecked {
            return length - min > max - min;
        }
    }
}
