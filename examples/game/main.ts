import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ERC20_ABI } from "../../sdk/presets";
import { call, view } from "../support/calls";
import { runAlone, type Example } from "../support/example";
import { Play } from "../support/play";
import { setUpBoard } from "./board";
import { gameCalls, move } from "./calls";
import { gameSession, QUEST_ABI } from "./session";

const ERC721_ABI = ["function transferFrom(address from, address to, uint256 tokenId)"];
const ERC1155_ABI = ["function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)"];
const ITEMS_OF = "function balanceOf(address account, uint256 id) view returns (uint256)";
/** The third step goes south, and finds the item of that number. */
const FOUND = 2;

export const game: Example = {
  name: "game",
  title: "Skipping confirmations: a game in the page",
  on: "a game with ERC-721 heroes and ERC-1155 items",
  async play(stage) {
    const { provider, account, mallory, tokens } = stage;
    const board = await setUpBoard(stage);
    const { quest, heroes, items, hero } = board;
    const contracts = { Quest: { address: quest, abi: QUEST_ABI } };
    const play = await Play.begin(stage, gameSession(stage.terms, board), { contracts });

    await play.does("three moves without a confirmation", await gameCalls(board, account, provider));
    play.holds("items found", await view(provider, items, ITEMS_OF, [account, FOUND]), 1n);
    const steal = call(items, ERC1155_ABI, "safeTransferFrom", [account, mallory, FOUND, 1, "0x"]);
    const dollars = call(tokens.usdc, ERC20_ABI, "transfer", [mallory, 1n]);
    await play.refuses("another contract", [dollars], "SessionNotEnabled");
    await play.refuses("transfer of an item", [steal], "SessionNotEnabled");
    await play.refuses("transfer of an item, hidden behind a move", [move(board, 0), steal], "PermissionsMismatch");
    const sell = call(heroes, ERC721_ABI, "transferFrom", [account, mallory, hero]);
    await play.refuses("transfer of the hero", [sell], "SessionNotEnabled");
    await play.refuses("another function: retire", [call(quest, QUEST_ABI, "retire", [hero])], "SessionNotEnabled");
    await play.refuses("a move of somebody else's hero", [move({ quest, hero: 1n }, 0)], "RuleNotMet");

    await play.does("three more moves", await gameCalls(board, account, provider));
    await play.refuses("an eighth move", [move(board, 0), move(board, 0)], "BudgetExceeded");
    play.holds("moves left", (await gameCalls(board, account, provider)).length, 1);
    await time.increaseTo(play.session.validUntil + 1);
    await play.refuses("the seventh move, after the session", await gameCalls(board, account, provider), "AA22");
    play.holds("steps walked", await view(provider, quest, QUEST_ABI[2], [hero]), 6n);
    return [play];
  },
};

runAlone(module, game);
