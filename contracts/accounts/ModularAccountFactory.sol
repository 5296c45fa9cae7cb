// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {ModularAccount, ValidatorInit} from "./ModularAccount.sol";

/**
 * @title ModularAccountFactory
 * @notice Creates {ModularAccount} clones at addresses that commit to their first validator and its data.
 *
 * Anyone may create anyone's account: the address is the same and so is its owner. Asking again for an account that
 * exists returns it, as ERC-4337 wants.
 *
 * @dev The factory has no storage of its own (ERC-7562). A validator module writes to account-associated storage in
 * `onInstall`, before the account exists for the bundler: rule STO-022 asks for a staked factory then. Without a stake,
 * create the account by a plain transaction before its first operation.
 */
contract ModularAccountFactory {
    /// @notice The code behind every account of this factory. It is locked and cannot be initialised itself.
    ModularAccount public immutable IMPLEMENTATION;

    /// @notice `account` was created, with `validator` as its only module.
    event AccountCreated(address indexed account, address indexed validator, bytes32 salt);

    /// @notice An account without a validator would obey nobody.
    error NoValidator();

    /// @notice Deploys the implementation, so that the implementation knows its factory.
    /// @param entryPoint the EntryPoint of every account of this factory
    constructor(IEntryPoint entryPoint) {
        IMPLEMENTATION = new ModularAccount(entryPoint);
    }

    /**
     * @notice Creates and initialises the account, unless it exists already.
     * @param validator the account's first validator, the owner's
     * @param initData what the validator's `onInstall` expects, for example the owner's 20 bytes
     * @param salt tells apart the accounts of one owner
     * @return account its address, see {accountAddress}
     */
    function createAccount(
        address validator,
        bytes calldata initData,
        bytes32 salt
    ) external returns (address account) {
        bool created;
        (account, created) = _clone(_commitment(validator, initData, salt));
        if (!created) return account;
        ModularAccount(payable(account)).initialize(validator, initData);
        emit AccountCreated(account, validator, salt);
    }

    /**
     * @notice {createAccount} with several validators, at least one: for an account whose first operation is already
     * that of a session key.
     * @param validators the owner's first, then the others
     * @param salt tells apart the accounts of one owner
     * @return account its address, see {accountAddressWith}
     */
    function createAccountWith(ValidatorInit[] calldata validators, bytes32 salt) external returns (address account) {
        require(validators.length != 0, NoValidator());
        bool created;
        (account, created) = _clone(_commitmentWith(validators, salt));
        if (!created) return account;
        ModularAccount(payable(account)).initializeWith(validators);
        emit AccountCreated(account, validators[0].validator, salt);
    }

    /// @notice The address that {createAccountWith} creates for the same arguments.
    function accountAddressWith(
        ValidatorInit[] calldata validators,
        bytes32 salt
    ) external view returns (address account) {
        return Clones.predictDeterministicAddress(address(IMPLEMENTATION), _commitmentWith(validators, salt));
    }

    /// @notice The address that {createAccount} creates for the same arguments. (ethers keeps `getAddress` for itself.)
    function accountAddress(
        address validator,
        bytes calldata initData,
        bytes32 salt
    ) external view returns (address account) {
        return Clones.predictDeterministicAddress(address(IMPLEMENTATION), _commitment(validator, initData, salt));
    }

    /// @dev The clone at the address that the commitment leads to, and whether it is new.
    function _clone(bytes32 commitment) private returns (address account, bool created) {
        account = Clones.predictDeterministicAddress(address(IMPLEMENTATION), commitment);
        if (account.code.length != 0) return (account, false);
        Clones.cloneDeterministic(address(IMPLEMENTATION), commitment);
        return (account, true);
    }

    /// @dev As {_commitment}; an offset where that has an address, so the two never meet.
    function _commitmentWith(ValidatorInit[] calldata validators, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(validators, salt));
    }

    /// @dev The CREATE2 salt: nobody can take the address with another validator or another owner.
    function _commitment(address validator, bytes calldata initData, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(validator, initData, salt));
    }
}
