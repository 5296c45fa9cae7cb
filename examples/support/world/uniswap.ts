import { Contract, parseEther, type Signer } from "ethers";
import { artifact, deploy, read, send } from "./artifact";
import { fund, fundWeth, usdc, type Tokens } from "./tokens";

const V3_CORE = "@uniswap/v3-core/artifacts/contracts";
const V3_PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts";
const ROUTER02 = "@uniswap/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json";
const MAX_TICKS = { 500: 887_270, 3000: 887_220 } as const;
const FOREVER = 2n ** 40n;

/** Uniswap V2 and V3 with a market of USDC and WETH at 2,000 dollars. */
export interface Uniswap {
  /** SwapRouter02: swaps on V3 and on V2. */
  readonly router: string;
  /** NonfungiblePositionManager. */
  readonly positions: string;
  readonly quoter: string;
  /** Of the deepest V3 pool. */
  readonly fee: 500;
}

export async function deployUniswap(deployer: Signer, tokens: Tokens): Promise<Uniswap> {
  const { weth } = tokens;
  const address = await deployer.getAddress();
  const v2 = await deploy(deployer, "@uniswap/v2-core/build/UniswapV2Factory.json", [address]);
  const v3 = await deploy(deployer, `${V3_CORE}/UniswapV3Factory.sol/UniswapV3Factory.json`);
  const managerPath = `${V3_PERIPHERY}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`;
  // The last argument draws the pictures of positions: nobody looks at them here.
  const positions = await deploy(deployer, managerPath, [v3.target, weth, address]);
  const router = await deploy(deployer, ROUTER02, [v2.target, v3.target, positions.target, weth]);
  const quoter = await deploy(deployer, `${V3_PERIPHERY}/lens/QuoterV2.sol/QuoterV2.json`, [v3.target, weth]);
  await fund(deployer, tokens.usdc, address, usdc("5000000"));
  await fundWeth(deployer, weth, address, "2500");
  await openPool(deployer, positions, tokens, 500, 1000n);
  await openPool(deployer, positions, tokens, 3000, 100n);
  await openPair(deployer, v2, tokens, 500n);
  return {
    router: await router.getAddress(),
    positions: await positions.getAddress(),
    quoter: await quoter.getAddress(),
    fee: 500,
  };
}

/** A V3 pool of so many WETH, over all prices. */
async function openPool(deployer: Signer, positions: Contract, tokens: Tokens, fee: 500 | 3000, ether: bigint) {
  const reserves = reservesOf(tokens, ether);
  const [[token0, amount0], [token1, amount1]] = reserves;
  const sqrtPrice = sqrt((amount1 << 192n) / amount0);
  await send(positions, "createAndInitializePoolIfNecessary", token0, token1, fee, sqrtPrice);
  for (const [token, amount] of reserves) await send(tokens.at(token), "approve", positions.target, amount);
  await send(positions, "mint", {
    ...{ token0, token1, fee, tickLower: -MAX_TICKS[fee], tickUpper: MAX_TICKS[fee] },
    ...{ amount0Desired: amount0, amount1Desired: amount1, amount0Min: 0n, amount1Min: 0n },
    ...{ recipient: await deployer.getAddress(), deadline: FOREVER },
  });
}

/** A V2 pair of so many WETH: the tokens are sent there, and `mint` takes them in. */
async function openPair(deployer: Signer, factory: Contract, tokens: Tokens, ether: bigint): Promise<void> {
  await send(factory, "createPair", tokens.usdc, tokens.weth);
  const pair = await read<string>(factory, "getPair", tokens.usdc, tokens.weth);
  for (const [token, amount] of reservesOf(tokens, ether)) await send(tokens.at(token), "transfer", pair, amount);
  const { abi } = artifact("@uniswap/v2-core/build/UniswapV2Pair.json");
  await send(new Contract(pair, abi, deployer), "mint", await deployer.getAddress());
}

/** Both tokens with what a market of so many WETH holds, in the order of their addresses. */
function reservesOf({ usdc: dollars, weth }: Tokens, ether: bigint): [[string, bigint], [string, bigint]] {
  const stable: [string, bigint] = [dollars, usdc(String(ether * 2000n))];
  const coin: [string, bigint] = [weth, parseEther(String(ether))];
  return dollars.toLowerCase() < weth.toLowerCase() ? [stable, coin] : [coin, stable];
}

function sqrt(square: bigint): bigint {
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
