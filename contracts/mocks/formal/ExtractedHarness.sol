// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "./Extracted.sol";

/// @notice {Extracted} for tests.
contract ExtractedHarness {
    function narrow(
        uint256 from,
        uint256 to,
        uint256 first,
        uint256 last
    ) external pure returns (uint256 validAfter, uint256 validUntil) {
        return Extracted.narrow(from, to, first, last);
    }

    function period(
        uint256 time,
        uint256 start,
        uint256 length
    ) external pure returns (uint256 index, uint256 first, uint256 last) {
        return Extracted.period(time, start, length);
    }

    function spend(uint256 spent, uint256 asked, uint256 available) external pure returns (uint256) {
        return Extracted.spend(spent, asked, available);
    }

    function accrued(uint256 limit, uint256 elapsed, uint256 length) external pure returns (uint256) {
        return Extracted.accrued(limit, elapsed, length);
    }

    function outer(uint256 total, uint256 length) external pure returns (uint256) {
        return Extracted.outer(total, length);
    }

    function tuple(uint256 next, uint256 dataLength, uint256 room) external pure returns (uint256) {
        return Extracted.tuple(next, dataLength, room);
    }

    function maxFee(
        uint256 verificationGas,
        uint256 callGas,
        uint256 preVerificationGas,
        uint256 price
    ) external pure returns (uint256) {
        return Extracted.maxFee(verificationGas, callGas, preVerificationGas, price);
    }

    function windowRefused(uint256 validAfter, uint256 validUntil, uint256 limit) external pure returns (bool) {
        return Extracted.windowRefused(validAfter, validUntil, limit);
    }

    function lengthRefused(uint256 length, uint256 min, uint256 max) external pure returns (bool) {
        return Extracted.lengthRefused(length, min, max);
    }
}
