import { id } from "ethers";
import { ItemReceiver__factory, Quest__factory } from "../../typechain-types";
import { call } from "../support/calls";
import { asOwner, type Stage } from "../support/stage";
import { deploy, send } from "../support/world/artifact";
import type { GameJob } from "./session";

const PRESETS = "openzeppelin-4/build/contracts";
const INSTALL = ["function installModule(uint256 moduleTypeId, address module, bytes initData)"];
const FALLBACK_TYPE = 3;
/** Selector of `onERC1155Received(address,address,uint256,uint256,bytes)`. */
const ON_RECEIVED = "0xf23a6e61";

/** The game, its heroes (ERC-721) and its items (ERC-1155). */
export interface Board extends GameJob {
  readonly heroes: string;
  readonly items: string;
}

/** Hero 0 is the account's, hero 1 Mallory's. The account gets a module that takes items. */
export async function setUpBoard(stage: Stage): Promise<Board> {
  const { director, account, mallory } = stage;
  const heroes = await deploy(director, `${PRESETS}/ERC721PresetMinterPauserAutoId.json`, ["Heroes", "HERO", ""]);
  const items = await deploy(director, `${PRESETS}/ERC1155PresetMinterPauser.json`, [""]);
  const quest = await new Quest__factory(director).deploy(heroes.target, items.target);
  await send(items, "grantRole", id("MINTER_ROLE"), quest.target);
  await send(heroes, "mint", account);
  await send(heroes, "mint", mallory);
  const receiver = await new ItemReceiver__factory(director).deploy();
  await asOwner(stage, [call(account, INSTALL, "installModule", [FALLBACK_TYPE, receiver.target, ON_RECEIVED])]);
  const [questAddress, heroesAddress, itemsAddress] = await Promise.all(
    [quest, heroes, items].map((contract) => contract.getAddress()),
  );
  return { quest: questAddress!, hero: 0n, heroes: heroesAddress!, items: itemsAddress! };
}
