import { Contract, ZeroAddress, ZeroHash, type Signer } from "ethers";
import { artifact, deploy, read, send } from "./artifact";
import { fund, type Tokens } from "./tokens";

const CORE = "@aave/core-v3/artifacts/contracts";
const LOGIC = `${CORE}/protocol/libraries/logic`;
const RAY = 10n ** 27n;
/** Of prices: dollars with 8 decimals, as Chainlink has them. */
const DOLLAR = 10n ** 8n;

/** Aave V3 with two reserves: USDC and WETH. */
export interface Aave {
  readonly pool: string;
  /** The receipts of what is supplied. */
  readonly aUsdc: string;
  readonly aWeth: string;
  /** What WETH costs from now on, in whole dollars. */
  setWethPrice(dollars: bigint): Promise<void>;
}

/** Deploys the pool with its libraries, lists the tokens, and gives it USDC to lend. */
export async function deployAave(admin: Signer, tokens: Tokens): Promise<Aave> {
  const provider = await deploy(
    admin,
    `${CORE}/protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider.json`,
    ["Example", await admin.getAddress()],
  );
  await govern(admin, provider);
  const { pool, configurator } = await deployPool(admin, provider);
  const oracle = await deployOracle(admin, provider, tokens);
  await listReserves(admin, provider, configurator, pool, tokens);
  await supplyUsdc(admin, pool, tokens);
  return {
    pool: await pool.getAddress(),
    aUsdc: await receiptOf(pool, tokens.usdc),
    aWeth: await receiptOf(pool, tokens.weth),
    setWethPrice: async (dollars) => {
      await send(oracle, "setAssetSources", [tokens.weth], [await priceFeed(admin, dollars)]);
    },
  };
}

/** Who may do what: all of it is the deployer's. */
async function govern(admin: Signer, provider: Contract): Promise<void> {
  const address = await admin.getAddress();
  await send(provider, "setACLAdmin", address);
  const acl = await deploy(admin, `${CORE}/protocol/configuration/ACLManager.sol/ACLManager.json`, [provider.target]);
  await send(provider, "setACLManager", acl.target);
  await send(acl, "addPoolAdmin", address);
}

async function deployPool(admin: Signer, provider: Contract) {
  const library = async (name: string, linked: Readonly<Record<string, string>> = {}) =>
    (await deploy(admin, `${LOGIC}/${name}.sol/${name}.json`, [], linked)).getAddress();
  const BorrowLogic = await library("BorrowLogic");
  const libraries: Record<string, string> = { BorrowLogic };
  for (const name of [
    "BridgeLogic",
    "EModeLogic",
    "LiquidationLogic",
    "PoolLogic",
    "SupplyLogic",
    "ConfiguratorLogic",
  ]) {
    libraries[name] = await library(name);
  }
  libraries["FlashLoanLogic"] = await library("FlashLoanLogic", { BorrowLogic });
  const poolPath = `${CORE}/protocol/pool/Pool.sol/Pool.json`;
  const poolImpl = await deploy(admin, poolPath, [provider.target], libraries);
  await send(poolImpl, "initialize", provider.target);
  await send(provider, "setPoolImpl", poolImpl.target);
  const configuratorPath = `${CORE}/protocol/pool/PoolConfigurator.sol/PoolConfigurator.json`;
  const configuratorImpl = await deploy(admin, configuratorPath, [], libraries);
  await send(provider, "setPoolConfiguratorImpl", configuratorImpl.target);
  return {
    pool: new Contract(await read<string>(provider, "getPool"), artifact(poolPath).abi, admin),
    configurator: new Contract(
      await read<string>(provider, "getPoolConfigurator"),
      artifact(configuratorPath).abi,
      admin,
    ),
  };
}

async function priceFeed(admin: Signer, dollars: bigint): Promise<string> {
  const path = `${CORE}/mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator.json`;
  return (await deploy(admin, path, [dollars * DOLLAR])).getAddress();
}

async function deployOracle(admin: Signer, provider: Contract, { usdc, weth }: Tokens): Promise<Contract> {
  const feeds = [await priceFeed(admin, 1n), await priceFeed(admin, 2000n)];
  const oracle = await deploy(admin, `${CORE}/misc/AaveOracle.sol/AaveOracle.json`, [
    provider.target,
    [usdc, weth],
    feeds,
    ZeroAddress,
    ZeroAddress,
    DOLLAR,
  ]);
  await send(provider, "setPriceOracle", oracle.target);
  // The pool asks a data provider for the debt tokens of an asset.
  const data = await deploy(admin, `${CORE}/misc/AaveProtocolDataProvider.sol/AaveProtocolDataProvider.json`, [
    provider.target,
  ]);
  await send(provider, "setPoolDataProvider", data.target);
  return oracle;
}

async function listReserves(
  admin: Signer,
  provider: Contract,
  configurator: Contract,
  pool: Contract,
  { usdc, weth }: Tokens,
): Promise<void> {
  const tokens = `${CORE}/protocol/tokenization`;
  const implementation = async (name: string) =>
    (await deploy(admin, `${tokens}/${name}.sol/${name}.json`, [pool.target])).getAddress();
  const percent = RAY / 100n;
  // Optimal usage 80 %, then slopes of 4 % and 60 %; no stable rates.
  const curve = [80n * percent, 0n, 4n * percent, 60n * percent, 0n, 0n, 0n, 0n, 0n];
  const rates = await deploy(
    admin,
    `${CORE}/protocol/pool/DefaultReserveInterestRateStrategy.sol/DefaultReserveInterestRateStrategy.json`,
    [provider.target, ...curve],
  );
  const common = {
    aTokenImpl: await implementation("AToken"),
    stableDebtTokenImpl: await implementation("StableDebtToken"),
    variableDebtTokenImpl: await implementation("VariableDebtToken"),
    interestRateStrategyAddress: rates.target,
    treasury: await admin.getAddress(),
    incentivesController: ZeroAddress,
    params: ZeroHash,
  };
  const reserve = (symbol: string, underlyingAsset: string, underlyingAssetDecimals: number) => ({
    ...common,
    underlyingAsset,
    underlyingAssetDecimals,
    ...{ aTokenName: `a${symbol}`, aTokenSymbol: `a${symbol}` },
    ...{ variableDebtTokenName: `v${symbol}`, variableDebtTokenSymbol: `v${symbol}` },
    ...{ stableDebtTokenName: `s${symbol}`, stableDebtTokenSymbol: `s${symbol}` },
  });
  await send(configurator, "initReserves", [reserve("USDC", usdc, 6), reserve("WETH", weth, 18)]);
  await send(configurator, "configureReserveAsCollateral", weth, 8000, 8250, 10500);
  await send(configurator, "setReserveBorrowing", usdc, true);
}

async function supplyUsdc(admin: Signer, pool: Contract, tokens: Tokens): Promise<void> {
  const amount = 1_000_000n * 10n ** 6n;
  const address = await admin.getAddress();
  await fund(admin, tokens.usdc, address, amount);
  await send(tokens.at(tokens.usdc), "approve", pool.target, amount);
  await send(pool, "supply", tokens.usdc, amount, address, 0);
}

async function receiptOf(pool: Contract, asset: string): Promise<string> {
  return (await read<{ aTokenAddress: string }>(pool, "getReserveData", asset)).aTokenAddress;
}
