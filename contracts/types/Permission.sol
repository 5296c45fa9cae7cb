// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev Permission kinds. CALL: one selector of one target. TRANSFER: no calldata. ANY_CALL: any selector of one target.
uint256 constant KIND_CALL = 0;
uint256 constant KIND_TRANSFER = 1;
uint256 constant KIND_ANY_CALL = 2;
/// @dev Flag, with CALL only: one selector of whatever target (hashed as target 0).
uint256 constant KIND_ANY_TARGET = 0x80;

uint256 constant MAX_RULES = 16;
uint256 constant MAX_CHARGES = 8;
uint256 constant MAX_PATH_LENGTH = 4;

/// @dev Comparisons of a rule. The four signed ones follow the four unsigned ones in the same order.
uint256 constant OP_EQ = 0;
uint256 constant OP_NEQ = 1;
uint256 constant OP_GT = 2;
uint256 constant OP_LT = 3;
uint256 constant OP_GTE = 4;
uint256 constant OP_LTE = 5;
uint256 constant OP_SGT = 6;
uint256 constant OP_SLTE = 9;

/// @dev What a charge counts: 1 per call, the native value, or an argument of the call.
uint256 constant SOURCE_COUNT = 0;
uint256 constant SOURCE_VALUE = 1;
uint256 constant SOURCE_ARGUMENT = 2;
