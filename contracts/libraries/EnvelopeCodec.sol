// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Budget, budgetOf, BUDGET_STREAM, BUDGET_TOTAL, MAX_BUDGETS, MAX_PERIODS, MIN_PERIOD} from "../types/Budget.sol";
import {
    FEES_UNLIMITED,
    MAX_GRANT_HEIGHT,
    MAX_SIGNER_LENGTH,
    MAX_TREE_HEIGHT,
    MIN_SIGNER_LENGTH,
    Session,
    TIME_LIMIT
} from "../types/Session.sol";
import {reserve, Words} from "../types/Words.sol";
import {wordAt} from "./CalldataWord.sol";
import {Ledger} from "./Charges.sol";
import {EnvelopeReader, Reader} from "./EnvelopeReader.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {SessionHash} from "./SessionHash.sol";
import {TypeHashes} from "./TypeHashes.sol";

/// @notice What the header of the envelope says besides the session itself.
struct Header {
    /// {MODE_USE}, {MODE_ENABLE} or {MODE_SIGNED}
    uint256 mode;
    /// the claimed time in unix seconds; 0 when none is claimed (no session is alive at 0)
    uint256 time;
    /// of the permission tree
    uint256 height;
    /// where the signer's bytes start in calldata
    uint256 signerAt;
    uint256 signerLength;
}

/**
 * @notice The wire format of `userOp.signature`, all but the permissions ({Permissions}). Big-endian, packed, one
 * encoding only.
 *
 *     head 1 | salt 8 | validAfter 6 | validUntil 6 | [paymaster 20] | feeBudget 1 | signer 2 + k | budgets 1 + ... |
 *     [time 6] | height 1 | permissions ... | [grant ...] | key signature
 */
library EnvelopeCodec {
    using EnvelopeReader for Reader;

    uint256 internal constant MODE_USE = 0;
    uint256 internal constant MODE_ENABLE = 1;
    uint256 internal constant MODE_SIGNED = 2;

    uint256 private constant MODE_MASK = 3;
    uint256 private constant PAYMASTER_FLAG = 4;
    uint256 private constant TIME_FLAG = 8;

    /// @notice A reader at the first byte of `userOp.signature`.
    function open(bytes calldata signature) internal pure returns (Reader memory reader) {
        unchecked {
            uint256 start;
            assembly ("memory-safe") {
                // Solidity cannot tell where a calldata slice lies.
                start := signature.offset
            }
            reader.start = start;
            reader.position = start;
            reader.end = start + signature.length;
        }
    }

    /// @notice Reads everything up to the permissions: fills in the session's own fields and the ledger's budgets.
    function takeHeader(
        Reader memory reader,
        Session memory session,
        Ledger memory ledger
    ) internal pure returns (Header memory header) {
        unchecked {
            uint256 word = wordAt(reader.advance(21));
            uint256 head = word >> 248;
            header.mode = head & MODE_MASK;
            if (head > (MODE_MASK | PAYMASTER_FLAG | TIME_FLAG) || header.mode > MODE_SIGNED) {
                revert ISessionKeyValidator.InvalidHead(head);
            }
            session.salt = uint64(word >> 184);
            _setWindow(session, uint48(word >> 136), uint48(word >> 88));
            if (head & PAYMASTER_FLAG != 0) {
                session.paymaster = address(uint160(wordAt(reader.advance(20)) >> 96));
                if (session.paymaster == address(0)) revert ISessionKeyValidator.ZeroPaymasterField();
            }
            word = wordAt(reader.advance(3));
            session.feeBudget = word >> 248;
            _takeSigner(reader, header, session, uint16(word >> 232));
            _takeBudgets(reader, session, ledger);
            if (head & TIME_FLAG != 0) header.time = _takeTime(reader, session);
            header.height = reader.takeByte();
            if (header.height > MAX_TREE_HEIGHT) {
                revert ISessionKeyValidator.TreeTooHigh(header.height, MAX_TREE_HEIGHT);
            }
            session.typeHash = TypeHashes.session(header.height);
        }
    }

    /**
     * @notice Reads the grant: the session's place in the tree of sessions, and the owner's signature.
     * @return structHash What the owner signed: the session itself, or a `SessionGrant` of several.
     * @return at Where the owner's signature starts in calldata.
     * @return length Its length.
     */
    function takeGrant(
        Reader memory reader,
        bytes32 sessionId,
        uint256 treeHeight
    ) internal pure returns (bytes32 structHash, uint256 at, uint256 length) {
        uint256 height = reader.takeByte();
        if (height > MAX_GRANT_HEIGHT) revert ISessionKeyValidator.GrantTooHigh(height, MAX_GRANT_HEIGHT);
        bytes32 root = MerkleTree.takeRoot(reader, sessionId, height);
        structHash = height == 0 ? sessionId : SessionHash.ofGrant(treeHeight, height, root);
        length = wordAt(reader.advance(2)) >> 240;
        at = reader.advance(length);
    }

    function _setWindow(Session memory session, uint256 validAfter, uint256 validUntil) private pure {
        if (validAfter == 0 || validAfter >= validUntil || validUntil >= TIME_LIMIT) {
            revert ISessionKeyValidator.InvalidTimeWindow(uint48(validAfter), uint48(validUntil));
        }
        session.validAfter = validAfter;
        session.validUntil = validUntil;
    }

    function _takeSigner(
        Reader memory reader,
        Header memory header,
        Session memory session,
        uint256 length
    ) private pure {
        if (length < MIN_SIGNER_LENGTH || length > MAX_SIGNER_LENGTH) {
            revert ISessionKeyValidator.InvalidSignerLength(length, MIN_SIGNER_LENGTH, MAX_SIGNER_LENGTH);
        }
        uint256 at = reader.advance(length);
        header.signerAt = at;
        header.signerLength = length;
        session.signerHash = SessionHash.ofCalldata(at, length);
    }

    function _takeBudgets(Reader memory reader, Session memory session, Ledger memory ledger) private pure {
        unchecked {
            uint256 count = reader.takeByte();
            if (count > MAX_BUDGETS) revert ISessionKeyValidator.TooManyBudgets(count, MAX_BUDGETS);
            if (session.feeBudget >= count && session.feeBudget < FEES_UNLIMITED) {
                revert ISessionKeyValidator.InvalidFeeBudget(session.feeBudget, count);
            }
            if (count == 0) {
                session.budgetsHash = SessionHash.EMPTY;
                return;
            }
            ledger.count = count;
            ledger.terms = reserve(count);
            ledger.asked = reserve(count);
            Words hashes = reserve(count);
            uint256 duration = session.validUntil - session.validAfter;
            for (uint256 i; i < count; ++i) {
                Budget budget = _takeBudget(reader, i, duration);
                ledger.terms.set(i, Budget.unwrap(budget));
                ledger.asked.set(i, 0);
                hashes.set(i, uint256(SessionHash.ofBudget(budget)));
            }
            session.budgetsHash = hashes.hash(count);
        }
    }

    /// `duration` is that of the session, which must not have more periods than the usage word can number.
    function _takeBudget(Reader memory reader, uint256 index, uint256 duration) private pure returns (Budget) {
        unchecked {
            uint256 kind = reader.takeByte();
            if (kind > BUDGET_STREAM) revert ISessionKeyValidator.UnknownBudgetKind(index, kind);
            uint256 limit = reader.takeInteger(13);
            uint256 period = wordAt(reader.advance(4)) >> 224;
            if (kind == BUDGET_TOTAL) {
                if (period != 0) revert ISessionKeyValidator.InvalidBudgetPeriod(index, period, 0);
            } else if (period < MIN_PERIOD || duration > MAX_PERIODS * period) {
                uint256 shortest = (duration + MAX_PERIODS - 1) / MAX_PERIODS;
                revert ISessionKeyValidator.InvalidBudgetPeriod(
                    index,
                    period,
                    shortest < MIN_PERIOD ? MIN_PERIOD : shortest
                );
            }
            return budgetOf(kind, limit, period);
        }
    }

    function _takeTime(Reader memory reader, Session memory session) private pure returns (uint256 time) {
        time = wordAt(reader.advance(6)) >> 208;
        if (time < session.validAfter || time > session.validUntil) {
            revert ISessionKeyValidator.TimeOutsideSession(
                uint48(time),
                uint48(session.validAfter),
                uint48(session.validUntil)
            );
        }
    }
}
