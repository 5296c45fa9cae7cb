// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccountERC7579} from "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {MODULE_TYPE_VALIDATOR} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @notice A validator to install, and what its `onInstall` expects.
struct ValidatorInit {
    address validator;
    bytes initData;
}

/**
 * @title ModularAccount
 * @notice OpenZeppelin's ERC-7579 account, made concrete: one EntryPoint, one initialiser, nothing else.
 *
 * Behind a clone: {ModularAccountFactory} creates the clone and initialises it in the same transaction.
 *
 * As an EIP-7702 delegate: the EOA calls `initialize` (or `installModule`) on itself, in the very transaction that
 * carries its authorisation. Nobody else can initialise it, however long it stays without a module. The lists of
 * modules live in slots 0 to 4 of the EOA, so an EOA that was delegated to an account with another layout has to clear
 * those first.
 */
contract ModularAccount is AccountERC7579, Initializable {
    IEntryPoint private immutable _ENTRY_POINT;

    /// @notice The only contract, besides the account itself, that may initialise an account.
    address public immutable FACTORY;

    /// @notice There is no EntryPoint at `entryPoint`.
    error InvalidEntryPoint(address entryPoint);

    /// @notice `caller` is neither the factory nor the account itself.
    error UnauthorizedInitializer(address caller, address factory);

    /// @dev An EOA has code of ours before it is initialised: only it and the factory may choose the first validators.
    modifier onlyFactoryOrSelf() {
        require(msg.sender == FACTORY || msg.sender == address(this), UnauthorizedInitializer(msg.sender, FACTORY));
        _;
    }

    /// @notice The caller becomes the factory; the implementation itself is locked.
    /// @param entryPoint_ the EntryPoint that every account of this implementation obeys, for good
    constructor(IEntryPoint entryPoint_) {
        require(address(entryPoint_).code.length != 0, InvalidEntryPoint(address(entryPoint_)));
        _ENTRY_POINT = entryPoint_;
        FACTORY = msg.sender;
        _disableInitializers();
    }

    /**
     * @notice Installs the account's first validator, once.
     * @param validator an ERC-7579 validator module
     * @param initData what its `onInstall` expects
     *
     * @dev An account without a validator belongs to whoever initialises it. The factory does so in the transaction that
     * creates the clone.
     */
    function initialize(address validator, bytes calldata initData) external initializer onlyFactoryOrSelf {
        _installModule(MODULE_TYPE_VALIDATOR, validator, initData);
    }

    /**
     * @notice {initialize} with several validators: an account whose owner and session keys both work from its first
     * operation on.
     */
    function initializeWith(ValidatorInit[] calldata validators) external initializer onlyFactoryOrSelf {
        for (uint256 i; i < validators.length; ++i) {
            _installModule(MODULE_TYPE_VALIDATOR, validators[i].validator, validators[i].initData);
        }
    }

    /// @notice The only EntryPoint that may validate and execute for this account.
    function entryPoint() public view override returns (IEntryPoint) {
        return _ENTRY_POINT;
    }

    /// @notice ERC-7579: vendor, account, version.
    function accountId() public pure override returns (string memory) {
        return "session-keys.modular-account.0.1.0";
    }
}
