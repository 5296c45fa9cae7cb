import { readFileSync } from "node:fs";
import { ContractFactory, Interface, parseEther, type Signer } from "ethers";

/** What the scripts call of an ERC-20 token. */
export const TOKEN = new Interface([
  "function mint(address to, uint256 amount)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function approve(address spender, uint256 amount) returns (bool)",
]);

/** Deploys OpenZeppelin 4.9's preset token (a real one, without Solidity of ours) and mints 10,000 of it to `account`. */
export async function deployToken(minter: Signer, account: string): Promise<string> {
  const path = require.resolve("openzeppelin-4/build/contracts/ERC20PresetMinterPauser.json");
  const { abi, bytecode } = JSON.parse(readFileSync(path, "utf8")) as { abi: []; bytecode: string };
  const token = await new ContractFactory(abi, bytecode, minter).deploy("Test Dollar", "TUSD");
  const address = await token.getAddress();
  const data = TOKEN.encodeFunctionData("mint", [account, parseEther("10000")]);
  await (await minter.sendTransaction({ to: address, data })).wait();
  return address;
}
