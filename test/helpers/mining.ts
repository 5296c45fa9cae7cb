import { mine } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";

/**
 * What is sent in `action` stays pending until it is over, then one block is made of it. Whatever happens, the node makes a
 * block of each transaction again: it is that of all test files of this process.
 */
export async function unmined<Result>(action: () => Promise<Result>): Promise<Result> {
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    return await action();
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
    await mine();
  }
}
