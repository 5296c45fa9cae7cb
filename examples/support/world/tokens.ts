import { Contract, parseEther, parseUnits, type Signer } from "ethers";
import { artifact, deploy, read, send } from "./artifact";

const MINTABLE = "@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json";
const WETH9 = "@uniswap/v2-periphery/build/WETH9.json";

/** The tokens of the examples, by address. */
export interface Tokens {
  /** 6 decimals; anyone mints. */
  readonly usdc: string;
  readonly weth: string;
  /** 18 decimals; no session names it. */
  readonly meme: string;
  /** A token as an ethers contract. */
  at(token: string): Contract;
}

/** Dollars in units of USDC. */
export function usdc(dollars: string): bigint {
  return parseUnits(dollars, 6);
}

export async function deployTokens(deployer: Signer): Promise<Tokens> {
  const mintable = async (symbol: string, decimals: number) =>
    (await deploy(deployer, MINTABLE, [symbol, symbol, decimals])).getAddress();
  const { abi } = artifact(MINTABLE);
  return {
    usdc: await mintable("USDC", 6),
    weth: await (await deploy(deployer, WETH9)).getAddress(),
    meme: await mintable("MEME", 18),
    at: (token) => new Contract(token, abi, deployer),
  };
}

/** Mints so much of a token to somebody. */
export async function fund(signer: Signer, token: string, to: string, amount: bigint): Promise<void> {
  await send(new Contract(token, artifact(MINTABLE).abi, signer), "mint(address,uint256)", to, amount);
}

/** Wraps so much ether, and hands it over. */
export async function fundWeth(signer: Signer, weth: string, to: string, ether: string): Promise<void> {
  const contract = new Contract(weth, artifact(WETH9).abi, signer);
  const amount = parseEther(ether);
  await send(contract, "deposit", { value: amount });
  await send(contract, "transfer", to, amount);
}

/** What somebody has of a token. */
export function balance(tokens: Tokens, token: string, of: string): Promise<bigint> {
  return read(tokens.at(token), "balanceOf", of);
}
