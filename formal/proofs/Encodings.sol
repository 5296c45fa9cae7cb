// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Extracted} from "../../contracts/mocks/formal/Extracted.sol";
import {MAX_SIGNER_LENGTH, MIN_SIGNER_LENGTH, TIME_LIMIT} from "../../contracts/types/Session.sol";

/// @notice Whatever the length word says: nothing overflows, and what it announces lies within the calldata.
contract OuterEncodingFits {
    function prove(uint64 total, uint256 length) external pure {
        uint256 end = Extracted.outer(total, length);
        assert(Extracted.HEAD + length <= total);
        assert(end == total && end - (Extracted.HEAD + length) < 32);
    }
}

contract OuterEncodingFitsBroken {
    function prove(uint64 total, uint256 length) external pure {
        unchecked {
            // The total is compared, but the length itself is not: rounding it up wraps.
            require(total >= Extracted.HEAD && Extracted.HEAD + ((length + 31) / 32) * 32 == total);
            assert(length <= total - Extracted.HEAD);
        }
    }
}

/// @notice Each tuple of a batch starts where the one before ended, and its data lies within the room.
contract TupleFits {
    function prove(uint256 next, uint256 dataLength, uint64 room) external pure {
        require(next <= uint256(room) + 31);
        uint256 end = Extracted.tuple(next, dataLength, room);
        assert(next + Extracted.TUPLE_HEAD + dataLength <= room);
        assert(end > next && end <= uint256(room) + 31);
    }
}

contract TupleFitsBroken {
    function prove(uint256 next, uint256 dataLength, uint64 room) external pure {
        require(next <= uint256(room) + 31);
        // As long as the whole room, not as what is left of it.
        require(next + Extracted.TUPLE_HEAD <= room && dataLength <= room);
        assert(next + Extracted.TUPLE_HEAD + dataLength <= room);
    }
}

/// @notice The window that is taken is `1 <= validAfter < validUntil < 2^47`, and no other.
contract WindowIsExact {
    function prove(uint48 validAfter, uint48 validUntil) external pure {
        bool wanted = validAfter >= 1 && validAfter < validUntil && validUntil < TIME_LIMIT;
        assert(Extracted.windowRefused(validAfter, validUntil, TIME_LIMIT) == !wanted);
    }
}

contract WindowIsExactBroken {
    function prove(uint48 validAfter, uint48 validUntil) external pure {
        bool wanted = validAfter >= 1 && validAfter < validUntil && validUntil < TIME_LIMIT;
        // Without the ones, a session may start at 0.
        assert((validAfter >= validUntil || validUntil >= TIME_LIMIT) == !wanted);
    }
}

/// @notice The signers that are taken have 20 to 1,024 bytes, and no others.
contract SignerLengthIsExact {
    function prove(uint16 length) external pure {
        bool wanted = length >= MIN_SIGNER_LENGTH && length <= MAX_SIGNER_LENGTH;
        assert(Extracted.lengthRefused(length, MIN_SIGNER_LENGTH, MAX_SIGNER_LENGTH) == !wanted);
    }
}

contract SignerLengthIsExactBroken {
    function prove(uint16 length) external pure {
        bool wanted = length >= MIN_SIGNER_LENGTH && length <= MAX_SIGNER_LENGTH;
        // The bound is not shifted along.
        assert(Extracted.lengthRefused(length, MIN_SIGNER_LENGTH, MAX_SIGNER_LENGTH + MIN_SIGNER_LENGTH) == !wanted);
    }
}
