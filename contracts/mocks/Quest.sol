// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice Whatever mints the game's items: OpenZeppelin's ERC-1155 preset does.
interface IItems {
    function mint(address to, uint256 id, uint256 amount, bytes calldata data) external;
}

/// @notice A game for the examples: heroes (ERC-721) walk over a board, and every third step finds an item (ERC-1155).
contract Quest {
    uint256 public constant STEPS_PER_ITEM = 3;

    IERC721 public immutable HEROES;
    IItems public immutable ITEMS;

    mapping(uint256 hero => uint256) public stepsOf;

    event Moved(uint256 indexed hero, uint8 direction, uint256 steps);

    error NotYourHero(uint256 hero, address caller);
    error NoSuchDirection(uint8 direction);

    constructor(IERC721 heroes, IItems items) {
        HEROES = heroes;
        ITEMS = items;
    }

    modifier onlyOwnerOf(uint256 hero) {
        if (HEROES.ownerOf(hero) != msg.sender) revert NotYourHero(hero, msg.sender);
        _;
    }

    /// @notice A step north, east, south or west (0 to 3). The item that is found bears the direction's number.
    function move(uint256 hero, uint8 direction) external onlyOwnerOf(hero) {
        if (direction > 3) revert NoSuchDirection(direction);
        uint256 steps = ++stepsOf[hero];
        emit Moved(hero, direction, steps);
        if (steps % STEPS_PER_ITEM == 0) ITEMS.mint(msg.sender, direction, 1, "");
    }

    /// @notice Back to the beginning: all steps are lost.
    function retire(uint256 hero) external onlyOwnerOf(hero) {
        delete stepsOf[hero];
    }
}
