// What presets call, as their protocols publish it. A job makes its calls with the same ABIs, and `describe` takes them for
// the names of functions and arguments.

/**
 * What the presets call of an ERC-20 token.
 * @example const usdc = { address: USDC, abi: presets.ERC20_ABI };
 */
export const ERC20_ABI = [
  "function transfer(address to, uint256 amount) returns (bool)",
  "function approve(address spender, uint256 amount) returns (bool)",
] as const;

/**
 * What the presets call of Uniswap's SwapRouter02: one pool of V3, or a path of V2.
 * @example describe(session, { contracts: { Router: { address: ROUTER, abi: presets.SWAP_ROUTER_ABI } } })
 */
export const SWAP_ROUTER_ABI = [
  "function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) payable returns (uint256 amountOut)",
  "function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to) payable returns (uint256 amountOut)",
] as const;

/**
 * What the presets call of Uniswap V3's NonfungiblePositionManager.
 * @example const positions = new Contract(ROUTER, presets.POSITIONS_ABI);
 */
export const POSITIONS_ABI = [
  "function mint((address token0, address token1, uint24 fee, int24 tickLower, int24 tickUpper, uint256 amount0Desired, uint256 amount1Desired, uint256 amount0Min, uint256 amount1Min, address recipient, uint256 deadline) params) payable returns (uint256 tokenId, uint128 liquidity, uint256 amount0, uint256 amount1)",
  "function decreaseLiquidity((uint256 tokenId, uint128 liquidity, uint256 amount0Min, uint256 amount1Min, uint256 deadline) params) payable returns (uint256 amount0, uint256 amount1)",
  "function collect((uint256 tokenId, address recipient, uint128 amount0Max, uint128 amount1Max) params) payable returns (uint256 amount0, uint256 amount1)",
] as const;

/**
 * What the presets call of Aave V3's Pool.
 * @example const pool = new Contract(ROUTER, presets.AAVE_POOL_ABI);
 */
export const AAVE_POOL_ABI = [
  "function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)",
  "function withdraw(address asset, uint256 amount, address to) returns (uint256)",
  "function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) returns (uint256)",
] as const;
