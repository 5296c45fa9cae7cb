// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Budget, BUDGET_STREAM, BUDGET_TOTAL, MAX_BUDGETS, MAX_PERIODS, MIN_PERIOD} from "../types/Budget.sol";
import {
    Envelope,
    ENVELOPE_END,
    ENVELOPE_HEIGHT,
    ENVELOPE_MODE,
    ENVELOPE_SIGNER,
    ENVELOPE_SIGNER_LENGTH,
    ENVELOPE_START,
    newEnvelope
} from "../types/Envelope.sol";
import {Ledger, LEDGER_TIME, LEDGER_VALID_AFTER, LEDGER_VALID_UNTIL} from "../types/Ledger.sol";
import {
    FEES_UNLIMITED,
    MAX_GRANT_HEIGHT,
    MAX_SIGNER_LENGTH,
    MAX_TREE_HEIGHT,
    MIN_SIGNER_LENGTH,
    Session,
    SESSION_BUDGETS_HASH,
    SESSION_FEE_BUDGET,
    SESSION_PAYMASTER,
    SESSION_SALT,
    SESSION_SIGNER_HASH,
    SESSION_TYPE_HASH,
    SESSION_VALID_AFTER,
    SESSION_VALID_UNTIL,
    TIME_LIMIT
} from "../types/Session.sol";
import {wordAt} from "./CalldataWord.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {Memory} from "./Memory.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {SessionHash} from "./SessionHash.sol";
import {TypeHashes} from "./TypeHashes.sol";

/**
 * @notice The wire format of `userOp.signature`, all but the permissions ({Permissions}). Big-endian, packed, one
 * encoding only.
 *
 *     head 1 | salt 8 | validAfter 6 | validUntil 6 | [paymaster 20] | feeBudget 1 | signer 2 + k | budgets 1 + ... |
 *     [time 6] | height 1 | permissions ... | [grant ...] | key signature
 */
library EnvelopeCodec {
    using EnvelopeReader for Envelope;

    uint256 private constant MODE_MASK = 3;
    uint256 private constant PAYMASTER_FLAG = 4;
    uint256 private constant TIME_FLAG = 8;
    /// @dev Bit i: head i is valid. Any flags, any mode but 3.
    uint256 private constant VALID_HEADS = 0x7777;

    /// @notice The envelope in `userOp.signature`, unread.
    function open(bytes calldata signature) internal pure returns (Envelope) {
        uint256 start;
        assembly ("memory-safe") {
            // Solidity cannot tell where a calldata slice lies.
            start := signature.offset
        }
        return newEnvelope(start, signature.length);
    }

    /**
     * @notice Reads everything up to the permissions: fills in the session's own fields, the envelope's, and the ledger's
     * budgets and time.
     */
    function takeHeader(Envelope envelope, Session session, Ledger ledger) internal pure returns (uint256 next) {
        unchecked {
            uint256 at = envelope.get(ENVELOPE_START);
            uint256 word = wordAt(at);
            uint256 head = word >> 248;
            if ((VALID_HEADS >> head) & 1 == 0) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.InvalidHead(head);
            }
            envelope.set(ENVELOPE_MODE, head & MODE_MASK);
            session.set(SESSION_SALT, uint64(word >> 184));
            at += 21;
            _setWindow(envelope, at, uint48(word >> 136), uint48(word >> 88), session, ledger);
            if (head & PAYMASTER_FLAG != 0) at = _takePaymaster(envelope, at, session);
            word = wordAt(at);
            session.set(SESSION_FEE_BUDGET, word >> 248);
            at = _takeSigner(envelope, at + 3, uint16(word >> 232), session);
            at = _takeBudgets(envelope, at, session, ledger);
            if (head & TIME_FLAG != 0) at = _takeTime(envelope, at, session, ledger);
            uint256 height = wordAt(at) >> 248;
            next = at + 1;
            envelope.reach(next);
            if (height > MAX_TREE_HEIGHT) revert ISessionKeyValidator.TreeTooHigh(height, MAX_TREE_HEIGHT);
            envelope.set(ENVELOPE_HEIGHT, height);
            session.set(SESSION_TYPE_HASH, uint256(TypeHashes.session(height)));
        }
    }

    /**
     * @notice Reads the grant at `at`: the session's place in the tree of sessions, and the owner's signature.
     * @return structHash What the owner signed: the session itself, or a `SessionGrant` of several.
     * @return signature The owner's, for the account's ERC-1271.
     */
    function takeGrant(
        Envelope envelope,
        uint256 at,
        bytes32 sessionId
    ) internal pure returns (bytes32 structHash, bytes calldata signature, uint256 next) {
        unchecked {
            uint256 height = wordAt(at) >> 248;
            if (height > MAX_GRANT_HEIGHT) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.GrantTooHigh(height, MAX_GRANT_HEIGHT);
            }
            (structHash, at) = MerkleTree.takeRoot(envelope, at + 1, sessionId, height);
            if (height != 0) structHash = SessionHash.ofGrant(envelope.get(ENVELOPE_HEIGHT), height, structHash);
            signature = EnvelopeReader.slice(at + 2, wordAt(at) >> 240);
            next = at + 2 + signature.length;
            envelope.reach(next);
        }
    }

    /**
     * @notice The end of the envelope, at `end`: all before it was read, and is what the key signed.
     * @return hash keccak256 of the envelope.
     * @return signer The signer's bytes, from the header.
     * @return signature The key's signature: the rest of `userOp.signature`.
     */
    function close(
        Envelope envelope,
        uint256 end
    ) internal pure returns (bytes32 hash, bytes calldata signer, bytes calldata signature) {
        unchecked {
            uint256 start = envelope.get(ENVELOPE_START);
            hash = SessionHash.ofCalldata(start, end - start);
            signer = EnvelopeReader.slice(envelope.get(ENVELOPE_SIGNER), envelope.get(ENVELOPE_SIGNER_LENGTH));
            signature = EnvelopeReader.slice(end, envelope.get(ENVELOPE_END) - end);
        }
    }

    /// The window, whose fields end at `end`.
    function _setWindow(
        Envelope envelope,
        uint256 end,
        uint256 validAfter,
        uint256 validUntil,
        Session session,
        Ledger ledger
    ) private pure {
        unchecked {
            // 1 <= validAfter < validUntil < TIME_LIMIT: a difference below 0 wraps around, above any limit.
            if ((validAfter - 1) | (validUntil - validAfter - 1) | validUntil >= TIME_LIMIT) {
                envelope.reach(end);
                revert ISessionKeyValidator.InvalidTimeWindow(uint48(validAfter), uint48(validUntil));
            }
            session.set(SESSION_VALID_AFTER, validAfter);
            session.set(SESSION_VALID_UNTIL, validUntil);
            ledger.set(LEDGER_VALID_AFTER, validAfter);
            ledger.set(LEDGER_VALID_UNTIL, validUntil);
        }
    }

    function _takePaymaster(Envelope envelope, uint256 at, Session session) private pure returns (uint256 next) {
        unchecked {
            uint256 paymaster = wordAt(at) >> 96;
            next = at + 20;
            if (paymaster == 0) {
                envelope.reach(next);
                revert ISessionKeyValidator.ZeroPaymasterField();
            }
            session.set(SESSION_PAYMASTER, paymaster);
        }
    }

    function _takeSigner(
        Envelope envelope,
        uint256 at,
        uint256 length,
        Session session
    ) private pure returns (uint256 next) {
        unchecked {
            // Below the minimum wraps around.
            if (length - MIN_SIGNER_LENGTH > MAX_SIGNER_LENGTH - MIN_SIGNER_LENGTH) {
                envelope.reach(at);
                revert ISessionKeyValidator.InvalidSignerLength(length, MIN_SIGNER_LENGTH, MAX_SIGNER_LENGTH);
            }
            envelope.set(ENVELOPE_SIGNER, at);
            envelope.set(ENVELOPE_SIGNER_LENGTH, length);
            session.set(SESSION_SIGNER_HASH, uint256(SessionHash.ofCalldata(at, length)));
            return at + length;
        }
    }

    function _takeBudgets(
        Envelope envelope,
        uint256 at,
        Session session,
        Ledger ledger
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 count = wordAt(at) >> 248;
            next = at + 1;
            uint256 feeBudget = session.get(SESSION_FEE_BUDGET);
            if (count > MAX_BUDGETS) {
                envelope.reach(next);
                revert ISessionKeyValidator.TooManyBudgets(count, MAX_BUDGETS);
            }
            // Below `count` wraps around.
            if (feeBudget - count < FEES_UNLIMITED - count) {
                envelope.reach(next);
                revert ISessionKeyValidator.InvalidFeeBudget(feeBudget, count);
            }
            if (count == 0) {
                session.set(SESSION_BUDGETS_HASH, uint256(SessionHash.EMPTY));
                return next;
            }
            ledger.open(count);
            uint256 hashes = Memory.allocate(count);
            uint256 duration = session.get(SESSION_VALID_UNTIL) - session.get(SESSION_VALID_AFTER);
            for (uint256 i; i < count; ++i) {
                Budget budget = ledger.budget(i);
                next = _takeBudget(envelope, next, i, duration, budget);
                Memory.store(hashes, i, uint256(budget.hash()));
            }
            session.set(SESSION_BUDGETS_HASH, uint256(Memory.hash(hashes, count)));
        }
    }

    /// `duration` is that of the session, which must not have more periods than the usage word can number.
    function _takeBudget(
        Envelope envelope,
        uint256 at,
        uint256 index,
        uint256 duration,
        Budget budget
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 kind = wordAt(at) >> 248;
            if (kind > BUDGET_STREAM) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownBudgetKind(index, kind);
            }
            uint256 limit;
            (limit, next) = envelope.integerAt(at + 1, 13);
            uint256 period = wordAt(next) >> 224;
            next += 4;
            if (kind == BUDGET_TOTAL ? period != 0 : period < MIN_PERIOD || duration > MAX_PERIODS * period) {
                envelope.reach(next);
                uint256 shortest = (duration + MAX_PERIODS - 1) / MAX_PERIODS;
                uint256 min = kind == BUDGET_TOTAL ? 0 : (shortest < MIN_PERIOD ? MIN_PERIOD : shortest);
                revert ISessionKeyValidator.InvalidBudgetPeriod(index, period, min);
            }
            budget.fill(kind, limit, period);
        }
    }

    function _takeTime(
        Envelope envelope,
        uint256 at,
        Session session,
        Ledger ledger
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 time = wordAt(at) >> 208;
            next = at + 6;
            (uint256 validAfter, uint256 validUntil) = (
                session.get(SESSION_VALID_AFTER),
                session.get(SESSION_VALID_UNTIL)
            );
            // Before the session wraps around.
            if (time - validAfter > validUntil - validAfter) {
                envelope.reach(next);
                revert ISessionKeyValidator.TimeOutsideSession(uint48(time), uint48(validAfter), uint48(validUntil));
            }
            ledger.set(LEDGER_TIME, time);
        }
    }
}
