// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {
    Call,
    CALL_DATA,
    CALL_DATA_LENGTH,
    CALL_INDEX,
    CALL_TARGET,
    CALL_VALUE,
    Calls,
    newCall
} from "../types/Call.sol";
import {Charge, newCharge} from "../types/Charge.sol";
import {Envelope, ENVELOPE_HEIGHT} from "../types/Envelope.sol";
import {Ledger} from "../types/Ledger.sol";
import {
    KIND_ANY_CALL,
    KIND_ANY_TARGET,
    KIND_CALL,
    KIND_TRANSFER,
    MAX_CHARGES,
    MAX_RULES,
    newPermission,
    Permission,
    PERMISSION_CHARGES_HASH,
    PERMISSION_KIND,
    PERMISSION_MAX_VALUE,
    PERMISSION_RULES_HASH,
    PERMISSION_SELECTOR,
    PERMISSION_TARGET
} from "../types/Permission.sol";
import {newRule, Rule} from "../types/Rule.sol";
import {wordAt} from "./CalldataWord.sol";
import {Charges} from "./Charges.sol";
import {EnvelopeReader} from "./EnvelopeReader.sol";
import {Memory} from "./Memory.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {Rules} from "./Rules.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice Is this call allowed, and by which permission of which tree? The envelope brings one permission per call.
library Permissions {
    using EnvelopeReader for Envelope;

    uint256 private constant SELECTOR_MASK = 0xffffffff << 224;
    address internal constant ENTRYPOINT_V06 = 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789;

    /**
     * @notice Reads the permission of each call, the first one at `at`; requires that it allows the call, enters its
     * charges in the ledger, and returns the root of the one tree that they all belong to.
     */
    function takeRoot(
        Envelope envelope,
        uint256 at,
        Calls calls,
        Ledger ledger
    ) internal view returns (bytes32 root, uint256 next) {
        uint256 height = envelope.get(ENVELOPE_HEIGHT);
        uint256 count = calls.count();
        Call call = newCall();
        Permission permission = newPermission();
        next = at;
        for (uint256 i; i < count; ++i) {
            calls.load(i, call);
            next = _take(envelope, next, call, ledger, permission);
            bytes32 found;
            (found, next) = MerkleTree.takeRoot(envelope, next, permission.hash(), height);
            envelope.reach(next);
            if (i == 0) root = found;
            else if (found != root) revert ISessionKeyValidator.PermissionsMismatch(i, found, root);
        }
    }

    /// Reads one permission and requires that it allows the call.
    function _take(
        Envelope envelope,
        uint256 at,
        Call call,
        Ledger ledger,
        Permission permission
    ) private view returns (uint256 next) {
        unchecked {
            _requireLawfulTarget(call);
            _takeKind(envelope, at, call, permission);
            uint256 maxValue;
            (maxValue, next) = envelope.integerAt(at + 1, 16);
            if (call.get(CALL_VALUE) > maxValue) {
                envelope.reach(next);
                revert ISessionKeyValidator.ValueTooHigh(call.get(CALL_INDEX), call.get(CALL_VALUE), maxValue);
            }
            permission.set(PERMISSION_MAX_VALUE, maxValue);
            next = _takeRules(envelope, next, call, permission);
            next = _takeCharges(envelope, next, call, ledger, permission);
        }
    }

    /// Whatever a session says: these would let it take over the account, its sessions, or its deposit. The zero
    /// address means "self" to some accounts.
    function _requireLawfulTarget(Call call) private view {
        uint256 target = call.get(CALL_TARGET);
        (address v07, address v08, address v09) = (
            address(ERC4337Utils.ENTRYPOINT_V07),
            address(ERC4337Utils.ENTRYPOINT_V08),
            address(ERC4337Utils.ENTRYPOINT_V09)
        );
        bool forbidden;
        assembly ("memory-safe") {
            // `target == msg.sender || target == address(this) || ...`, without a jump for each: 110 gas less per call.
            forbidden := or(eq(target, caller()), or(eq(target, address()), iszero(target)))
            forbidden := or(forbidden, or(eq(target, ENTRYPOINT_V06), eq(target, v07)))
            forbidden := or(forbidden, or(eq(target, v08), eq(target, v09)))
        }
        if (forbidden) revert ISessionKeyValidator.ForbiddenTarget(call.get(CALL_INDEX), address(uint160(target)));
    }

    /// The kind at `at`: which calls it fits, and what of the call it names. Calldata of 1 to 3 bytes fits no kind: it has
    /// no selector, and is not empty.
    function _takeKind(Envelope envelope, uint256 at, Call call, Permission permission) private pure {
        unchecked {
            uint256 kind = wordAt(at) >> 248;
            uint256 length = call.get(CALL_DATA_LENGTH);
            permission.set(PERMISSION_KIND, kind);
            permission.set(PERMISSION_TARGET, call.get(CALL_TARGET));
            permission.set(PERMISSION_SELECTOR, wordAt(call.get(CALL_DATA)) & SELECTOR_MASK);
            if (kind != KIND_CALL) _takeOtherKind(envelope, at, call, permission);
            if (kind == KIND_TRANSFER ? length != 0 : length < 4) {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.CallDataMismatch(call.get(CALL_INDEX), kind, length);
            }
        }
    }

    /// Each of the kinds besides CALL, which most permissions are of, leaves out something of the call.
    function _takeOtherKind(Envelope envelope, uint256 at, Call call, Permission permission) private pure {
        unchecked {
            uint256 kind = wordAt(at) >> 248;
            if (kind == KIND_CALL | KIND_ANY_TARGET) permission.set(PERMISSION_TARGET, 0);
            else if (kind <= KIND_ANY_CALL) permission.set(PERMISSION_SELECTOR, 0);
            else {
                envelope.reach(at + 1);
                revert ISessionKeyValidator.UnknownPermissionKind(call.get(CALL_INDEX), kind);
            }
        }
    }

    /// The rules' count is at `at`.
    function _takeRules(
        Envelope envelope,
        uint256 at,
        Call call,
        Permission permission
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 count = wordAt(at) >> 248;
            next = at + 1;
            if (count == 0) {
                permission.set(PERMISSION_RULES_HASH, uint256(SessionHash.EMPTY));
                return next;
            }
            if (count > MAX_RULES) {
                envelope.reach(next);
                revert ISessionKeyValidator.TooManyRules(count, MAX_RULES);
            }
            uint256 hashes = Memory.allocate(count);
            Rule rule = newRule();
            for (uint256 i; i < count; ++i) {
                next = Rules.take(envelope, next, call, i, rule);
                Memory.store(hashes, i, uint256(rule.hash()));
            }
            permission.set(PERMISSION_RULES_HASH, uint256(Memory.hash(hashes, count)));
        }
    }

    /// The charges' count is at `at`.
    function _takeCharges(
        Envelope envelope,
        uint256 at,
        Call call,
        Ledger ledger,
        Permission permission
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 count = wordAt(at) >> 248;
            next = at + 1;
            if (count == 0) {
                permission.set(PERMISSION_CHARGES_HASH, uint256(SessionHash.EMPTY));
                return next;
            }
            if (count > MAX_CHARGES) {
                envelope.reach(next);
                revert ISessionKeyValidator.TooManyCharges(count, MAX_CHARGES);
            }
            uint256 hashes = Memory.allocate(count);
            Charge charge = newCharge();
            for (uint256 i; i < count; ++i) {
                next = Charges.take(envelope, next, call, ledger, charge);
                Memory.store(hashes, i, uint256(charge.hash()));
            }
            permission.set(PERMISSION_CHARGES_HASH, uint256(Memory.hash(hashes, count)));
        }
    }
}
