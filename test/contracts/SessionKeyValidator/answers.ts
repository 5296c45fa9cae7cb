import { setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { concat, parseEther, zeroPadBytes, zeroPadValue } from "ethers";
import { Answerer__factory, BigAnswerer__factory } from "../../../typechain-types";
import { asAccount } from "../../helpers/operations";
import type { World } from "../../helpers/world";

// ERC-1271 and ERC-7913 ask the same kind of question, and are answered wrong in the same ways.

export const ERC1271_MAGIC = "0x1626ba7e";
export const ERC7913_MAGIC = "0x024ad318";

const RETURN = 0;
const REVERT = 1;
const WRITE = 2;
const BURN = 3;

type Deploy = (world: World) => Promise<string>;

const answering =
  (manner: number, answer: string): Deploy =>
  async ({ bundler }) =>
    (await new Answerer__factory(bundler).deploy(manner, answer)).getAddress();

const word = (magic: string): string => zeroPadBytes(magic, 32);

/** Contracts whose answer is valid: the first word is the magic, whatever follows. */
export const validAnswers = (magic: string): Record<string, Deploy> => ({
  "the magic in a word": answering(RETURN, word(magic)),
  "the magic in a word, and another word": answering(RETURN, concat([word(magic), word("0xff")])),
  "the magic in a word, and one byte": answering(RETURN, concat([word(magic), "0x01"])),
  "a megabyte that starts with it": async ({ bundler }) =>
    (await new BigAnswerer__factory(bundler).deploy(word(magic))).getAddress(),
});

/** Contracts whose answer is not. */
export const wrongAnswers = (magic: string): Record<string, Deploy> => ({
  nothing: answering(RETURN, "0x"),
  "the four bytes of the magic": answering(RETURN, magic),
  "31 bytes": answering(RETURN, zeroPadBytes(magic, 31)),
  "the magic with a dirty last byte": answering(RETURN, concat([zeroPadBytes(magic, 31), "0x01"])),
  "the magic with a dirty fifth byte": answering(RETURN, concat([magic, "0x01", zeroPadBytes("0x00", 27)])),
  "the magic on the right": answering(RETURN, zeroPadValue(magic, 32)),
  "the magic in the second word": answering(RETURN, concat([word("0x00"), word(magic)])),
  true: answering(RETURN, zeroPadValue("0x01", 32)),
  zeros: answering(RETURN, word("0x00")),
  ones: answering(RETURN, `0x${"ff".repeat(32)}`),
  "0xffffffff": answering(RETURN, word("0xffffffff")),
  "an older magic": answering(RETURN, word("0x20c13b0b")),
  "the magic of the other standard": answering(RETURN, word(magic === ERC1271_MAGIC ? ERC7913_MAGIC : ERC1271_MAGIC)),
  "a revert with the magic": answering(REVERT, word(magic)),
  "an empty revert": answering(REVERT, "0x"),
  "the magic, after writing to storage": answering(WRITE, word(magic)),
  "nothing, and uses up the gas": answering(BURN, word(magic)),
  "a megabyte of zeros": async ({ bundler }) =>
    (await new BigAnswerer__factory(bundler).deploy(word("0x00"))).getAddress(),
});

/** Installs the validator on a contract that is no account at all, and can only answer. */
export async function asBareAccount(world: World, address: string): Promise<void> {
  await setBalance(address, parseEther("10"));
  await (await asAccount(world, address)).onInstall("0x");
}
