// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {ISessionKeyValidator} from "../interfaces/ISessionKeyValidator.sol";
import {Call, Calls} from "../types/Call.sol";
import {
    KIND_ANY_CALL,
    KIND_ANY_TARGET,
    KIND_CALL,
    KIND_TRANSFER,
    MAX_CHARGES,
    MAX_RULES
} from "../types/Permission.sol";
import {reserve, Words} from "../types/Words.sol";
import {wordAt} from "./CalldataWord.sol";
import {Charges, Ledger} from "./Charges.sol";
import {EnvelopeReader, Reader} from "./EnvelopeReader.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {Rules} from "./Rules.sol";
import {SessionHash} from "./SessionHash.sol";

/// @notice Is this call allowed, and by which permission of which tree? The envelope brings one permission per call.
library Permissions {
    using EnvelopeReader for Reader;

    address internal constant ENTRYPOINT_V06 = 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789;

    /**
     * @notice Reads the permission of each call, requires that it allows the call, enters its charges in the ledger, and
     * returns the root of the one tree that they all belong to.
     */
    function takeRoot(
        Reader memory reader,
        Calls calls,
        uint256 height,
        Ledger memory ledger
    ) internal view returns (bytes32 root) {
        uint256 count = calls.count();
        Call memory call;
        for (uint256 i; i < count; ++i) {
            calls.load(i, call);
            bytes32 leaf = _takeHash(reader, call, ledger);
            bytes32 found = MerkleTree.takeRoot(reader, leaf, height);
            if (i == 0) root = found;
            else if (found != root) revert ISessionKeyValidator.PermissionsMismatch(i, found, root);
        }
    }

    /// Reads one permission, requires that it allows the call, and returns its hash.
    function _takeHash(Reader memory reader, Call memory call, Ledger memory ledger) private view returns (bytes32) {
        _requireLawfulTarget(call);
        uint256 kind = _takeKind(reader, call);
        uint256 maxValue = reader.takeInteger(16);
        if (call.value > maxValue) revert ISessionKeyValidator.ValueTooHigh(call.index, call.value, maxValue);
        bytes32 rulesHash = _takeRules(reader, call);
        bytes32 chargesHash = _takeCharges(reader, call, ledger);
        return
            SessionHash.ofPermission(
                kind,
                kind & KIND_ANY_TARGET == 0 ? call.target : address(0),
                kind & ~KIND_ANY_TARGET == KIND_CALL ? bytes4(bytes32(wordAt(call.dataAt))) : bytes4(0),
                maxValue,
                rulesHash,
                chargesHash
            );
    }

    /// Whatever a session says: these would let it take over the account, its sessions, or its deposit. The zero
    /// address means "self" to some accounts.
    function _requireLawfulTarget(Call memory call) private view {
        address target = call.target;
        if (
            target == msg.sender ||
            target == address(this) ||
            target == address(0) ||
            target == ENTRYPOINT_V06 ||
            target == address(ERC4337Utils.ENTRYPOINT_V07) ||
            target == address(ERC4337Utils.ENTRYPOINT_V08) ||
            target == address(ERC4337Utils.ENTRYPOINT_V09)
        ) revert ISessionKeyValidator.ForbiddenTarget(call.index, target);
    }

    /// Calldata of 1 to 3 bytes fits no kind: it has no selector, and is not empty.
    function _takeKind(Reader memory reader, Call memory call) private pure returns (uint256 kind) {
        kind = reader.takeByte();
        if (kind > KIND_ANY_CALL && kind != KIND_CALL | KIND_ANY_TARGET) {
            revert ISessionKeyValidator.UnknownPermissionKind(call.index, kind);
        }
        if (kind == KIND_TRANSFER ? call.dataLength != 0 : call.dataLength < 4) {
            revert ISessionKeyValidator.CallDataMismatch(call.index, kind, call.dataLength);
        }
    }

    function _takeRules(Reader memory reader, Call memory call) private pure returns (bytes32) {
        uint256 count = reader.takeByte();
        if (count == 0) return SessionHash.EMPTY;
        if (count > MAX_RULES) revert ISessionKeyValidator.TooManyRules(count, MAX_RULES);
        Words hashes = reserve(count);
        for (uint256 i; i < count; ++i) hashes.set(i, uint256(Rules.takeHash(reader, call, i)));
        return hashes.hash(count);
    }

    function _takeCharges(Reader memory reader, Call memory call, Ledger memory ledger) private pure returns (bytes32) {
        uint256 count = reader.takeByte();
        if (count == 0) return SessionHash.EMPTY;
        if (count > MAX_CHARGES) revert ISessionKeyValidator.TooManyCharges(count, MAX_CHARGES);
        Words hashes = reserve(count);
        for (uint256 i; i < count; ++i) hashes.set(i, uint256(Charges.takeHash(reader, call, ledger)));
        return hashes.hash(count);
    }
}
